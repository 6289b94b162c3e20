# The headers of the standard library and of fmt that nearly every source includes, compiled once; those of GoogleTest
# as well for the tests. No source relies on it: what it uses it includes, and the tidy stage of ./check does without.
set(precompile OFF)
if(PROJECT_IS_TOP_LEVEL AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  set(precompile ON)
endif()
option(MANA_PRECOMPILE "Compile the headers of nearly all sources once" ${precompile})

set(MANA_COMMON_HEADERS
  <algorithm> <array> <atomic> <cmath> <cstddef> <cstdint> <cstring> <filesystem> <functional> <limits> <memory>
  <optional> <span> <stop_token> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
  <fmt/format.h>)

# mana_precompile(target SHARED name HEADERS headers...): the first target makes them, the others take them from there.
function(mana_precompile target)
  cmake_parse_arguments(PRECOMPILE "" "SHARED" "HEADERS" ${ARGN})
  if(NOT MANA_PRECOMPILE)
    return()
  endif()
  target_compile_options(${target} PRIVATE -fpch-preprocess)  # for ccache
  # GCC 12 forgets that precompiled headers are the system's, and warns, wrongly, of what std::string does within itself.
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE
      -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  get_property(first GLOBAL PROPERTY MANA_PRECOMPILED_${PRECOMPILE_SHARED})
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${PRECOMPILE_HEADERS})
    set_property(GLOBAL PROPERTY MANA_PRECOMPILED_${PRECOMPILE_SHARED} ${target})
  endif()
endfunction()

# The headers of the standard library, fmt and GoogleTest that nearly every test includes, compiled once. No source relies on it:
# what it uses it includes. Where sources are compiled together less is won, and more lost: ccache finds in another clone only what
# was compiled without.
set(precompile OFF)
if(PROJECT_IS_TOP_LEVEL AND CMAKE_CXX_COMPILER_ID STREQUAL GNU AND MANA_TOGETHER EQUAL 1)
  set(precompile ON)
endif()
option(MANA_PRECOMPILE "Compile the headers of nearly all tests once" ${precompile})

set(MANA_COMMON_HEADERS
  <algorithm> <array> <atomic> <cmath> <cstddef> <cstdint> <cstring> <filesystem> <functional> <limits> <memory>
  <optional> <span> <stop_token> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
  <fmt/format.h> <gmock/gmock.h> <gtest/gtest.h>)

# mana_precompile(target): the first target makes them, the others take them from there.
function(mana_precompile target)
  if(NOT MANA_PRECOMPILE)
    return()
  endif()
  target_compile_options(${target} PRIVATE -fpch-preprocess)  # for ccache
  # GCC 12 forgets that precompiled headers are the system's, and warns, wrongly, of what std::string does within itself.
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE
      -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  get_property(first GLOBAL PROPERTY MANA_PRECOMPILED)
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${MANA_COMMON_HEADERS})
    set_property(GLOBAL PROPERTY MANA_PRECOMPILED ${target})
  endif()
endfunction()

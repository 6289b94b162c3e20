# Several sources compiled as one, which takes less than half of the time where all are compiled. tools/together.py knows which may.
set(MANA_TOGETHER 1 CACHE STRING "How many sources may be compiled as one; 1 compiles each alone")

# mana_together(target): of the sources that the target has by now.
function(mana_together target)
  if(NOT MANA_TOGETHER GREATER 1)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ REGEX "^[^/]")
  set(command python3 ${PROJECT_SOURCE_DIR}/tools/together.py ${MANA_TOGETHER} ${sources})
  execute_process(COMMAND ${command} OUTPUT_VARIABLE numbers OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" numbers "${numbers}")
  foreach(source number IN ZIP_LISTS sources numbers)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${number})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # A type that a source has for itself may have a member that a header declares.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()

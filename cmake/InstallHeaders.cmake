# Installs the doors of the library, the headers beside the folders of SOURCES/mana, with what they include and nothing else:
# what no door shows is no part of the package. SOURCES and DESTINATION are given.
cmake_policy(VERSION 3.25)  # an installation knows no project's

set(found "")
file(GLOB waiting RELATIVE ${SOURCES} ${SOURCES}/mana/*.h)
while(waiting)
  list(POP_FRONT waiting header)
  if(header IN_LIST found)
    continue()
  endif()
  list(APPEND found ${header})
  file(STRINGS ${SOURCES}/${header} includes REGEX "^#include \"mana/")
  foreach(line IN LISTS includes)
    string(REGEX REPLACE "^#include \"([^\"]+)\".*" "\\1" included "${line}")
    list(APPEND waiting ${included})
  endforeach()
endwhile()
foreach(header IN LISTS found)
  cmake_path(GET header PARENT_PATH folder)
  file(INSTALL ${SOURCES}/${header} DESTINATION ${DESTINATION}/${folder})
endforeach()

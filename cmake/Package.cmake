# mana::mana, the whole library, for add_subdirectory(mana) and for find_package(mana) alike.
get_property(modules GLOBAL PROPERTY MANA_MODULES)
list(REMOVE_ITEM modules mana_cli)

add_library(mana_library INTERFACE)
target_link_libraries(mana_library INTERFACE ${modules})
set_target_properties(mana_library PROPERTIES EXPORT_NAME mana)
add_library(mana::mana ALIAS mana_library)

if(NOT MANA_INSTALL)
  return()
endif()

include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/mana)

install(TARGETS mana_library ${modules} EXPORT mana-targets)
install(EXPORT mana-targets NAMESPACE mana:: DESTINATION ${package_folder})
# At the time of installing: which headers the doors include may have changed since the configuration.
install(CODE "set(SOURCES \"${PROJECT_SOURCE_DIR}/src\")
              set(DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_INCLUDEDIR}\")
              include(\"${PROJECT_SOURCE_DIR}/cmake/InstallHeaders.cmake\")")
if(TARGET mana)
  install(TARGETS mana)
endif()

# For who builds with another tool. The libraries are static, so that each stands before those it needs.
set(PACKAGE_LIBRARIES "")
foreach(module IN LISTS modules)
  get_target_property(type ${module} TYPE)
  if(NOT type STREQUAL INTERFACE_LIBRARY)
    string(PREPEND PACKAGE_LIBRARIES "-l${module} ")
  endif()
endforeach()
# At the time of installing, too: the prefix may be another one then.
install(CODE "set(CMAKE_INSTALL_LIBDIR ${CMAKE_INSTALL_LIBDIR})
              set(CMAKE_INSTALL_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
              set(PROJECT_VERSION ${PROJECT_VERSION})
              set(PACKAGE_LIBRARIES \"${PACKAGE_LIBRARIES}\")
              configure_file(\"${PROJECT_SOURCE_DIR}/cmake/mana.pc.in\"
                             \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/pkgconfig/mana.pc\" @ONLY)")
install(FILES LICENSE TYPE DOC)

configure_package_config_file(cmake/mana-config.cmake.in mana-config.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(mana-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/mana-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/mana-config-version.cmake
        cmake/FindPCRE2.cmake DESTINATION ${package_folder})

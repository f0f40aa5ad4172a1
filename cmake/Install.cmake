# `cmake --install`: the program, libgraft.so with its headers, and what find_package and pkg-config read.
# Components: program; library (what a program that uses graft needs to run); development (what it needs to be built).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# LibTorch is found beside libgraft.so, where a package brings it along, or where it lay when graft was built.
set(GRAFT_INSTALL_RPATH "$ORIGIN;${TORCH_INSTALL_PREFIX}/lib" CACHE STRING
    "Where an installed libgraft.so looks for LibTorch; the program looks there and in the library's folder")
set_target_properties(graft PROPERTIES INSTALL_RPATH "${GRAFT_INSTALL_RPATH}")
install(TARGETS graft EXPORT graftTargets
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT library NAMELINK_COMPONENT development
        INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/graft" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        COMPONENT development FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
if(GRAFT_BUILD_PROGRAM)
    file(RELATIVE_PATH library_from_program "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
    set_target_properties(graft_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${library_from_program};${GRAFT_INSTALL_RPATH}")
    install(TARGETS graft_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT program)
endif()

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/graft")
install(EXPORT graftTargets NAMESPACE graft:: DESTINATION "${package_folder}" COMPONENT development)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/graftConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/generated/graftConfig.cmake"
                              INSTALL_DESTINATION "${package_folder}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/generated/graftConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/generated/graftConfig.cmake"
              "${PROJECT_BINARY_DIR}/generated/graftConfigVersion.cmake"
        DESTINATION "${package_folder}" COMPONENT development)

# The installed tree may be moved as a whole, so pkg-config is told paths that begin at graft.pc itself.
file(RELATIVE_PATH prefix_from_pc "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/graft.pc.in" "${PROJECT_BINARY_DIR}/generated/graft.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/generated/graft.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
        COMPONENT development)

# What is installed beside program and library: manual pages, completions, documents, LibTorch's run-time libraries; and
# the packages that CPack makes of it all (scripts/package.sh). Components as in Install.cmake.
set(bundle_by_default ON)
if(GRAFT_TORCH_HAS_CUDA)
    set(bundle_by_default OFF)  # CUDA's libraries are several GB, and lie elsewhere
endif()
option(GRAFT_BUNDLE_LIBTORCH "Install LibTorch's run-time libraries too, so that graft runs where there is none"
       ${bundle_by_default})

# --- Manual pages and completions ---------------------------------------------------------------------------------------

# Not with sanitizers, which have their own opinion of how a program should end.
if(GRAFT_BUILD_PROGRAM AND NOT CMAKE_CROSSCOMPILING AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    set(manual "${PROJECT_BINARY_DIR}/manual")
    add_custom_command(OUTPUT "${manual}/complete" VERBATIM
                       COMMAND "${CMAKE_COMMAND}" "-DGRAFT=$<TARGET_FILE:graft_cli>" "-DFOLDER=${manual}"
                               -P "${PROJECT_SOURCE_DIR}/cmake/WriteManual.cmake"
                       DEPENDS graft_cli "${PROJECT_SOURCE_DIR}/cmake/WriteManual.cmake"
                       COMMENT "Writing manual pages and completions")
    add_custom_target(graft_manual ALL DEPENDS "${manual}/complete")
    install(DIRECTORY "${manual}/man1" DESTINATION "${CMAKE_INSTALL_MANDIR}" COMPONENT program)
    set(data "${CMAKE_INSTALL_DATADIR}")
    install(FILES "${manual}/graft.bash" DESTINATION "${data}/bash-completion/completions" RENAME graft COMPONENT program)
    install(FILES "${manual}/graft.zsh" DESTINATION "${data}/zsh/vendor-completions" RENAME _graft COMPONENT program)
    install(FILES "${manual}/graft.fish" DESTINATION "${data}/fish/vendor_completions.d" COMPONENT program)
endif()

# --- Documents ----------------------------------------------------------------------------------------------------------

file(GLOB documents CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/docs/*.md")
install(FILES ${documents} "${PROJECT_SOURCE_DIR}/CHANGELOG.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT program)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME copyright COMPONENT program)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/configs" DESTINATION "${CMAKE_INSTALL_DATADIR}/graft" COMPONENT program)
install(FILES "${PROJECT_SOURCE_DIR}/weights/manifest.json" DESTINATION "${CMAKE_INSTALL_DATADIR}/graft/weights"
        COMPONENT program)

# --- LibTorch -----------------------------------------------------------------------------------------------------------

# In a folder of graft's own: nobody else is to find this copy. A LibTorch of the system's stays where it is.
set(torch_libraries "${TORCH_INSTALL_PREFIX}/lib")
set(private_folder "${CMAKE_INSTALL_LIBDIR}/graft")
if(GRAFT_BUNDLE_LIBTORCH AND NOT torch_libraries MATCHES "^/(usr/)?lib")
    set_target_properties(graft PROPERTIES INSTALL_RPATH "$ORIGIN/graft")
    if(GRAFT_BUILD_PROGRAM)
        file(RELATIVE_PATH folder_from_program "/${CMAKE_INSTALL_BINDIR}" "/${private_folder}")
        set_target_properties(graft_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${folder_from_program}")
    endif()
    # What libgraft.so needs, directly or not, of LibTorch's folder; the system's libraries are the system's business.
    string(REGEX REPLACE "([][+.*()^$?{}|\\\\])" "\\\\\\1" torch_pattern "${torch_libraries}")
    install(CODE "
        file(GET_RUNTIME_DEPENDENCIES LIBRARIES \"$<TARGET_FILE:graft>\" DIRECTORIES \"${torch_libraries}\"
             POST_INCLUDE_REGEXES [[^${torch_pattern}/]] POST_EXCLUDE_REGEXES \"^/\"
             RESOLVED_DEPENDENCIES_VAR needed UNRESOLVED_DEPENDENCIES_VAR missing
             CONFLICTING_DEPENDENCIES_PREFIX conflicting)
        if(missing)
            message(FATAL_ERROR \"libgraft.so needs libraries that are not here: \${missing}\")
        endif()
        file(INSTALL \${needed} DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${private_folder}\" FOLLOW_SYMLINK_CHAIN)
        " COMPONENT library)
    file(GLOB licences "${TORCH_INSTALL_PREFIX}/LICENSE" "${TORCH_INSTALL_PREFIX}/../torch-*.dist-info/licenses/LICENSE"
         "${TORCH_INSTALL_PREFIX}/../torch-*.dist-info/LICENSE")
    if(licences)
        list(GET licences 0 licence)
        install(FILES "${licence}" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME LICENSE.LibTorch COMPONENT library)
    endif()
endif()

# --- Packages -----------------------------------------------------------------------------------------------------------

set(CPACK_PACKAGE_NAME graft)
set(CPACK_PACKAGE_VENDOR "graft")
set(CPACK_PACKAGE_CONTACT "graft developers <graft@graft.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Transfer learning for images, from the command line and from C++")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_PACKAGE_FILE_NAME "graft-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_GENERATOR TGZ)
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 0)
# The archive is everything; of the Debian packages one is to run graft, the other to build programs with it.
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_COMPONENT_PROGRAM_GROUP runtime)
set(CPACK_COMPONENT_LIBRARY_GROUP runtime)
set(CPACK_COMPONENT_DEVELOPMENT_GROUP development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME graft)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME graft-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "graft (= ${PROJECT_VERSION}), libopencv-dev")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
    "graft turns a pretrained network and a folder of images into a tested image
classifier, with one command and one JSON file. This package brings its own
copy of LibTorch.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "Headers, CMake package and pkg-config file of libgraft.")
find_program(GRAFT_SHLIBDEPS dpkg-shlibdeps)
if(GRAFT_SHLIBDEPS)
    set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
    # Found by graft itself, so that no package has to bring them.
    set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${torch_libraries}")
endif()
include(CPack)

# Sources are globbed: a new backbone or callback is one file and one line in its table, and no line here.
# Which rooms lie in which library, from the bottom up.
set(GRAFT_BASE_ROOMS core config record statistics image data weights insight report)
set(GRAFT_NETWORK_ROOMS network inference)
set(GRAFT_UPPER_ROOMS features task train deploy export run search)
set(GRAFT_SAMPLES_ROOMS samples)
set(GRAFT_APP_ROOMS app)

foreach(library BASE NETWORK UPPER SAMPLES APP)
    foreach(room ${GRAFT_${library}_ROOMS})
        file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${room}/*.cpp")
        list(APPEND GRAFT_${library}_SOURCES ${sources})
    endforeach()
endforeach()

# With CMAKE_UNITY_BUILD the files of a folder are compiled together, eight at a time: most of a file's cost is headers.
# Not those where files side by side use the same names for their own things, and not a test of CLI11's lists: LibTorch
# gives std::vector an operator<< of its own, which CLI11 would print defaults with.
set(GRAFT_COMPILED_ALONE "/src/image/decode/" "/src/network/architectures/" "/src/export/onnx/[^/]*$"
    "/src/weights/format/pickle_value.cpp$" "/tests/weights/" "/tests/app/command_tree_test.cpp$")
function(graft_group_by_folder target)
    get_target_property(sources ${target} SOURCES)
    foreach(source ${sources})
        cmake_path(GET source PARENT_PATH folder)
        set(alone OFF)
        foreach(pattern ${GRAFT_COMPILED_ALONE})
            if(source MATCHES "${pattern}")
                set(alone ON)
            endif()
        endforeach()
        if(NOT alone)
            file(RELATIVE_PATH group "${PROJECT_SOURCE_DIR}" "${folder}")
            string(MAKE_C_IDENTIFIER "${group}" group)
            if(NOT DEFINED ${group}_size)
                set(${group}_size 0)
            endif()
            math(EXPR batch "${${group}_size} / 8")
            math(EXPR ${group}_size "${${group}_size} + 1")
            set_property(SOURCE "${source}" PROPERTY UNITY_GROUP "${group}_${batch}")
        endif()
    endforeach()
    set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()

file(READ "${PROJECT_SOURCE_DIR}/weights/manifest.json" GRAFT_MANIFEST)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/weights/manifest.json")
configure_file("${PROJECT_SOURCE_DIR}/cmake/embedded.cpp.in" "${PROJECT_BINARY_DIR}/generated/embedded.cpp" @ONLY)

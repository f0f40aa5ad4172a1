# Sources are globbed: a new backbone or callback is one file and one line in its table, and no line here.
# Which rooms lie in which library, from the bottom up.
set(GRAFT_BASE_ROOMS core config record image data weights)
set(GRAFT_NETWORK_ROOMS network inference)
set(GRAFT_UPPER_ROOMS features task train deploy export run)
set(GRAFT_SAMPLES_ROOMS samples)
set(GRAFT_APP_ROOMS app)

foreach(library BASE NETWORK UPPER SAMPLES APP)
    foreach(room ${GRAFT_${library}_ROOMS})
        file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${room}/*.cpp")
        list(APPEND GRAFT_${library}_SOURCES ${sources})
    endforeach()
endforeach()

file(READ "${PROJECT_SOURCE_DIR}/weights/manifest.json" GRAFT_MANIFEST)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/weights/manifest.json")
configure_file("${PROJECT_SOURCE_DIR}/cmake/embedded.cpp.in" "${PROJECT_BINARY_DIR}/generated/embedded.cpp" @ONLY)

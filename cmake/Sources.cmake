# Sources are globbed: a new backbone or callback is one file and one line in its table, and no line here.
file(GLOB_RECURSE GRAFT_SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.cpp")
file(GLOB GRAFT_APP_SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/app/*.cpp")
list(REMOVE_ITEM GRAFT_SOURCES ${GRAFT_APP_SOURCES})

# Files that need no LibTorch are spared its precompiled header.
set(GRAFT_PLAIN_SOURCES ${GRAFT_SOURCES})
list(FILTER GRAFT_PLAIN_SOURCES EXCLUDE REGEX "/src/(model|features|deploy|run)/")
list(FILTER GRAFT_PLAIN_SOURCES EXCLUDE REGEX "/src/train/(optimizers|losses)/")
list(FILTER GRAFT_PLAIN_SOURCES EXCLUDE REGEX "/src/train/(optimizer|loss|weights_snapshot|checkpoint|trainer)\\.cpp$")
list(FILTER GRAFT_PLAIN_SOURCES EXCLUDE REGEX "/src/weights/state_dict\\.cpp$")
list(APPEND GRAFT_PLAIN_SOURCES "${PROJECT_BINARY_DIR}/generated/embedded.cpp")

file(READ "${PROJECT_SOURCE_DIR}/weights/manifest.json" GRAFT_MANIFEST)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/weights/manifest.json")
configure_file("${PROJECT_SOURCE_DIR}/cmake/embedded.cpp.in" "${PROJECT_BINARY_DIR}/generated/embedded.cpp" @ONLY)

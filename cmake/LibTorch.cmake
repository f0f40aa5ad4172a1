# LibTorch, for CPUs or with CUDA, wrapped in a target of our own: its package sets global flags.
set(GRAFT_OLDEST_LIBTORCH 2.11)
set(GRAFT_NEWEST_LIBTORCH 2.13)  # the newest that graft has been built with

file(GLOB own_environment "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch")  # scripts/setup.sh makes it
find_file(GRAFT_TORCH_CONFIG TorchConfig.cmake NO_CACHE
          HINTS "${Torch_DIR}" ENV Torch_DIR ${CMAKE_PREFIX_PATH} ENV CMAKE_PREFIX_PATH ${own_environment}
          PATH_SUFFIXES share/cmake/Torch lib/cmake/Torch Torch)
if(GRAFT_TORCH_CONFIG)
    get_filename_component(torch_package "${GRAFT_TORCH_CONFIG}" DIRECTORY)
    get_filename_component(torch_prefix "${torch_package}/../../.." ABSOLUTE)
    set(Torch_DIR "${torch_package}" CACHE PATH "The folder of TorchConfig.cmake" FORCE)
endif()

if(GRAFT_TORCH_CONFIG AND EXISTS "${torch_prefix}/lib/libtorch_cuda.so")
    # The package of a LibTorch with CUDA asks for the whole CUDA toolkit, its compiler included. graft needs nothing of
    # it, and pip's wheels bring the libraries alone: so the libraries are taken as they lie there.
    set(GRAFT_TORCH_HAS_CUDA ON)
    include("${torch_package}/TorchConfigVersion.cmake")
    set(Torch_VERSION "${PACKAGE_VERSION}")
    set(TORCH_INSTALL_PREFIX "${torch_prefix}")
    set(TORCH_INCLUDE_DIRS "${torch_prefix}/include" "${torch_prefix}/include/torch/csrc/api/include")
    set(torch_lib "${torch_prefix}/lib")
    # Nobody calls libtorch_cuda.so by name; it registers itself where it is loaded. What it needs is CUDA's own and is
    # looked for by its own paths when it is loaded.
    set(TORCH_LIBRARIES "-Wl,--push-state,--no-as-needed,${torch_lib}/libtorch.so,${torch_lib}/libtorch_cpu.so,\
${torch_lib}/libtorch_cuda.so,--pop-state" "-Wl,--allow-shlib-undefined" "${torch_lib}/libc10.so")
    message(STATUS "LibTorch ${Torch_VERSION} with CUDA in ${torch_prefix} (untried: docs/gpu.md)")
else()
    set(GRAFT_TORCH_HAS_CUDA OFF)
    if(Torch_DIR AND EXISTS "${Torch_DIR}/../Caffe2/Caffe2Config.cmake")
        set(Caffe2_DIR "${Torch_DIR}/../Caffe2")  # else a LibTorch of the system's, if there is one, would be mixed in
    endif()
    find_package(Torch ${GRAFT_OLDEST_LIBTORCH} REQUIRED)
endif()
if(Torch_VERSION VERSION_LESS GRAFT_OLDEST_LIBTORCH)
    message(FATAL_ERROR "LibTorch ${Torch_VERSION} in ${Torch_DIR} is too old: graft takes ${GRAFT_OLDEST_LIBTORCH} to "
                        "${GRAFT_NEWEST_LIBTORCH}")
endif()
string(REGEX MATCH "^[0-9]+\\.[0-9]+" torch_minor "${Torch_VERSION}")
if(torch_minor VERSION_GREATER GRAFT_NEWEST_LIBTORCH)
    message(WARNING "LibTorch ${Torch_VERSION} is newer than ${GRAFT_NEWEST_LIBTORCH}, the newest that graft has been "
                    "built with")
endif()

add_library(graft_torch INTERFACE)
target_include_directories(graft_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(graft_torch INTERFACE ${TORCH_LIBRARIES})

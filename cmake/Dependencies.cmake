# Every package graft stands on, and nothing else.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
# Its DNN module runs ONNX files, which checks an export on the spot; graft does without where it is missing.
find_package(OpenCV 4.5 REQUIRED COMPONENTS core imgproc imgcodecs OPTIONAL_COMPONENTS dnn)
list(REMOVE_ITEM OpenCV_LIBS opencv_dnn)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(CURL 7.85 REQUIRED)
find_package(JPEG REQUIRED)
find_package(GIF 5 REQUIRED)
find_package(TIFF 4.5 REQUIRED)
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
if(GRAFT_BUILD_PROGRAM)
    find_package(spdlog REQUIRED)
    find_package(CLI11 REQUIRED)
endif()
pkg_check_modules(libexif REQUIRED IMPORTED_TARGET libexif)
pkg_check_modules(libutf8proc REQUIRED libutf8proc)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
add_library(libzip::zip ALIAS PkgConfig::libzip)
pkg_check_modules(libwebp REQUIRED IMPORTED_TARGET libwebp)
# Reads CSV; it has no file for pkg-config.
find_path(GRAFT_CSV_INCLUDE_DIR csv.h)
find_library(GRAFT_CSV_LIBRARY csv)
if(NOT GRAFT_CSV_INCLUDE_DIR OR NOT GRAFT_CSV_LIBRARY)
    message(FATAL_ERROR "libcsv was not found: install Debian's libcsv-dev (scripts/setup.sh does), or set "
                        "GRAFT_CSV_INCLUDE_DIR to the folder that holds csv.h and GRAFT_CSV_LIBRARY to the library")
endif()
# Reads and writes protobuf's wire format; headers alone.
find_path(GRAFT_PROTOZERO_INCLUDE_DIR protozero/pbf_writer.hpp)
if(NOT GRAFT_PROTOZERO_INCLUDE_DIR)
    message(FATAL_ERROR "protozero's headers were not found: install Debian's libprotozero-dev (scripts/setup.sh does), "
                        "or set GRAFT_PROTOZERO_INCLUDE_DIR to the folder that holds protozero/pbf_writer.hpp")
endif()
# HEIC, AVIF and JPEG XL are read where their libraries are there, and else refused by name.
pkg_check_modules(libheif libheif>=1.12)
pkg_check_modules(libavif libavif>=0.9)
pkg_check_modules(libjxl libjxl>=0.7)

include("${CMAKE_CURRENT_LIST_DIR}/LibTorch.cmake")  # last: its package sets global flags

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${CCACHE_PROGRAM}")
    add_compile_options(-fpch-preprocess)
endif()

function(graft_set_warnings target)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers)
    # At -O3 GCC 12 and 13 see copies in std::string that overlap or overrun where none do, and ones that nobody has set
    # (GCC bugs 105651, 105329, 105562).
    target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-array-bounds;\
-Wno-stringop-overflow;-Wno-maybe-uninitialized>")
    if(GRAFT_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()

# LibTorch returns and fetches the pages of every activation anew under glibc's allocator, which costs up to half of
# the time. tcmalloc keeps them. It belongs to executables only: a library must not choose its host's allocator.
find_library(GRAFT_TCMALLOC NAMES tcmalloc_minimal libtcmalloc_minimal.so.4)
function(graft_link_page_keeping_allocator target)
    if(GRAFT_TCMALLOC)
        target_link_libraries(${target} PRIVATE -Wl,--no-as-needed ${GRAFT_TCMALLOC} -Wl,--as-needed)
    endif()
endfunction()

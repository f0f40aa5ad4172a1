#include "app/versions.hpp"

#include <ATen/Version.h>
#include <gif_lib.h>
#include <gnu/libc-version.h>
#include <openssl/crypto.h>
#include <tiffio.h>
#include <torch/version.h>
#include <zip.h>
#include <zlib.h>

// jpeglib.h uses size_t and FILE without including them
// clang-format off
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
// clang-format on

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <string_view>

#include "core/embedded.hpp"

#define GRAFT_TEXT_OF(macro) GRAFT_QUOTED(macro)
#define GRAFT_QUOTED(text) #text

namespace graft {
namespace {

/// The first number with dots: "4.5.0" of "LIBTIFF, Version 4.5.0".
std::string version_in(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789";
    const std::size_t begin = text.find_first_of(kDigits);
    if (begin == std::string_view::npos) return std::string(text);
    const std::size_t end = text.find_first_not_of("0123456789.", begin);
    return std::string(text.substr(begin, end == std::string_view::npos ? end : end - begin));
}

/// oneDNN calls itself "Intel(R) MKL-DNN v3.7.1 (Git Hash …)".
std::string onednn_version() {
    const std::string text = at::get_mkldnn_version();
    const std::size_t v = text.find(" v");
    return v == std::string::npos ? "none" : version_in(std::string_view(text).substr(v));
}

std::pair<std::string, std::string> jpeg_version() {
#ifdef LIBJPEG_TURBO_VERSION
    return {"libjpeg-turbo", GRAFT_TEXT_OF(LIBJPEG_TURBO_VERSION)};
#else
    return {"libjpeg", GRAFT_TEXT_OF(JPEG_LIB_VERSION)};
#endif
}

std::string compiler() {
#ifdef __clang__
    return "Clang " + std::string(__clang_version__);
#else
    return "GCC " + std::string(__VERSION__);
#endif
}

std::string dotted(int major, int minor, int patch) {
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> component_versions() {
    return {
        {"graft", std::string(version_text())},
        {"LibTorch", TORCH_VERSION},
        {"oneDNN", onednn_version()},
        {"OpenCV", cv::getVersionString()},
        jpeg_version(),
        {"libtiff", version_in(::TIFFGetVersion())},
        {"giflib", dotted(GIFLIB_MAJOR, GIFLIB_MINOR, GIFLIB_RELEASE)},
        {"libexif", GRAFT_LIBEXIF_VERSION},
        {"libzip", ::zip_libzip_version()},
        {"zlib", ::zlibVersion()},
        {"OpenSSL", ::OpenSSL_version(OPENSSL_VERSION_STRING)},
        {"nlohmann/json",
         dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
        {"spdlog", GRAFT_SPDLOG_VERSION},
        {"CLI11", CLI11_VERSION},
        {"glibc", ::gnu_get_libc_version()},
        {"compiler", compiler()},
        {"build type", GRAFT_BUILD_TYPE},
    };
}

std::string versions_text() {
    constexpr std::size_t kNameColumns = 15;
    std::string text;
    for (auto [name, version] : component_versions()) {
        name.resize(kNameColumns, ' ');
        text += name + version + "\n";
    }
    text.pop_back();  // CLI11 ends the last line itself
    return text;
}

}  // namespace graft

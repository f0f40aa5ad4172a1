#include "app/versions.hpp"

#include <ATen/Version.h>
#include <gnu/libc-version.h>
#include <openssl/crypto.h>
#include <torch/version.h>
#include <zip.h>
#include <zlib.h>

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <string_view>

#include "core/text.hpp"
#include "graft/core/version.hpp"
#include "image/decode/decoder.hpp"

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

std::string compiler() {
#ifdef __clang__
    return "Clang " + std::string(__clang_version__);
#else
    return "GCC " + std::string(__VERSION__);
#endif
}

std::string dotted(int major, int minor, int patch) { return format_text("{}.{}.{}", major, minor, patch); }

}  // namespace

std::vector<std::pair<std::string, std::string>> component_versions() {
    std::vector<std::pair<std::string, std::string>> versions{
        {"graft", std::string(version_text())},
        {"LibTorch", TORCH_VERSION},
        {"oneDNN", onednn_version()},
        {"OpenCV", cv::getVersionString()},
    };
    for (const Decoder& decoder : builtin_decoders())
        if (!decoder.codec.empty()) versions.emplace_back(decoder.codec, decoder.version);
    const std::vector<std::pair<std::string, std::string>> others{
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
    versions.insert(versions.end(), others.begin(), others.end());
    return versions;
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

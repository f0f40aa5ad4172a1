#include "image/decode/image_format.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include "image/decode/bytes.hpp"

namespace graft {
namespace {

using namespace std::string_view_literals;

bool has_at(std::string_view bytes, std::size_t at, std::string_view magic) {
    return bytes.size() >= at + magic.size() && bytes.substr(at, magic.size()) == magic;
}

/// "BM" alone is too weak a sign: the length of the second header must be one of those that exist.
bool is_bmp(std::string_view bytes) {
    if (!bytes.starts_with("BM") || bytes.size() < 18) return false;
    static constexpr std::array<std::uint32_t, 7> kHeaderLengths = {12, 40, 52, 56, 64, 108, 124};
    return std::ranges::find(kHeaderLengths, little_u32(bytes, 14)) != kHeaderLengths.end();
}

bool is_tiff(std::string_view bytes) {
    static constexpr std::array kMagics = {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv};  // the last two: BigTIFF
    return std::ranges::any_of(kMagics, [&](std::string_view magic) { return bytes.starts_with(magic); });
}

bool is_text(std::string_view bytes) {
    return std::ranges::none_of(bytes.substr(0, 256), [](unsigned char c) {
        return c == 0x7f || (c < 0x20 && c != '\n' && c != '\r' && c != '\t');
    });
}

struct OtherContent {
    std::size_t at;
    std::string_view magic;  // lower case where it is text
    std::string_view description;
};

constexpr std::array kOtherContents = {
    OtherContent{0, "<!doctype html"sv, "HTML text"},
    OtherContent{0, "<html"sv, "HTML text"},
    OtherContent{0, "<svg"sv, "SVG text"},
    OtherContent{0, "<?xml"sv, "XML text"},
    OtherContent{0, "version https://git-lfs"sv, "a Git LFS pointer; `git lfs pull` fetches the file"},
    OtherContent{0, "%pdf"sv, "a PDF file"},
    OtherContent{0, "pk\3\4"sv, "a ZIP archive"},
    OtherContent{0, "8bps"sv, "a Photoshop file"},
    OtherContent{4, "ftypavif"sv, "an AVIF image"},
    OtherContent{4, "ftyphei"sv, "a HEIC image"},
    OtherContent{4, "ftypmif1"sv, "a HEIF image"},
    OtherContent{4, "ftyp"sv, "an MP4 or QuickTime file"},
    OtherContent{4, "jp  \r\n\x87\n"sv, "a JPEG 2000 image"},
    OtherContent{4, "jxl "sv, "a JPEG XL image"},
    OtherContent{0, "\xff\x0a"sv, "a JPEG XL image"},
    OtherContent{0, "\0\0\1\0"sv, "an icon file"},
};

/// The first bytes, after a byte order mark and white space, in lower case.
std::string beginning(std::string_view bytes) {
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
    std::string text(bytes.substr(0, 64));
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace

ImageFormat image_format(std::string_view bytes) {
    if (bytes.starts_with("\xff\xd8\xff")) return ImageFormat::jpeg;
    if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return ImageFormat::png;
    if (has_at(bytes, 0, "RIFF") && has_at(bytes, 8, "WEBP")) return ImageFormat::webp;
    if (has_at(bytes, 0, "GIF87a") || has_at(bytes, 0, "GIF89a")) return ImageFormat::gif;
    if (is_tiff(bytes)) return ImageFormat::tiff;
    if (is_bmp(bytes)) return ImageFormat::bmp;
    return ImageFormat::none;
}

std::string describe_other_content(std::string_view bytes) {
    const std::string start = beginning(bytes);
    for (const OtherContent& other : kOtherContents)
        if (has_at(start, other.at, other.magic)) return std::string(other.description);
    if (is_text(bytes)) return "text";
    std::string text = "bytes";
    for (const unsigned char byte : bytes.substr(0, 4)) {
        static constexpr std::string_view kDigits = "0123456789abcdef";
        text += {' ', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return text;
}

}  // namespace graft

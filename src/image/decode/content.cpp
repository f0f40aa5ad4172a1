#include "image/decode/content.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/files.hpp"
#include "core/text.hpp"
#include "image/decode/decoder.hpp"
#include "image/decode/signatures.hpp"

namespace graft {
namespace {

using namespace std::string_view_literals;
using enum ContentKind;

/// Content that begins like nothing that graft reads.
struct KnownContent {
    ContentKind kind;
    std::size_t at;
    std::string_view magic;  // lower case where it is text
    std::string_view description;
};

constexpr std::array kKnownContents = {
    KnownContent{other_image, 4, "jp  \r\n\x87\n"sv, "a JPEG 2000 image"},
    KnownContent{other_image, 0, "\xff\x4f\xff\x51"sv, "a JPEG 2000 image"},
    KnownContent{other_image, 0, "ii\xbc"sv, "a JPEG XR image"},
    KnownContent{other_image, 0, "8bps"sv, "a Photoshop file"},
    KnownContent{other_image, 0, "<svg"sv, "SVG text"},
    KnownContent{other_image, 0, "\0\0\1\0"sv, "an icon file"},
    KnownContent{other_image, 0, "\0\0\2\0"sv, "a cursor file"},
    KnownContent{other_image, 0, "p7\n"sv, "a PAM image"},
    KnownContent{other_image, 0, "pf\n"sv, "a PFM image"},
    KnownContent{other_image, 0, "v/1\1"sv, "an OpenEXR image"},
    KnownContent{other_image, 0, "#?radiance"sv, "a Radiance HDR image"},
    KnownContent{other_image, 0, "dds "sv, "a DirectDraw surface"},
    KnownContent{other_image, 0, "gimp xcf"sv, "a GIMP file"},
    KnownContent{other_image, 0, "qoif"sv, "a QOI image"},
    KnownContent{other_image, 0, "simple  ="sv, "a FITS file"},
    KnownContent{other_image, 128, "dicm"sv, "a DICOM file"},
    KnownContent{other_image, 0, "fujifilmccd-raw"sv, "a camera's raw image"},
    KnownContent{other_image, 0, "fovb"sv, "a camera's raw image"},
    KnownContent{other_image, 4, "ftypcrx "sv, "a camera's raw image"},
    KnownContent{other_image, 0, "%pdf"sv, "a PDF file"},
    KnownContent{other, 0, "<!doctype html"sv, "HTML text"},
    KnownContent{other, 0, "<html"sv, "HTML text"},
    KnownContent{other, 0, "version https://git-lfs"sv, "a Git LFS pointer; `git lfs pull` downloads the file"},
    KnownContent{other, 0, "pk\3\4"sv, "a ZIP archive"},
    KnownContent{other, 0, "\x1f\x8b"sv, "gzip data"},
    KnownContent{other, 0, "\x89hdf\r\n"sv, "an HDF5 file"},
    KnownContent{other, 0, "\x93numpy"sv, "a NumPy array"},
    KnownContent{other, 0, "\x1a\x45\xdf\xa3"sv, "a Matroska or WebM film"},
    KnownContent{other, 8, "avi list"sv, "an AVI film"},
    KnownContent{other, 4, "ftyp"sv, "an MP4 or QuickTime file"},
};

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

/// The first bytes, after a byte order mark and white space, in lower case.
std::string beginning(std::string_view bytes) {
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    if (const std::size_t first = bytes.find_first_not_of(" \t\r\n"); first != bytes.npos) bytes.remove_prefix(first);
    return in_lower_case(bytes);
}

bool is_text(std::string_view bytes) {
    return std::ranges::none_of(bytes.substr(0, 256), [](unsigned char c) {
        return c == 0x7f || (c < 0x20 && c != '\n' && c != '\r' && c != '\t');
    });
}

std::string first_bytes(std::string_view bytes) {
    std::string text = "bytes";
    for (const unsigned char byte : bytes.substr(0, 4)) text += format_text(" {:02x}", unsigned{byte});
    return text;
}

}  // namespace

Content recognise(std::string_view bytes) {
    bytes = bytes.substr(0, kRecognisedBytes);
    if (bytes.empty()) return {other, "an empty file"};
    if (const Decoder* decoder = decoder_for(bytes)) return {image, decoder->name};
    if (is_raw_image(bytes)) return {other_image, "a camera's raw image"};
    if (is_avif(bytes)) return {other_image, "an AVIF image"};
    if (is_heif(bytes)) return {other_image, "a HEIC image"};
    if (is_jpeg_xl(bytes)) return {other_image, "a JPEG XL image"};
    const std::string start = beginning(bytes);
    for (const KnownContent& known : kKnownContents)
        if (has_at(start, known.at, known.magic)) return {known.kind, std::string(known.description)};
    if (start.starts_with("<?xml"))
        return start.find("<svg") != std::string::npos ? Content{other_image, "SVG text"} : Content{other, "XML text"};
    if (is_text(bytes)) return {other, "text"};
    return {other, first_bytes(bytes)};
}

Content recognise_file(const std::filesystem::path& file) { return recognise(read_beginning(file, kRecognisedBytes)); }

bool has_image_extension(const std::filesystem::path& file) {
    const std::string extension = in_lower_case(file.extension().string());
    return std::ranges::any_of(builtin_decoders(), [&](const Decoder& decoder) {
        return std::ranges::find(decoder.extensions, extension) != decoder.extensions.end();
    });
}

}  // namespace graft

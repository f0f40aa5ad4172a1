/// @file
/// WebP through libwebp, after its RIFF chunks were read here for the size, the orientation and whether it moves.
#include <webp/decode.h>

#include <opencv2/core.hpp>
#include <string>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/bytes.hpp"
#include "image/decode/decoder.hpp"
#include "image/decode/orientation.hpp"
#include "image/decode/rgb.hpp"
#include "image/decode/signatures.hpp"

namespace graft {
namespace {

/// What the chunks say (WebP container specification, RFC 9649).
struct WebP {
    std::uint32_t width = 0, height = 0;
    std::string_view exif, xmp;
};

void read_chunk(std::string_view type, std::string_view content, WebP& webp) {
    if (type == "VP8X") {  // extended: the canvas
        constexpr std::uint32_t animation = 0x02;
        if ((byte_at(content, 0) & animation) != 0) throw DataError("an animated WebP; allowed are still ones");
        webp.width = little_u24(content, 4) + 1;
        webp.height = little_u24(content, 7) + 1;
    } else if (type == "VP8 " && webp.width == 0) {  // lossy: 14 bits each
        webp.width = little_u16(content, 6) & 0x3fff;
        webp.height = little_u16(content, 8) & 0x3fff;
    } else if (type == "VP8L" && webp.width == 0) {  // lossless: 14 bits each, less one
        webp.width = (little_u32(content, 1) & 0x3fff) + 1;
        webp.height = (little_u32(content, 1) >> 14 & 0x3fff) + 1;
    } else if (type == "EXIF") {
        webp.exif = content;
    } else if (type == "XMP ") {
        webp.xmp = content;
    }
}

WebP read_chunks(std::string_view bytes) {
    const std::uint64_t length = std::uint64_t{little_u32(bytes, 4)} + 8;
    if (length > bytes.size()) throw DataError(format_text("truncated WebP: {} of {} bytes", bytes.size(), length));
    bytes = bytes.substr(0, length);
    WebP webp;
    for (std::size_t at = 12; at + 8 <= bytes.size();) {
        const std::size_t size = little_u32(bytes, at + 4);
        const std::string_view content = bytes.substr(at + 8, size);
        if (content.size() < size) throw DataError("damaged WebP: a chunk is longer than the file");
        read_chunk(bytes.substr(at, 4), content, webp);
        at += 8 + size + size % 2;  // chunks are padded to even lengths
    }
    return webp;
}

cv::Mat read_pixels(std::string_view bytes, const DecodeOptions& options) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK)
        throw DataError("damaged WebP: its header cannot be read");
    const bool has_alpha = features.has_alpha != 0;
    check_image_size(features.width, features.height, options, has_alpha ? 4 : 3);
    cv::Mat pixels(features.height, features.width, has_alpha ? CV_8UC4 : CV_8UC3);
    const std::size_t size = pixels.total() * pixels.elemSize();
    const auto decode = has_alpha ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
    if (decode(data, bytes.size(), pixels.data, size, static_cast<int>(pixels.step)) == nullptr)
        throw DataError("damaged WebP: its pixels cannot be decoded");
    return has_alpha ? rgb_over_white(pixels) : pixels;
}

StoredPicture decode_webp(std::string_view bytes, const DecodeOptions& options) {
    const WebP webp = read_chunks(bytes);
    check_image_size(webp.width, webp.height, options);
    return {.rgb = read_pixels(bytes, options), .orientation = stored_orientation(webp.exif, webp.xmp)};
}

}  // namespace

Decoder webp_decoder() {
    return {.name = "WebP",
            .extensions = {".webp"},
            .codec = "libwebp",
            .version = format_text("{}.{}.{}", WebPGetDecoderVersion() >> 16, WebPGetDecoderVersion() >> 8 & 255,
                                   WebPGetDecoderVersion() & 255),
            .recognises = [](std::string_view bytes) { return has_at(bytes, 0, "RIFF") && has_at(bytes, 8, "WEBP"); },
            .decode = decode_webp};
}

}  // namespace graft

/// @file
/// WebP through OpenCV, after its RIFF chunks were read here for the size, the orientation and whether it moves.
#include <opencv2/core.hpp>
#include <string>

#include "graft/core/errors.hpp"
#include "image/decode/bytes.hpp"
#include "image/decode/decoders.hpp"
#include "image/decode/orientation.hpp"
#include "image/decode/rgb.hpp"

namespace graft {
namespace {

/// What the chunks say (WebP container specification, RFC 9649).
struct WebP {
    std::uint32_t width = 0, height = 0;
    std::string_view exif;
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
    }
}

WebP read_chunks(std::string_view bytes) {
    const std::uint64_t length = std::uint64_t{little_u32(bytes, 4)} + 8;
    if (length > bytes.size())
        throw DataError("truncated WebP: " + std::to_string(bytes.size()) + " of " + std::to_string(length) + " bytes");
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

}  // namespace

DecodedImage decode_webp(std::string_view bytes, const DecodeLimits& limits) {
    const WebP webp = read_chunks(bytes);
    check_image_size(webp.width, webp.height, limits);
    const cv::Mat image = decode_with_opencv(bytes, "WebP");
    return {.rgb = rgb_from_opencv(image), .orientation = webp.exif.empty() ? 1 : exif_orientation(webp.exif)};
}

}  // namespace graft

/// @file
/// PNG: its chunks are checked here, for libpng as OpenCV calls it prints its warnings and reveals no reason; then
/// OpenCV decodes those that make the picture.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <opencv2/core.hpp>
#include <string>

#include "graft/core/errors.hpp"
#include "image/decode/bytes.hpp"
#include "image/decode/decoders.hpp"
#include "image/decode/orientation.hpp"
#include "image/decode/rgb.hpp"

namespace graft {
namespace {

constexpr std::size_t kSignatureLength = 8;

struct Chunk {
    std::string_view type;  // four letters
    std::string_view content;
    std::string_view whole;  // with length, type and check sum
};

/// The chunk at `at`, with its check sum verified.
Chunk chunk_at(std::string_view bytes, std::size_t at) {
    const std::string_view rest = bytes.substr(at);
    if (rest.size() < 12 || big_u32(rest, 0) > rest.size() - 12)
        throw DataError("truncated PNG: it ends before its IEND chunk");
    const std::size_t length = big_u32(rest, 0);
    const std::string_view checked = rest.substr(4, 4 + length);
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size());
    if (sum != big_u32(rest, 8 + length))
        throw DataError("damaged PNG: wrong check sum of the chunk at byte " + std::to_string(at));
    return {.type = checked.substr(0, 4), .content = checked.substr(4), .whole = rest.substr(0, 12 + length)};
}

/// What the chunks say.
struct Png {
    std::uint32_t width = 0, height = 0, bit_depth = 0, color_type = 0;
    std::string_view transparency = {};  // content of tRNS
    std::string_view exif = {};          // content of eXIf
    std::string essential;               // the file without the chunks that do not change the picture
};

Png read_chunks(std::string_view bytes) {
    static constexpr std::array<std::string_view, 5> kEssential = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"};
    Png png{.essential = std::string(bytes.substr(0, kSignatureLength))};
    for (std::size_t at = kSignatureLength;;) {
        const Chunk chunk = chunk_at(bytes, at);
        if ((chunk.type == "IHDR") != (at == kSignatureLength))
            throw DataError("damaged PNG: IHDR is not at its start");
        if (chunk.type == "IHDR") {
            png.width = big_u32(chunk.content, 0);
            png.height = big_u32(chunk.content, 4);
            png.bit_depth = byte_at(chunk.content, 8);
            png.color_type = byte_at(chunk.content, 9);
        }
        if (chunk.type == "tRNS") png.transparency = chunk.content;
        if (chunk.type == "eXIf") png.exif = chunk.content;
        if (std::ranges::find(kEssential, chunk.type) != kEssential.end()) png.essential += chunk.whole;
        if (chunk.type == "IEND") return png;
        at += chunk.whole.size();
    }
}

/// OpenCV honours tRNS except in grey pictures, where it names one transparent level.
void whiten_transparent_grey(const Png& png, cv::Mat& image) {
    constexpr std::uint32_t grey = 0;
    if (png.color_type != grey || png.transparency.size() != 2 || image.channels() != 1) return;
    const std::uint32_t highest = (1U << png.bit_depth) - 1;  // fewer than 8 bits arrive spread over 0..255
    const std::uint32_t level = big_u16(png.transparency, 0) * (png.bit_depth < 8 ? 255 / highest : 1);
    const cv::Mat is_transparent = image == static_cast<double>(level);
    image.setTo(image.depth() == CV_16U ? 65535 : 255, is_transparent);
}

}  // namespace

DecodedImage decode_png(std::string_view bytes, const DecodeLimits& limits) {
    const Png png = read_chunks(bytes);
    check_image_size(png.width, png.height, limits);
    cv::Mat image = decode_with_opencv(png.essential, "PNG");
    whiten_transparent_grey(png, image);
    return {.rgb = rgb_from_opencv(image), .orientation = png.exif.empty() ? 1 : exif_orientation(png.exif)};
}

}  // namespace graft

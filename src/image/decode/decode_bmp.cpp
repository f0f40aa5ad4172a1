/// @file
/// BMP through OpenCV, after its header and length were checked here. (In the rare 16-bit files OpenCV widens 5 bits by
/// shifting, so that their white is 248.)
#include <algorithm>
#include <cstdlib>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "graft/core/errors.hpp"
#include "image/decode/bytes.hpp"
#include "image/decode/decoders.hpp"
#include "image/decode/rgb.hpp"

namespace graft {
namespace {

enum Compression : std::uint32_t { kPlain = 0, kRunLengths8 = 1, kRunLengths4 = 2, kBitFields = 3 };

constexpr std::uint32_t kOs2Length = 12;

struct BmpHeader {
    std::uint32_t length = 0;            // of the second header, which tells the version
    std::int64_t width = 0, height = 0;  // height without the sign that says top-down
    std::int64_t bits_per_pixel = 0;
    std::uint32_t compression = kPlain;
    std::uint32_t colors = 0;
};

BmpHeader read_header(std::string_view bytes) {
    const std::uint32_t length = little_u32(bytes, 14);
    if (length == kOs2Length)
        return {.length = length,
                .width = little_u16(bytes, 18),
                .height = little_u16(bytes, 20),
                .bits_per_pixel = little_u16(bytes, 24)};
    return {.length = length,
            .width = static_cast<std::int32_t>(little_u32(bytes, 18)),
            .height = std::abs(std::int64_t{static_cast<std::int32_t>(little_u32(bytes, 22))}),
            .bits_per_pixel = little_u16(bytes, 28),
            .compression = little_u32(bytes, 30),
            .colors = little_u32(bytes, 46)};
}

std::int64_t palette_bytes(const BmpHeader& header) {
    if (header.bits_per_pixel > 8) return 0;
    const std::int64_t bytes_per_color = header.length == kOs2Length ? 3 : 4;
    return bytes_per_color * (header.colors > 0 ? header.colors : 1 << header.bits_per_pixel);
}

/// What is missing in run lengths, OpenCV notices.
void check_length(const BmpHeader& header, std::string_view bytes) {
    const std::int64_t row_bytes = (header.width * header.bits_per_pixel + 31) / 32 * 4;
    const bool is_plain = header.compression == kPlain || header.compression == kBitFields;
    const std::int64_t pixel_bytes = is_plain ? row_bytes * header.height : 0;
    constexpr std::int64_t file_header_length = 14;
    const std::int64_t needed = std::max(file_header_length + header.length + palette_bytes(header),
                                         std::int64_t{little_u32(bytes, 10)} + pixel_bytes);
    if (static_cast<std::int64_t>(bytes.size()) < needed)
        throw DataError("truncated BMP: " + std::to_string(bytes.size()) + " of " + std::to_string(needed) + " bytes");
}

/// Before version 3 (56 bytes) there is no alpha mask, but OpenCV takes the fourth byte, often zero, for alpha.
bool lacks_alpha(const BmpHeader& header, std::string_view bytes) {
    constexpr std::uint32_t version_3_length = 56;
    if (header.compression != kBitFields || header.bits_per_pixel != 32 || header.length >= version_3_length)
        return false;
    if (little_u32(bytes, 54) != 0xff0000 || little_u32(bytes, 58) != 0xff00 || little_u32(bytes, 62) != 0xff)
        throw DataError("a BMP with unusual colour masks is not supported");  // OpenCV would ignore them
    return true;
}

}  // namespace

DecodedImage decode_bmp(std::string_view bytes, const DecodeLimits& limits) {
    const BmpHeader header = read_header(bytes);
    check_image_size(header.width, header.height, limits);
    if (header.compression > kBitFields)
        throw DataError("BMP compression " + std::to_string(header.compression) + " is not supported");
    if (header.colors > 256) throw DataError("damaged BMP: " + std::to_string(header.colors) + " colours");
    check_length(header, bytes);
    cv::Mat image = decode_with_opencv(bytes, "BMP");
    if (lacks_alpha(header, bytes) && image.channels() == 4) cv::cvtColor(image, image, cv::COLOR_BGRA2BGR);
    return {.rgb = rgb_from_opencv(image)};
}

}  // namespace graft

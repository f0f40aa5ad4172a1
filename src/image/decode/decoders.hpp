/// @file
/// One function per file format, behind decode_image. Each checks the size in the header before it allocates, and
/// throws DataError `"<what is wrong>"`, to which decode_image adds the name.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <string_view>

#include "image/decode/decode.hpp"

namespace graft {

/// A picture as it is stored, before it is turned upright.
struct DecodedImage {
    cv::Mat rgb;          ///< [H,W] CV_8UC3, RGB
    int orientation = 1;  ///< 1..8 as in EXIF
};

[[nodiscard]] DecodedImage decode_jpeg(std::string_view bytes, const DecodeLimits& limits);
[[nodiscard]] DecodedImage decode_png(std::string_view bytes, const DecodeLimits& limits);
[[nodiscard]] DecodedImage decode_bmp(std::string_view bytes, const DecodeLimits& limits);
[[nodiscard]] DecodedImage decode_webp(std::string_view bytes, const DecodeLimits& limits);
[[nodiscard]] DecodedImage decode_tiff(std::string_view bytes, const DecodeLimits& limits);
[[nodiscard]] DecodedImage decode_gif(std::string_view bytes, const DecodeLimits& limits);

/// Throws DataError when a side is not positive or the area is above the limit.
void check_image_size(std::int64_t width, std::int64_t height, const DecodeLimits& limits);

}  // namespace graft

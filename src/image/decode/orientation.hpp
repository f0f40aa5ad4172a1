/// @file
/// How a camera was held, as EXIF tells it, and turning the picture upright.
#pragma once

#include <opencv2/core/mat.hpp>
#include <string_view>

namespace graft {

/// The orientation 1..8 in an EXIF block (a TIFF structure, with or without "Exif\0\0" before it); 1 when the block is
/// damaged, or the tag is absent or out of range. Never throws for bad bytes.
[[nodiscard]] int exif_orientation(std::string_view exif);

/// The picture turned as its orientation says (EXIF 2.32, tag 274): mirrored for 2 and 4, turned by 180 degrees for 3,
/// transposed for 5, turned clockwise by 90 degrees for 6, anti-transposed for 7, turned anticlockwise for 8.
/// Orientation 1 returns `image` itself, without a copy. `orientation` is 1..8.
[[nodiscard]] cv::Mat turned_upright(const cv::Mat& image, int orientation);

}  // namespace graft

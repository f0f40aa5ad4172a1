/// @file
/// How a camera was held, as EXIF or XMP tells it, and turning the picture upright.
#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>
#include <string_view>

namespace graft {

/// The orientation in an EXIF block (a TIFF structure, with or without "Exif\0\0" before it), of any integer type;
/// nothing when the block is damaged or has no such tag. A value out of 1..8 means upright: 1. Never throws for bad
/// bytes.
[[nodiscard]] std::optional<int> exif_orientation(std::string_view exif);

/// The orientation in an XMP packet: the digit behind the first `tiff:Orientation="` or `tiff:Orientation>`, as Pillow
/// reads it.
[[nodiscard]] std::optional<int> xmp_orientation(std::string_view xmp);

/// 1..8: that of the EXIF block; where that has none, that of the XMP packet; else 1. Either may be empty.
[[nodiscard]] inline int stored_orientation(std::string_view exif, std::string_view xmp) {
    if (const std::optional<int> orientation = exif_orientation(exif)) return *orientation;
    return xmp_orientation(xmp).value_or(1);
}

/// The picture turned as its orientation says (EXIF 2.32, tag 274): mirrored for 2 and 4, turned by 180 degrees for 3,
/// transposed for 5, turned clockwise by 90 degrees for 6, anti-transposed for 7, turned anticlockwise for 8.
/// Orientation 1 returns `image` itself, without a copy. `orientation` is 1..8.
[[nodiscard]] cv::Mat turned_upright(const cv::Mat& image, int orientation);

/// The size that a picture has when it is turned upright.
[[nodiscard]] inline cv::Size upright_size(cv::Size stored, int orientation) {
    return orientation >= 5 ? cv::Size(stored.height, stored.width) : stored;
}

}  // namespace graft

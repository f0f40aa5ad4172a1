/// @file
/// From whatever a decoder delivers to 8-bit RGB.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <string_view>

namespace graft {

/// cv::imdecode with IMREAD_UNCHANGED. Throws DataError `"damaged <format>: OpenCV cannot decode it"`.
[[nodiscard]] cv::Mat decode_with_opencv(std::string_view bytes, const char* format);

/// [H,W] with 1 (grey), 3 (BGR) or 4 (BGRA) channels of 8 or 16 bits to [H,W] CV_8UC3, RGB, blended over white.
/// Throws DataError for any other type.
[[nodiscard]] cv::Mat rgb_from_opencv(const cv::Mat& image);

/// A colour in 0..255 with an opacity in 0..255 over white, rounded.
[[nodiscard]] constexpr std::uint8_t over_white(int color, int alpha) {
    return static_cast<std::uint8_t>((color * alpha + 255 * (255 - alpha) + 127) / 255);
}

}  // namespace graft

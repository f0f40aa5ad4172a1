/// @file
/// Transparent pictures over white.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <opencv2/core/matx.hpp>

namespace graft {

/// A colour in 0..255 with an opacity in 0..255 over white, rounded.
[[nodiscard]] constexpr std::uint8_t over_white(int color, int alpha) {
    return static_cast<std::uint8_t>((color * alpha + 255 * (255 - alpha) + 127) / 255);
}

/// `count` pixels RGBA, not premultiplied, to RGB.
void rgb_over_white(const cv::Vec4b* rgba, cv::Vec3b* rgb, int count);

/// [H,W] CV_8UC4, RGBA, not premultiplied, to [H,W] CV_8UC3.
[[nodiscard]] cv::Mat rgb_over_white(const cv::Mat& rgba);

}  // namespace graft

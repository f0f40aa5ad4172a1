/// @file
/// Changes of colour and sharpness, number for number those of Pillow (ImageEnhance, ImageOps), which torchvision's
/// transforms of Pillow images call. Pictures are [H,W] CV_8UC3, RGB; none is changed, though it may be returned.
#pragma once

#include <opencv2/core/mat.hpp>

namespace graft {

/// @name Mixed with another picture, `other + factor * (rgb - other)`, cut to whole numbers and to 0..255. A factor of
/// 1 changes nothing.
///@{
[[nodiscard]] cv::Mat with_brightness(const cv::Mat& rgb, double factor);  ///< the other is black
[[nodiscard]] cv::Mat with_contrast(const cv::Mat& rgb, double factor);    ///< of the mean of the grey values
[[nodiscard]] cv::Mat with_saturation(const cv::Mat& rgb, double factor);  ///< its own grey values
[[nodiscard]] cv::Mat with_sharpness(const cv::Mat& rgb, double factor);   ///< itself, smoothed but for its edge
///@}

/// The hue turned, in 8-bit HSV. @param shift share of the circle, -0.5..0.5
[[nodiscard]] cv::Mat with_hue(const cv::Mat& rgb, double shift);
/// The highest `bits` bits of each value, 1..8.
[[nodiscard]] cv::Mat posterized(const cv::Mat& rgb, int bits);
/// Values from `threshold` on inverted.
[[nodiscard]] cv::Mat solarized(const cv::Mat& rgb, double threshold);
/// Each channel stretched so that its lowest value becomes 0 and its highest 255.
[[nodiscard]] cv::Mat auto_contrasted(const cv::Mat& rgb);
/// Each channel's histogram made even.
[[nodiscard]] cv::Mat equalized(const cv::Mat& rgb);
[[nodiscard]] cv::Mat inverted(const cv::Mat& rgb);
/// Grey values (ITU-R 601) in all three channels.
[[nodiscard]] cv::Mat greyscale(const cv::Mat& rgb);

}  // namespace graft

/// @file
/// Small copies of pictures as Pillow makes them: the rules of other programs are stated on those.
#pragma once

#include <opencv2/core/mat.hpp>

namespace graft {

enum class ResampleFilter { bicubic, lanczos };

/// `Image.resize` of Pillow: the filter is widened by the factor of shrinking, columns before rows, each rounded to
/// 8 bits. Pictures more than eight times as large are averaged over areas first, which is not seen and saves most of
/// the time.
/// @param rgb [H,W] CV_8UC3, not empty
/// @return [size] CV_8UC3, continuous
[[nodiscard]] cv::Mat resample(const cv::Mat& rgb, cv::Size size, ResampleFilter filter);

/// `Image.convert("L")` of Pillow. @return [H,W] CV_8UC1, continuous
[[nodiscard]] cv::Mat luminance(const cv::Mat& rgb);

}  // namespace graft

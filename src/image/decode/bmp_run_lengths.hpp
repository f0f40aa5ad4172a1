/// @file
/// The run lengths of BMP files, 8 or 4 bits a pixel.
#pragma once

#include <opencv2/core/mat.hpp>
#include <string_view>

namespace graft {

/// The colour numbers [H,W] CV_8UC1, the top row first. What a line end or a jump passes over has colour 0, as in
/// Pillow. Throws DataError for runs that leave their row or the picture, and where rows are missing.
[[nodiscard]] cv::Mat expanded_run_lengths(std::string_view codes, cv::Size size, int bits_per_pixel);

}  // namespace graft

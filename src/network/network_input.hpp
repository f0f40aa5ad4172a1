/// @file
/// From pixels to a network's input tensor.
#pragma once

#include <ATen/core/Tensor.h>

#include <opencv2/core/mat.hpp>

#include "image/preprocessing.hpp"

namespace graft {

/// @param rgb [H,W] CV_8UC3, RGB
/// @return float32 [1,3,H,W], RGB, 0..255, channels-last, with memory of its own
[[nodiscard]] at::Tensor to_network_input(const cv::Mat& rgb);

/// Noise over the whole range of values, always the same: what networks are compiled and compared on.
/// @return float32 [1,3,height,width], 0..255
[[nodiscard]] at::Tensor example_input(const Preprocessing& preprocessing);

}  // namespace graft

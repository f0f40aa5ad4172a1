/// @file
/// The gradient of a depthwise convolution's weights. oneDNN's is slow but for 3x3: of EfficientNet-Lite0's training
/// step its 5x5 layers were a third.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace graft {

/// How a depthwise convolution moves over its input; the same along both axes of an entry.
struct DepthwiseMove {
    std::int64_t stride_y = 1, stride_x = 1, pad_y = 0, pad_x = 0;
};

/// @param x float32 [N,C,H,W]
/// @param gradient of the output, float32 [N,C,h,w]
/// @return float32 [C,1,kernel_y,kernel_x]; summed in the same order with any number of threads
[[nodiscard]] at::Tensor depthwise_weight_gradient(const at::Tensor& x, const at::Tensor& gradient,
                                                   std::int64_t kernel_y, std::int64_t kernel_x,
                                                   const DepthwiseMove& move);

/// torch.conv2d; of a depthwise convolution larger than 3x3 the weights' gradient is computed as above.
[[nodiscard]] at::Tensor conv2d_to_train(const at::Tensor& x, const at::Tensor& weight,
                                         const std::optional<at::Tensor>& bias, at::IntArrayRef stride,
                                         at::IntArrayRef padding, at::IntArrayRef dilation, std::int64_t groups);

}  // namespace graft

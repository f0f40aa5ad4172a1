/// @file
/// The block that MobileNetV2, MobileNetV3 and EfficientNet are made of, with the parameter names of torchvision's
/// `Conv2dNormActivation`, `SqueezeExcitation` and `MBConv`.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "network/layers.hpp"

namespace graft {

/// A convolution that keeps the size (for stride 1), batch norm, activation: children "0", "1" and, unless `activation`
/// is empty, "2". The channels of `norm` are taken from the convolution.
[[nodiscard]] TorchModule make_conv_norm(ConvOptions conv, BatchNormOptions norm, const std::string& activation);

struct InvertedResidualOptions {
    std::int64_t in = 0, wide = 0, out = 0, kernel = 3, stride = 1;
    std::int64_t squeezed = 0;  ///< channels of the squeeze-and-excitation's middle; 0: there is none
    std::string activation;     ///< of the expansion and the depthwise convolution, an expression of x
    std::string squeeze_activation = "torch.relu(x)", squeeze_gate = "torch.sigmoid(x)";
    BatchNormOptions norm;  ///< eps and momentum
};

/// The class of the block.
inline constexpr const char* kInvertedResidual = "InvertedResidual";

/// 1x1 expansion to `wide` channels (unless in = wide), depthwise convolution, squeeze-and-excitation, 1x1 projection;
/// plus its input where sizes and channels agree. Child "block" with children "0", "1", ….
[[nodiscard]] TorchModule make_inverted_residual(const InvertedResidualOptions& options);

/// A number of channels times a width, rounded to a multiple of 8, by at most a tenth downwards.
[[nodiscard]] std::int64_t scaled_channels(std::int64_t channels, double width);
/// A number of layers times a depth, rounded up.
[[nodiscard]] std::int64_t scaled_repeats(std::int64_t repeats, double depth);

/// A stage of EfficientNet and EfficientNet-Lite before scaling.
struct EfficientNetStage {
    std::int64_t repeats, kernel, stride, expand, out;
};
inline constexpr std::array<EfficientNetStage, 7> kEfficientNetStages = {{{1, 3, 1, 1, 16},
                                                                          {2, 3, 2, 6, 24},
                                                                          {2, 5, 2, 6, 40},
                                                                          {3, 3, 2, 6, 80},
                                                                          {3, 5, 1, 6, 112},
                                                                          {4, 5, 2, 6, 192},
                                                                          {1, 3, 1, 6, 320}}};

}  // namespace graft

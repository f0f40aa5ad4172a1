/// MobileNetV3 small and large (Howard et al. 2019), with torchvision's parameter names. The features are the last
/// map's, as Keras gives them without the top; the published classifier has a hidden layer of its own, which is left
/// out. timm's names are not known here: its `mobilenetv3_…` and `tf_mobilenetv3_…` have the same names and compute
/// different things.
#include <span>

#include "network/architecture.hpp"
#include "network/architectures/inverted_residual.hpp"

namespace graft {
namespace {

constexpr const char* kRelu = "torch.relu(x)";
constexpr const char* kHardswish = "torch.hardswish(x)";
constexpr BatchNormOptions kNorm{.eps = 1e-3, .momentum = 0.01};

struct Block {
    std::int64_t kernel, wide, out;
    std::int64_t squeezed;  ///< a quarter of `wide`, rounded to a multiple of 8; 0: no squeeze-and-excitation
    const char* activation;
    std::int64_t stride;
};

constexpr Block kSmall[] = {
    {3, 16, 16, 8, kRelu, 2},         {3, 72, 24, 0, kRelu, 2},        {3, 88, 24, 0, kRelu, 1},
    {5, 96, 40, 24, kHardswish, 2},   {5, 240, 40, 64, kHardswish, 1}, {5, 240, 40, 64, kHardswish, 1},
    {5, 120, 48, 32, kHardswish, 1},  {5, 144, 48, 40, kHardswish, 1}, {5, 288, 96, 72, kHardswish, 2},
    {5, 576, 96, 144, kHardswish, 1}, {5, 576, 96, 144, kHardswish, 1}};

constexpr Block kLarge[] = {
    {3, 16, 16, 0, kRelu, 1},          {3, 64, 24, 0, kRelu, 2},          {3, 72, 24, 0, kRelu, 1},
    {5, 72, 40, 24, kRelu, 2},         {5, 120, 40, 32, kRelu, 1},        {5, 120, 40, 32, kRelu, 1},
    {3, 240, 80, 0, kHardswish, 2},    {3, 200, 80, 0, kHardswish, 1},    {3, 184, 80, 0, kHardswish, 1},
    {3, 184, 80, 0, kHardswish, 1},    {3, 480, 112, 120, kHardswish, 1}, {3, 672, 112, 168, kHardswish, 1},
    {5, 672, 160, 168, kHardswish, 2}, {5, 960, 160, 240, kHardswish, 1}, {5, 960, 160, 240, kHardswish, 1}};

/// A stage begins where the number of channels changes.
Architecture make_mobilenet_v3(const std::string& name, std::span<const Block> blocks) {
    Architecture net{.name = name,
                     .channels = 16,
                     .renames = {{"features.0.", "stem."}},
                     .classifier = "classifier.",
                     .classifier_layers = {{"classifier.0", kHardswish}, {"classifier.3"}},
                     .residual_sums = {.block = kInvertedResidual}};
    net.stages.emplace_back("stem", make_conv_norm({.in = 3, .out = 16, .kernel = 3, .stride = 2}, kNorm, kHardswish));
    NamedModules stage;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const Block& block = blocks[i];
        const std::string stage_name = "stage" + std::to_string(net.stages.size());
        net.renames.emplace_back("features." + std::to_string(i + 1) + ".",
                                 stage_name + "." + std::to_string(stage.size()) + ".");
        stage.emplace_back(std::to_string(stage.size()), make_inverted_residual({.in = net.channels,
                                                                                 .wide = block.wide,
                                                                                 .out = block.out,
                                                                                 .kernel = block.kernel,
                                                                                 .stride = block.stride,
                                                                                 .squeezed = block.squeezed,
                                                                                 .activation = block.activation,
                                                                                 .squeeze_gate = "torch.hardsigmoid(x)",
                                                                                 .norm = kNorm}));
        net.channels = block.out;
        if (i + 1 < blocks.size() && blocks[i + 1].out == block.out) continue;
        net.stages.emplace_back(stage_name, make_chain("Stage", stage));
        stage.clear();
    }
    net.renames.emplace_back("features." + std::to_string(blocks.size() + 1) + ".", "top.");
    net.stages.emplace_back("top", make_conv_norm({.in = net.channels, .out = 6 * net.channels}, kNorm, kHardswish));
    net.channels *= 6;
    return net;
}

}  // namespace

ArchitectureRow mobilenet_v3_small_row() {
    return {"mobilenet_v3_small", "MobileNetV3 small, 576 features, 0.9 M parameters",
            [](std::int64_t, std::int64_t) { return make_mobilenet_v3("mobilenet_v3_small", kSmall); }};
}

ArchitectureRow mobilenet_v3_large_row() {
    return {"mobilenet_v3_large", "MobileNetV3 large, 960 features, 3.0 M parameters",
            [](std::int64_t, std::int64_t) { return make_mobilenet_v3("mobilenet_v3_large", kLarge); }};
}

}  // namespace graft

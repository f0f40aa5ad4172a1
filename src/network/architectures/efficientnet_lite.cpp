/// EfficientNet-Lite (TensorFlow's variant of Tan and Le 2019 without squeeze-and-excitation and with ReLU6), with the
/// parameter names of the PyTorch port `efficientnet-lite-pytorch`. timm's names are not among them: its
/// `efficientnet_lite0` and `tf_efficientnet_lite0` have the same names, and only the latter computes what is computed
/// here.
#include <algorithm>

#include "network/architecture.hpp"
#include "network/architectures/inverted_residual.hpp"

namespace graft {
namespace {

constexpr const char* kLiteBlock = "MBConv";

/// TensorFlow's defaults: decay 0.99 there is momentum 0.01 here.
BatchNormOptions norm(std::int64_t channels) { return {.channels = channels, .eps = 1e-3, .momentum = 0.01}; }

struct Size {
    std::int64_t height, width;
};

/// A convolution with TensorFlow's "SAME" padding: output = ceil(input / stride), the odd zero at the bottom/right.
/// Advances `size` to the output's.
TorchModule same_conv(ConvOptions options, Size& size) {
    const auto total = [&](std::int64_t input) {
        const std::int64_t output = (input + options.stride - 1) / options.stride;
        return std::max<std::int64_t>((output - 1) * options.stride + options.kernel - input, 0);
    };
    const std::int64_t across = total(size.width), down = total(size.height);
    options.pad = {across / 2, across - across / 2, down / 2, down - down / 2};
    size = {(size.height + options.stride - 1) / options.stride, (size.width + options.stride - 1) / options.stride};
    return make_conv2d(options);
}

TorchModule make_block(std::int64_t in, const EfficientNetStage& stage, std::int64_t stride, Size& size) {
    const std::int64_t wide = in * stage.expand;
    TorchModule block = make_module(kLiteBlock);
    std::string source = "def forward(self, x):\n    y = x\n";
    if (stage.expand != 1) {
        block.register_module("_expand_conv", make_conv2d({.in = in, .out = wide}));
        block.register_module("_bn0", make_batch_norm(norm(wide)));
        source += "    y = torch.clamp(self._bn0.forward(self._expand_conv.forward(y)), 0.0, 6.0)\n";
    }
    block.register_module(
        "_depthwise_conv",
        same_conv({.in = wide, .out = wide, .kernel = stage.kernel, .stride = stride, .groups = wide}, size));
    block.register_module("_bn1", make_batch_norm(norm(wide)));
    block.register_module("_project_conv", make_conv2d({.in = wide, .out = stage.out}));
    block.register_module("_bn2", make_batch_norm(norm(stage.out)));
    source +=
        "    y = torch.clamp(self._bn1.forward(self._depthwise_conv.forward(y)), 0.0, 6.0)\n"
        "    y = self._bn2.forward(self._project_conv.forward(y))\n";
    block.define(source + (stride == 1 && in == stage.out ? "    return y + x\n" : "    return y\n"));
    return block;
}

TorchModule relu6() { return make_function("ReLU6", "torch.clamp(x, 0.0, 6.0)"); }

/// Width and depth scale the stages, except the number of layers of the first and the last; stem and top stay.
Architecture make_lite(const std::string& name, double width, double depth, Size size) {
    Architecture net{.name = name,
                     .channels = 32,
                     .classifier = "_fc.",
                     .classifier_layers = {{"_fc"}},
                     .residual_sums = {.block = kLiteBlock}};
    net.stages.emplace_back(
        "stem", make_chain("Stem", {{"_conv_stem", same_conv({.in = 3, .out = 32, .kernel = 3, .stride = 2}, size)},
                                    {"_bn0", make_batch_norm(norm(32))},
                                    {"relu", relu6()}}));
    net.renames = {{"_conv_stem.", "stem._conv_stem."}, {"_bn0.", "stem._bn0."}};
    std::int64_t block_number = 0;
    for (std::size_t s = 0; s < kEfficientNetStages.size(); ++s) {
        EfficientNetStage stage = kEfficientNetStages[s];
        stage.out = scaled_channels(stage.out, width);
        if (s > 0 && s + 1 < kEfficientNetStages.size()) stage.repeats = scaled_repeats(stage.repeats, depth);
        const std::string stage_name = "stage" + std::to_string(s + 1);
        NamedModules blocks;
        for (std::int64_t i = 0; i < stage.repeats; ++i) {
            blocks.emplace_back(std::to_string(i), make_block(net.channels, stage, i == 0 ? stage.stride : 1, size));
            net.renames.emplace_back("_blocks." + std::to_string(block_number++) + ".",
                                     stage_name + "." + std::to_string(i) + ".");
            net.channels = stage.out;
        }
        net.stages.emplace_back(stage_name, make_chain("Stage", blocks));
    }
    net.stages.emplace_back("top", make_chain("Top", {{"_conv_head", make_conv2d({.in = net.channels, .out = 1280})},
                                                      {"_bn1", make_batch_norm(norm(1280))},
                                                      {"relu", relu6()}}));
    net.renames.insert(net.renames.end(), {{"_conv_head.", "top._conv_head."}, {"_bn1.", "top._bn1."}});
    net.channels = 1280;
    return net;
}

ArchitectureRow row(const std::string& name, const std::string& summary, double width, double depth) {
    return {name, summary, [=](std::int64_t height, std::int64_t in_width) {
                return make_lite(name, width, depth, {height, in_width});
            }};
}

}  // namespace

ArchitectureRow efficientnet_lite0_row() {
    return row("efficientnet_lite0", "EfficientNet-Lite0, 1280 features, 3.4 M parameters", 1.0, 1.0);
}

ArchitectureRow efficientnet_lite1_row() {
    return row("efficientnet_lite1", "EfficientNet-Lite1 (240 pixels), 1280 features, 4.1 M parameters", 1.0, 1.1);
}

ArchitectureRow efficientnet_lite2_row() {
    return row("efficientnet_lite2", "EfficientNet-Lite2 (260 pixels), 1280 features, 4.8 M parameters", 1.1, 1.2);
}

ArchitectureRow efficientnet_lite3_row() {
    return row("efficientnet_lite3", "EfficientNet-Lite3 (280 pixels), 1280 features, 6.9 M parameters", 1.2, 1.4);
}

ArchitectureRow efficientnet_lite4_row() {
    return row("efficientnet_lite4", "EfficientNet-Lite4 (300 pixels), 1280 features, 11.7 M parameters", 1.4, 1.8);
}

}  // namespace graft

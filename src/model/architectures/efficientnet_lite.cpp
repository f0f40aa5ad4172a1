/// EfficientNet-Lite (TensorFlow's variant of Tan and Le 2019 without squeeze-and-excitation and with ReLU6), with the
/// parameter names of the PyTorch port `efficientnet-lite-pytorch`.
#include <algorithm>
#include <array>

#include "model/architecture.hpp"

namespace graft {
namespace {

struct StageOptions {
    std::int64_t repeats, kernel, stride, expand, out;
};

constexpr std::array<StageOptions, 7> kLite0 = {{{1, 3, 1, 1, 16},
                                                 {2, 3, 2, 6, 24},
                                                 {2, 5, 2, 6, 40},
                                                 {3, 3, 2, 6, 80},
                                                 {3, 5, 1, 6, 112},
                                                 {4, 5, 2, 6, 192},
                                                 {1, 3, 1, 6, 320}}};

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

TorchModule make_block(std::int64_t in, const StageOptions& stage, std::int64_t stride, Size& size) {
    const std::int64_t wide = in * stage.expand;
    TorchModule block = make_module("MBConv");
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

Architecture make_lite(const std::string& name, std::span<const StageOptions> stages, Size size) {
    Architecture net{.name = name, .classifier = "_fc."};
    net.stages.emplace_back(
        "stem", make_chain("Stem", {{"_conv_stem", same_conv({.in = 3, .out = 32, .kernel = 3, .stride = 2}, size)},
                                    {"_bn0", make_batch_norm(norm(32))},
                                    {"relu", relu6()}}));
    net.renames = {{"_conv_stem.", "stem._conv_stem."}, {"_bn0.", "stem._bn0."}};
    std::int64_t channels = 32, block_number = 0;
    for (std::size_t s = 0; s < stages.size(); ++s) {
        const std::string stage_name = "stage" + std::to_string(s + 1);
        NamedModules blocks;
        for (std::int64_t i = 0; i < stages[s].repeats; ++i) {
            blocks.emplace_back(std::to_string(i),
                                make_block(channels, stages[s], i == 0 ? stages[s].stride : 1, size));
            net.renames.emplace_back("_blocks." + std::to_string(block_number++) + ".",
                                     stage_name + "." + std::to_string(i) + ".");
            channels = stages[s].out;
        }
        net.stages.emplace_back(stage_name, make_chain("Stage", blocks));
    }
    net.stages.emplace_back("top", make_chain("Top", {{"_conv_head", make_conv2d({.in = channels, .out = 1280})},
                                                      {"_bn1", make_batch_norm(norm(1280))},
                                                      {"relu", relu6()}}));
    net.renames.insert(net.renames.end(), {{"_conv_head.", "top._conv_head."}, {"_bn1.", "top._bn1."}});
    net.channels = 1280;
    return net;
}

}  // namespace

ArchitectureRow efficientnet_lite0_row() {
    return {"efficientnet_lite0", "EfficientNet-Lite0, 1280 features, 3.4 M parameters",
            [](std::int64_t height, std::int64_t width) {
                return make_lite("efficientnet_lite0", kLite0, {height, width});
            }};
}

}  // namespace graft

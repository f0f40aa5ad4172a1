#include "network/architectures/inverted_residual.hpp"

#include <algorithm>
#include <cmath>

namespace graft {
namespace {

/// Scales each channel by a gate computed from the mean of the map (Hu et al. 2017).
TorchModule make_squeeze_excitation(const InvertedResidualOptions& options) {
    TorchModule module = make_module("SqueezeExcitation");
    module.register_module("fc1", make_conv2d({.in = options.wide, .out = options.squeezed, .bias = true}));
    module.register_module("activation", make_function("Activation", options.squeeze_activation));
    module.register_module("fc2", make_conv2d({.in = options.squeezed, .out = options.wide, .bias = true}));
    module.register_module("gate", make_function("Gate", options.squeeze_gate));
    module.define(
        "def forward(self, x):\n"
        "    y = torch.mean(x, [2, 3], True)\n"
        "    y = self.activation.forward(self.fc1.forward(y))\n"
        "    return x * self.gate.forward(self.fc2.forward(y))\n");
    return module;
}

}  // namespace

TorchModule make_conv_norm(ConvOptions conv, BatchNormOptions norm, const std::string& activation) {
    conv.pad = on_each_side((conv.kernel - 1) / 2);
    norm.channels = conv.out;
    NamedModules children{{"0", make_conv2d(conv)}, {"1", make_batch_norm(norm)}};
    if (!activation.empty()) children.emplace_back("2", make_function("Activation", activation));
    return make_chain("ConvNorm", children);
}

TorchModule make_inverted_residual(const InvertedResidualOptions& options) {
    NamedModules parts;
    const auto add = [&](const TorchModule& part) { parts.emplace_back(std::to_string(parts.size()), part); };
    if (options.in != options.wide)
        add(make_conv_norm({.in = options.in, .out = options.wide}, options.norm, options.activation));
    add(make_conv_norm({.in = options.wide,
                        .out = options.wide,
                        .kernel = options.kernel,
                        .stride = options.stride,
                        .groups = options.wide},
                       options.norm, options.activation));
    if (options.squeezed > 0) add(make_squeeze_excitation(options));
    add(make_conv_norm({.in = options.wide, .out = options.out}, options.norm, ""));
    TorchModule block = make_module(kInvertedResidual);
    block.register_module("block", make_chain("Block", parts));
    const bool same_shape = options.stride == 1 && options.in == options.out;
    block.define(std::string("def forward(self, x):\n    return self.block.forward(x)") +
                 (same_shape ? " + x\n" : "\n"));
    return block;
}

std::int64_t scaled_channels(std::int64_t channels, double width) {
    constexpr std::int64_t kMultiple = 8;
    const double exact = static_cast<double>(channels) * width;
    const std::int64_t nearest = static_cast<std::int64_t>(exact + kMultiple / 2) / kMultiple * kMultiple;
    const std::int64_t rounded = std::max(kMultiple, nearest);
    return static_cast<double>(rounded) < 0.9 * exact ? rounded + kMultiple : rounded;
}

std::int64_t scaled_repeats(std::int64_t repeats, double depth) {
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(repeats) * depth));
}

}  // namespace graft

/// EfficientNet B0 to B4 (Tan and Le 2019), with torchvision's parameter names. timm's names are not known here: its
/// `efficientnet_b0` and `tf_efficientnet_b0` have the same names and compute different things, so that a file would be
/// taken for what it may not be.
#include "network/architecture.hpp"
#include "network/architectures/inverted_residual.hpp"

namespace graft {
namespace {

constexpr const char* kSilu = "torch.silu(x)";

Architecture make_efficientnet(const std::string& name, double width, double depth) {
    Architecture net{.name = name,
                     .channels = scaled_channels(32, width),
                     .classifier = "classifier.",
                     .classifier_layers = {{"classifier.1"}},
                     .residual_sums = {.block = kInvertedResidual}};
    const auto add_stage = [&net](const std::string& stage, const TorchModule& module) {
        net.renames.emplace_back("features." + std::to_string(net.stages.size()) + ".", stage + ".");
        net.stages.emplace_back(stage, module);
    };
    add_stage("stem", make_conv_norm({.in = 3, .out = net.channels, .kernel = 3, .stride = 2}, {}, kSilu));
    for (const EfficientNetStage& stage : kEfficientNetStages) {
        const std::int64_t out = scaled_channels(stage.out, width);
        NamedModules blocks;
        for (std::int64_t i = 0; i < scaled_repeats(stage.repeats, depth); ++i) {
            blocks.emplace_back(std::to_string(i), make_inverted_residual({.in = net.channels,
                                                                           .wide = net.channels * stage.expand,
                                                                           .out = out,
                                                                           .kernel = stage.kernel,
                                                                           .stride = i == 0 ? stage.stride : 1,
                                                                           .squeezed = net.channels / 4,
                                                                           .activation = kSilu,
                                                                           .squeeze_activation = kSilu}));
            net.channels = out;
        }
        add_stage("stage" + std::to_string(net.stages.size()), make_chain("Stage", blocks));
    }
    add_stage("top", make_conv_norm({.in = net.channels, .out = 4 * net.channels}, {}, kSilu));
    net.channels *= 4;
    return net;
}

ArchitectureRow row(const std::string& name, const std::string& summary, double width, double depth) {
    return {name, summary, [=](std::int64_t, std::int64_t) { return make_efficientnet(name, width, depth); }};
}

}  // namespace

ArchitectureRow efficientnet_b0_row() {
    return row("efficientnet_b0", "EfficientNet-B0, 1280 features, 4.0 M parameters", 1.0, 1.0);
}

ArchitectureRow efficientnet_b1_row() {
    return row("efficientnet_b1", "EfficientNet-B1 (240 pixels), 1280 features, 6.5 M parameters", 1.0, 1.1);
}

ArchitectureRow efficientnet_b2_row() {
    return row("efficientnet_b2", "EfficientNet-B2 (288 pixels), 1408 features, 7.7 M parameters", 1.1, 1.2);
}

ArchitectureRow efficientnet_b3_row() {
    return row("efficientnet_b3", "EfficientNet-B3 (300 pixels), 1536 features, 10.7 M parameters", 1.2, 1.4);
}

ArchitectureRow efficientnet_b4_row() {
    return row("efficientnet_b4", "EfficientNet-B4 (380 pixels), 1792 features, 17.5 M parameters", 1.4, 1.8);
}

}  // namespace graft

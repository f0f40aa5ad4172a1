/// MobileNetV2 (Sandler et al. 2018), with the parameter names of torchvision of timm's `mobilenetv2_100` and of
/// Hugging Face.
#include <array>

#include "core/text.hpp"
#include "network/architecture.hpp"
#include "network/architectures/inverted_residual.hpp"

namespace graft {
namespace {

constexpr const char* kRelu6 = "torch.clamp(x, 0.0, 6.0)";

struct Stage {
    std::int64_t repeats, stride, expand, out;
};
constexpr std::array<Stage, 7> kStages = {
    {{1, 1, 1, 16}, {2, 2, 6, 24}, {3, 2, 6, 32}, {4, 2, 6, 64}, {3, 1, 6, 96}, {3, 2, 6, 160}, {1, 1, 6, 320}}};

using PartName = std::pair<std::string_view, std::string_view>;

// The parts of a block without expansion, and of one with it.
constexpr std::array<PartName, 3> kTorchvisionFirst = {
    {{"conv.0.", "block.0."}, {"conv.1.", "block.1.0."}, {"conv.2.", "block.1.1."}}};
constexpr std::array<PartName, 4> kTorchvision = {
    {{"conv.0.", "block.0."}, {"conv.1.", "block.1."}, {"conv.2.", "block.2.0."}, {"conv.3.", "block.2.1."}}};
constexpr std::array<PartName, 4> kTimmFirst = {
    {{"conv_dw.", "block.0.0."}, {"bn1.", "block.0.1."}, {"conv_pw.", "block.1.0."}, {"bn2.", "block.1.1."}}};
constexpr std::array<PartName, 6> kTimm = {{{"conv_pw.", "block.0.0."},
                                            {"bn1.", "block.0.1."},
                                            {"conv_dw.", "block.1.0."},
                                            {"bn2.", "block.1.1."},
                                            {"conv_pwl.", "block.2.0."},
                                            {"bn3.", "block.2.1."}}};
constexpr std::array<PartName, 2> kAround = {{{"features.0.", "stem."}, {"features.18.", "top."}}};
constexpr std::array<PartName, 6> kTimmAround = {{{"conv_stem.", "stem.0."},
                                                  {"bn1.", "stem.1."},
                                                  {"conv_head.", "top.0."},
                                                  {"bn2.", "top.1."},
                                                  {"classifier.weight", "classifier.1.weight"},
                                                  {"classifier.bias", "classifier.1.bias"}}};

// Hugging Face's names: a block's parts, and what stands around the blocks. Its stem holds the first block.
constexpr std::array<PartName, 6> kHuggingFaceBlock = {{{"expand_1x1.convolution.", "block.0.0."},
                                                        {"expand_1x1.normalization.", "block.0.1."},
                                                        {"conv_3x3.convolution.", "block.1.0."},
                                                        {"conv_3x3.normalization.", "block.1.1."},
                                                        {"reduce_1x1.convolution.", "block.2.0."},
                                                        {"reduce_1x1.normalization.", "block.2.1."}}};
constexpr std::array<PartName, 8> kHuggingFaceAround = {{{"conv_stem.first_conv.convolution.", "stem.0."},
                                                         {"conv_stem.first_conv.normalization.", "stem.1."},
                                                         {"conv_stem.conv_3x3.convolution.", "stage1.0.block.0.0."},
                                                         {"conv_stem.conv_3x3.normalization.", "stage1.0.block.0.1."},
                                                         {"conv_stem.reduce_1x1.convolution.", "stage1.0.block.1.0."},
                                                         {"conv_stem.reduce_1x1.normalization.", "stage1.0.block.1.1."},
                                                         {"conv_1x1.convolution.", "top.0."},
                                                         {"conv_1x1.normalization.", "top.1."}}};
constexpr const char* kTensorFlowPadding =
    "Hugging Face's MobileNetV2 was trained with TensorFlow's padding (tf_padding), graft's was not: features "
    "differ a little from those computed there";

void add_hugging_face_names(Architecture& net) {
    net.remarks.emplace_back("mobilenet_v2.", kTensorFlowPadding);
    net.remarks.emplace_back("conv_stem.first_conv.", kTensorFlowPadding);
    for (const std::string model : {"mobilenet_v2.", ""}) {  // the network alone is saved without a prefix
        add_renames(net.aliases, model, "", kHuggingFaceAround);
        std::int64_t number = 0;  // counts the blocks of all stages but the first
        for (std::size_t s = 1; s < kStages.size(); ++s)
            for (std::int64_t i = 0; i < kStages[s].repeats; ++i)
                add_renames(net.aliases, format_text("{}layer.{}.", model, number++),
                            format_text("stage{}.{}.", s + 1, i), kHuggingFaceBlock);
    }
}

Architecture make_mobilenet_v2() {
    Architecture net{.name = "mobilenet_v2",
                     .channels = 32,
                     .classifier = "classifier.",
                     .classifier_layers = {{"classifier.1"}},
                     .residual_sums = {.block = kInvertedResidual}};
    net.stages.emplace_back("stem", make_conv_norm({.in = 3, .out = 32, .kernel = 3, .stride = 2}, {}, kRelu6));
    add_renames(net.renames, "", "", kAround);
    add_hugging_face_names(net);  // before timm's, whose names begin as some of these
    add_renames(net.aliases, "", "", kTimmAround);
    std::int64_t number = 1;  // torchvision counts the blocks of all stages
    for (std::size_t s = 0; s < kStages.size(); ++s) {
        const Stage& stage = kStages[s];
        const std::string name = "stage" + std::to_string(s + 1);
        NamedModules blocks;
        for (std::int64_t i = 0; i < stage.repeats; ++i) {
            blocks.emplace_back(std::to_string(i), make_inverted_residual({.in = net.channels,
                                                                           .wide = net.channels * stage.expand,
                                                                           .out = stage.out,
                                                                           .stride = i == 0 ? stage.stride : 1,
                                                                           .activation = kRelu6}));
            const std::string ours = name + "." + std::to_string(i) + ".";
            const std::string torchvision = "features." + std::to_string(number++) + ".";
            const std::string timm = "blocks." + std::to_string(s) + "." + std::to_string(i) + ".";
            const bool expanded = stage.expand > 1;
            add_renames(
                net.renames, torchvision, ours,
                expanded ? std::span<const PartName>(kTorchvision) : std::span<const PartName>(kTorchvisionFirst));
            add_renames(net.aliases, timm, ours,
                        expanded ? std::span<const PartName>(kTimm) : std::span<const PartName>(kTimmFirst));
            net.channels = stage.out;
        }
        net.stages.emplace_back(name, make_chain("Stage", blocks));
    }
    net.stages.emplace_back("top", make_conv_norm({.in = net.channels, .out = 1280}, {}, kRelu6));
    net.channels = 1280;
    return net;
}

}  // namespace

ArchitectureRow mobilenet_v2_row() {
    return {"mobilenet_v2", "MobileNetV2, 1280 features, 2.2 M parameters",
            [](std::int64_t, std::int64_t) { return make_mobilenet_v2(); }};
}

}  // namespace graft

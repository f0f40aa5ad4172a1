/// ConvNeXt (Liu et al. 2022), with the parameter names of torchvision, of timm, of the authors' own files and
/// of Hugging Face.
#include <ATen/ops/full.h>

#include <array>

#include "core/text.hpp"
#include "network/architecture.hpp"

namespace graft {
namespace {

constexpr const char* kConvNextBlock = "ConvNeXtBlock";
constexpr double kEps = 1e-6;
constexpr double kLayerScale = 1e-6;  // what training starts from
constexpr std::array<std::int64_t, 4> kChannels = {96, 192, 384, 768};

using PartName = std::pair<std::string_view, std::string_view>;

constexpr std::array<PartName, 5> kTimmBlock = {{{"conv_dw.", "block.0."},
                                                 {"norm.", "block.2."},
                                                 {"mlp.fc1.", "block.3."},
                                                 {"mlp.fc2.", "block.5."},
                                                 {"gamma", "layer_scale"}}};
constexpr std::array<PartName, 5> kAuthorsBlock = {{{"dwconv.", "block.0."},
                                                    {"norm.", "block.2."},
                                                    {"pwconv1.", "block.3."},
                                                    {"pwconv2.", "block.5."},
                                                    {"gamma", "layer_scale"}}};
constexpr std::array<PartName, 5> kHuggingFaceBlock = {{{"dwconv.", "block.0."},
                                                        {"layernorm.", "block.2."},
                                                        {"pwconv1.", "block.3."},
                                                        {"pwconv2.", "block.5."},
                                                        {"layer_scale_parameter", "layer_scale"}}};
constexpr std::array<PartName, 3> kHuggingFaceAround = {
    {{"embeddings.patch_embeddings.", "stem.0."}, {"embeddings.layernorm.", "stem.1."}, {"layernorm.", "norm."}}};
// The names around the stages; timm's, then the authors'.
constexpr std::array<PartName, 2> kAround = {{{"features.0.", "stem."}, {"classifier.0.", "norm."}}};
constexpr std::array<PartName, 6> kAroundElsewhere = {{{"head.norm.", "norm."},
                                                       {"classifier.weight", "classifier.2.weight"},
                                                       {"classifier.bias", "classifier.2.bias"},
                                                       {"head.fc.", "classifier.2."},
                                                       {"downsample_layers.0.", "stem."},
                                                       {"head.", "classifier.2."}}};

/// Depthwise 7x7 convolution, then a dense layer to four times the channels and back at each place; scaled and added.
TorchModule make_block(std::int64_t channels) {
    const TorchModule body =
        make_chain("Body", {{"0", make_conv2d({.in = channels,
                                               .out = channels,
                                               .kernel = 7,
                                               .groups = channels,
                                               .pad = on_each_side(3),
                                               .bias = true})},
                            {"1", make_function("ChannelsLast", "torch.permute(x, [0, 2, 3, 1])")},
                            {"2", make_layer_norm(channels, kEps)},
                            {"3", make_linear(channels, 4 * channels)},
                            {"4", make_function("GELU", "torch.gelu(x)")},
                            {"5", make_linear(4 * channels, channels)},
                            {"6", make_function("ChannelsFirst", "torch.permute(x, [0, 3, 1, 2])")}});
    TorchModule block = make_module(kConvNextBlock);
    block.register_module("block", body);
    block.register_parameter("layer_scale", at::full({channels, 1, 1}, kLayerScale), false);
    block.define("def forward(self, x):\n    return x + self.layer_scale * self.block.forward(x)\n");
    return block;
}

TorchModule make_downsample(std::int64_t in, std::int64_t out) {
    return make_chain("Downsample",
                      {{"0", make_map_layer_norm(in, kEps)},
                       {"1", make_conv2d({.in = in, .out = out, .kernel = 2, .stride = 2, .bias = true})}});
}

void add_stage(Architecture& net, std::size_t index, std::int64_t repeats) {
    const std::int64_t channels = kChannels[index];
    const std::string name = "stage" + std::to_string(index + 1);
    const std::string number = std::to_string(index);
    NamedModules children;
    if (index > 0) {
        children.emplace_back("downsample", make_downsample(net.channels, channels));
        net.renames.emplace_back("features." + std::to_string(2 * index) + ".", name + ".downsample.");
        net.aliases.emplace_back("stages." + number + ".downsample.", name + ".downsample.");
        net.aliases.emplace_back("downsample_layers." + number + ".", name + ".downsample.");
    }
    net.renames.emplace_back("features." + std::to_string(2 * index + 1) + ".", name + ".");
    for (std::int64_t i = 0; i < repeats; ++i) {
        const std::string block = std::to_string(i) + ".";
        children.emplace_back(std::to_string(i), make_block(channels));
        add_renames(net.aliases, "stages." + number + ".blocks." + block, name + "." + block, kTimmBlock);
        add_renames(net.aliases, "stages." + number + "." + block, name + "." + block, kAuthorsBlock);
    }
    net.stages.emplace_back(name, make_chain("Stage", children));
    net.channels = channels;
}

void add_hugging_face_names(Architecture& net, const std::array<std::int64_t, 4>& repeats) {
    for (const std::string model : {"convnext.", ""}) {  // the network alone is saved without a prefix
        add_renames(net.aliases, model, "", kHuggingFaceAround);
        for (std::size_t s = 0; s < repeats.size(); ++s) {
            const std::string theirs = format_text("{}encoder.stages.{}.", model, s),
                              ours = format_text("stage{}.", s + 1);
            if (s > 0) net.aliases.emplace_back(theirs + "downsampling_layer.", ours + "downsample.");
            for (std::int64_t i = 0; i < repeats[s]; ++i)
                add_renames(net.aliases, format_text("{}layers.{}.", theirs, i), format_text("{}{}.", ours, i),
                            kHuggingFaceBlock);
        }
    }
}

Architecture make_convnext(const std::string& name, const std::array<std::int64_t, 4>& repeats) {
    Architecture net{.name = name,
                     .channels = kChannels[0],
                     .after_pooling = {{"norm", make_layer_norm(kChannels[3], kEps)}},
                     .classifier = "classifier.",
                     .classifier_layers = {{"classifier.2"}},
                     .residual_sums = {.block = kConvNextBlock, .branch = 1}};
    net.stages.emplace_back(
        "stem",
        make_chain("Stem", {{"0", make_conv2d({.in = 3, .out = kChannels[0], .kernel = 4, .stride = 4, .bias = true})},
                            {"1", make_map_layer_norm(kChannels[0], kEps)}}));
    add_renames(net.renames, "", "", kAround);
    add_renames(net.aliases, "", "", kAroundElsewhere);
    for (std::size_t i = 0; i < repeats.size(); ++i) add_stage(net, i, repeats[i]);
    add_hugging_face_names(net, repeats);
    return net;
}

ArchitectureRow row(const std::string& name, const std::string& summary, const std::array<std::int64_t, 4>& repeats) {
    return {name, summary, [=](std::int64_t, std::int64_t) { return make_convnext(name, repeats); }};
}

}  // namespace

ArchitectureRow convnext_tiny_row() {
    return row("convnext_tiny", "ConvNeXt-Tiny, 768 features, 27.8 M parameters", {3, 3, 9, 3});
}

ArchitectureRow convnext_small_row() {
    return row("convnext_small", "ConvNeXt-Small, 768 features, 49.5 M parameters", {3, 3, 27, 3});
}

}  // namespace graft

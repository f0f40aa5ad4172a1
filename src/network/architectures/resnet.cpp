/// ResNet (He et al. 2015), wide ResNet (Zagoruyko and Komodakis 2016) and ResNeXt (Xie et al. 2017) in the variant of
/// torchvision ("v1.5": the stride sits in the 3x3 convolution), with torchvision's parameter names, which are timm's
/// too, and Hugging Face's.
#include <array>

#include "core/text.hpp"
#include "network/architecture.hpp"

namespace graft {
namespace {

/// A basic block is two 3x3 convolutions; a bottleneck 1x1, 3x3, 1x1.
enum class Block { basic, bottleneck };

const char* class_of(Block block) { return block == Block::basic ? "BasicBlock" : "Bottleneck"; }

struct ResNetOptions {
    Block block = Block::bottleneck;
    std::array<std::int64_t, 4> repeats = {};
    std::int64_t groups = 1;
    std::int64_t group_width = 64;  ///< channels of a group in the first layer's 3x3 convolutions

    [[nodiscard]] std::int64_t expansion() const { return block == Block::basic ? 1 : 4; }
};

TorchModule conv3x3(std::int64_t in, std::int64_t out, std::int64_t stride, std::int64_t groups = 1) {
    return make_conv2d({.in = in, .out = out, .kernel = 3, .stride = stride, .groups = groups, .pad = on_each_side(1)});
}

/// The convolutions of a block, and the source that computes y, up to the addition.
std::string add_basic(TorchModule& block, std::int64_t in, std::int64_t planes, std::int64_t stride) {
    block.register_module("conv1", conv3x3(in, planes, stride));
    block.register_module("bn1", make_batch_norm({.channels = planes}));
    block.register_module("conv2", conv3x3(planes, planes, 1));
    block.register_module("bn2", make_batch_norm({.channels = planes}));
    return "    y = torch.relu(self.bn1.forward(self.conv1.forward(x)))\n"
           "    y = self.bn2.forward(self.conv2.forward(y))\n";
}

std::string add_bottleneck(TorchModule& block, std::int64_t in, std::int64_t planes, std::int64_t stride,
                           const ResNetOptions& options) {
    const std::int64_t width = planes * options.group_width / 64 * options.groups;
    const std::int64_t out = planes * options.expansion();
    block.register_module("conv1", make_conv2d({.in = in, .out = width}));
    block.register_module("bn1", make_batch_norm({.channels = width}));
    block.register_module("conv2", conv3x3(width, width, stride, options.groups));
    block.register_module("bn2", make_batch_norm({.channels = width}));
    block.register_module("conv3", make_conv2d({.in = width, .out = out}));
    block.register_module("bn3", make_batch_norm({.channels = out}));
    return "    y = torch.relu(self.bn1.forward(self.conv1.forward(x)))\n"
           "    y = torch.relu(self.bn2.forward(self.conv2.forward(y)))\n"
           "    y = self.bn3.forward(self.conv3.forward(y))\n";
}

TorchModule make_block(std::int64_t in, std::int64_t planes, std::int64_t stride, const ResNetOptions& options) {
    const bool basic = options.block == Block::basic;
    const std::int64_t out = planes * options.expansion();
    TorchModule block = make_module(class_of(options.block));
    const std::string source =
        basic ? add_basic(block, in, planes, stride) : add_bottleneck(block, in, planes, stride, options);
    const bool projected = stride != 1 || in != out;
    if (projected)
        block.register_module("downsample",
                              make_chain("Downsample", {{"0", make_conv2d({.in = in, .out = out, .stride = stride})},
                                                        {"1", make_batch_norm({.channels = out})}}));
    block.define("def forward(self, x):\n" + source + "    return torch.relu(y + " +
                 (projected ? "self.downsample.forward(x)" : "x") + ")\n");
    return block;
}

TorchModule make_stem() {
    return make_chain(
        "Stem", {{"conv1", make_conv2d({.in = 3, .out = 64, .kernel = 7, .stride = 2, .pad = on_each_side(3)})},
                 {"bn1", make_batch_norm({.channels = 64})},
                 {"relu", make_function("ReLU", "torch.relu(x)")},
                 {"maxpool", make_function("MaxPool", "torch.max_pool2d(x, [3, 3], [2, 2], [1, 1], [1, 1], False)")}});
}

using PartName = std::pair<std::string_view, std::string_view>;

// torch.nn.Sequential(*resnet.children()), which numbers the parts; fastai's body is one.
constexpr std::array<PartName, 7> kChildren = {{{"0.", "stem.conv1."},
                                                {"1.", "stem.bn1."},
                                                {"4.", "layer1."},
                                                {"5.", "layer2."},
                                                {"6.", "layer3."},
                                                {"7.", "layer4."},
                                                {"9.", "fc."}}};
// Hugging Face's names: around the blocks, and in each.
constexpr std::array<PartName, 3> kHuggingFaceAround = {{{"embedder.embedder.convolution.", "stem.conv1."},
                                                         {"embedder.embedder.normalization.", "stem.bn1."},
                                                         {"classifier.1.", "fc."}}};
constexpr std::array<PartName, 6> kHuggingFaceBlock = {{{"layer.0.convolution.", "conv1."},
                                                        {"layer.0.normalization.", "bn1."},
                                                        {"layer.1.convolution.", "conv2."},
                                                        {"layer.1.normalization.", "bn2."},
                                                        {"layer.2.convolution.", "conv3."},
                                                        {"layer.2.normalization.", "bn3."}}};
constexpr std::array<PartName, 2> kHuggingFaceShortcut = {
    {{"shortcut.convolution.", "downsample.0."}, {"shortcut.normalization.", "downsample.1."}}};

void add_hugging_face_names(Architecture& net, const ResNetOptions& options) {
    for (const std::string model : {"resnet.", ""}) {  // the network alone is saved without a prefix
        add_renames(net.aliases, model, "", kHuggingFaceAround);
        for (std::size_t i = 0; i < options.repeats.size(); ++i)
            for (std::int64_t b = 0; b < options.repeats[i]; ++b) {
                const std::string theirs = format_text("{}encoder.stages.{}.layers.{}.", model, i, b),
                                  ours = format_text("layer{}.{}.", i + 1, b);
                add_renames(net.aliases, theirs, ours, kHuggingFaceBlock);
                if (b == 0) add_renames(net.aliases, theirs, ours, kHuggingFaceShortcut);
            }
    }
}

Architecture make_resnet(const std::string& name, const ResNetOptions& options) {
    Architecture net{.name = name,
                     .renames = {{"conv1.", "stem.conv1."}, {"bn1.", "stem.bn1."}},
                     .classifier = "fc.",
                     .classifier_layers = {{"fc"}},
                     .residual_sums = {.block = class_of(options.block)}};
    net.stages.emplace_back("stem", make_stem());
    net.channels = 64;
    for (std::size_t i = 0; i < options.repeats.size(); ++i) {
        const std::int64_t planes = std::int64_t{64} << i;
        NamedModules blocks;
        for (std::int64_t b = 0; b < options.repeats[i]; ++b) {
            blocks.emplace_back(std::to_string(b), make_block(net.channels, planes, b == 0 && i > 0 ? 2 : 1, options));
            net.channels = planes * options.expansion();
        }
        net.stages.emplace_back("layer" + std::to_string(i + 1), make_chain("Layer", blocks));
    }
    add_renames(net.aliases, "", "", kChildren);
    add_hugging_face_names(net, options);
    return net;
}

ArchitectureRow row(const std::string& name, const std::string& summary, const ResNetOptions& options) {
    return {name, summary, [=](std::int64_t, std::int64_t) { return make_resnet(name, options); }};
}

}  // namespace

ArchitectureRow resnet18_row() {
    return row("resnet18", "ResNet-18, 512 features, 11.2 M parameters",
               {.block = Block::basic, .repeats = {2, 2, 2, 2}});
}

ArchitectureRow resnet34_row() {
    return row("resnet34", "ResNet-34, 512 features, 21.3 M parameters",
               {.block = Block::basic, .repeats = {3, 4, 6, 3}});
}

ArchitectureRow resnet50_row() {
    return row("resnet50", "ResNet-50 v1.5, 2048 features, 23.5 M parameters", {.repeats = {3, 4, 6, 3}});
}

ArchitectureRow resnet101_row() {
    return row("resnet101", "ResNet-101 v1.5, 2048 features, 42.5 M parameters", {.repeats = {3, 4, 23, 3}});
}

ArchitectureRow resnet152_row() {
    return row("resnet152", "ResNet-152 v1.5, 2048 features, 58.1 M parameters", {.repeats = {3, 8, 36, 3}});
}

ArchitectureRow wide_resnet50_2_row() {
    return row("wide_resnet50_2", "ResNet-50 of double width, 2048 features, 66.8 M parameters",
               {.repeats = {3, 4, 6, 3}, .group_width = 128});
}

ArchitectureRow wide_resnet101_2_row() {
    return row("wide_resnet101_2", "ResNet-101 of double width, 2048 features, 124.8 M parameters",
               {.repeats = {3, 4, 23, 3}, .group_width = 128});
}

ArchitectureRow resnext50_32x4d_row() {
    return row("resnext50_32x4d", "ResNeXt-50, 32 groups of 4 channels, 2048 features, 23.0 M parameters",
               {.repeats = {3, 4, 6, 3}, .groups = 32, .group_width = 4});
}

ArchitectureRow resnext101_32x8d_row() {
    return row("resnext101_32x8d", "ResNeXt-101, 32 groups of 8 channels, 2048 features, 86.7 M parameters",
               {.repeats = {3, 4, 23, 3}, .groups = 32, .group_width = 8});
}

}  // namespace graft

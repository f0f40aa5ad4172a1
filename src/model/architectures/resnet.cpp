/// ResNet (He et al. 2015) in the variant of torchvision ("v1.5": the stride sits in the 3x3 convolution), with
/// torchvision's parameter names.
#include <array>

#include "model/architecture.hpp"

namespace graft {
namespace {

constexpr std::int64_t kExpansion = 4;

TorchModule make_bottleneck(std::int64_t in, std::int64_t planes, std::int64_t stride) {
    const std::int64_t out = planes * kExpansion;
    TorchModule block = make_module("Bottleneck");
    block.register_module("conv1", make_conv2d({.in = in, .out = planes}));
    block.register_module("bn1", make_batch_norm({.channels = planes}));
    block.register_module(
        "conv2", make_conv2d({.in = planes, .out = planes, .kernel = 3, .stride = stride, .pad = {1, 1, 1, 1}}));
    block.register_module("bn2", make_batch_norm({.channels = planes}));
    block.register_module("conv3", make_conv2d({.in = planes, .out = out}));
    block.register_module("bn3", make_batch_norm({.channels = out}));
    const bool projected = stride != 1 || in != out;
    if (projected)
        block.register_module("downsample",
                              make_chain("Downsample", {{"0", make_conv2d({.in = in, .out = out, .stride = stride})},
                                                        {"1", make_batch_norm({.channels = out})}}));
    block.define(std::string("def forward(self, x):\n"
                             "    y = torch.relu(self.bn1.forward(self.conv1.forward(x)))\n"
                             "    y = torch.relu(self.bn2.forward(self.conv2.forward(y)))\n"
                             "    y = self.bn3.forward(self.conv3.forward(y))\n") +
                 "    return torch.relu(y + " + (projected ? "self.downsample.forward(x)" : "x") + ")\n");
    return block;
}

TorchModule make_layer(std::int64_t in, std::int64_t planes, std::int64_t blocks, std::int64_t stride) {
    NamedModules children;
    for (std::int64_t i = 0; i < blocks; ++i)
        children.emplace_back(std::to_string(i),
                              make_bottleneck(i == 0 ? in : planes * kExpansion, planes, i == 0 ? stride : 1));
    return make_chain("Layer", children);
}

TorchModule make_stem() {
    return make_chain(
        "Stem", {{"conv1", make_conv2d({.in = 3, .out = 64, .kernel = 7, .stride = 2, .pad = {3, 3, 3, 3}})},
                 {"bn1", make_batch_norm({.channels = 64})},
                 {"relu", make_function("ReLU", "torch.relu(x)")},
                 {"maxpool", make_function("MaxPool", "torch.max_pool2d(x, [3, 3], [2, 2], [1, 1], [1, 1], False)")}});
}

Architecture make_resnet(const std::string& name, const std::array<std::int64_t, 4>& blocks) {
    Architecture net{.name = name, .renames = {{"conv1.", "stem.conv1."}, {"bn1.", "stem.bn1."}}, .classifier = "fc."};
    net.stages.emplace_back("stem", make_stem());
    net.channels = 64;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const std::int64_t planes = std::int64_t{64} << i;
        net.stages.emplace_back("layer" + std::to_string(i + 1),
                                make_layer(net.channels, planes, blocks[i], i == 0 ? 1 : 2));
        net.channels = planes * kExpansion;
    }
    return net;
}

}  // namespace

ArchitectureRow resnet50_row() {
    return {"resnet50", "ResNet-50 v1.5, 2048 features, 23.5 M parameters", [](std::int64_t, std::int64_t) {
                return make_resnet("resnet50", {3, 4, 6, 3});
            }};
}

}  // namespace graft

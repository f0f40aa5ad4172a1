/// VGG-16 with batch norm (Simonyan and Zisserman 2014), with torchvision's parameter names. The features are the last
/// map's, as Keras gives them without the top: the published classifier's three dense layers are left out.
#include <array>

#include "network/architecture.hpp"

namespace graft {
namespace {

struct Stage {
    std::int64_t convolutions, channels;
};
constexpr std::array<Stage, 5> kVgg16 = {{{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}}};

Architecture make_vgg16_bn() {
    Architecture net{
        .name = "vgg16_bn",
        .channels = 3,
        .classifier = "classifier.",
        .classifier_layers = {{"classifier.0", "torch.relu(x)"}, {"classifier.3", "torch.relu(x)"}, {"classifier.6"}},
        .classifier_grid = 7};
    std::int64_t place = 0;  // torchvision counts all layers, those without parameters too
    for (std::size_t s = 0; s < kVgg16.size(); ++s) {
        const std::string name = "block" + std::to_string(s + 1);
        NamedModules layers;
        for (std::int64_t i = 1; i <= kVgg16[s].convolutions; ++i) {
            const std::string number = std::to_string(i);
            const std::int64_t out = kVgg16[s].channels;
            layers.emplace_back(
                "conv" + number,
                make_conv2d({.in = net.channels, .out = out, .kernel = 3, .pad = on_each_side(1), .bias = true}));
            layers.emplace_back("bn" + number, make_batch_norm({.channels = out}));
            layers.emplace_back("relu" + number, make_function("ReLU", "torch.relu(x)"));
            net.renames.emplace_back("features." + std::to_string(place) + ".", name + ".conv" + number + ".");
            net.renames.emplace_back("features." + std::to_string(place + 1) + ".", name + ".bn" + number + ".");
            net.channels = out;
            place += 3;
        }
        layers.emplace_back("pool",
                            make_function("MaxPool", "torch.max_pool2d(x, [2, 2], [2, 2], [0, 0], [1, 1], False)"));
        net.stages.emplace_back(name, make_chain("Block", layers));
        ++place;
    }
    return net;
}

}  // namespace

ArchitectureRow vgg16_bn_row() {
    return {"vgg16_bn", "VGG-16 with batch norm, 512 features, 14.7 M parameters",
            [](std::int64_t, std::int64_t) { return make_vgg16_bn(); }};
}

}  // namespace graft

// TorchScript files of whole classifiers: their scores are what graft's definition and the file's own dense layers
// give.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <filesystem>
#include <sstream>

#include "core/files.hpp"
#include "network/backbone.hpp"
#include "network/grafted_model.hpp"
#include "network/head.hpp"
#include "network/network_input.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

constexpr std::int64_t kSize = 64;

Preprocessing pixels() {
    Preprocessing preprocessing;
    preprocessing.height = preprocessing.width = kSize;
    return preprocessing;
}

/// The classifier's layers as modules within modules, as their names say ("classifier.0", "fc"), and the source that
/// runs them on x.
std::string add_classifier(TorchModule& network, const Architecture& architecture) {
    std::string source;
    std::int64_t in = architecture.channels * architecture.classifier_grid * architecture.classifier_grid;
    TorchModule group = make_module("Group");
    std::string group_name;
    for (const ClassifierLayer& layer : architecture.classifier_layers) {
        const TorchModule dense = make_linear(in, 5);
        in = 5;
        const std::size_t dot = layer.name.find('.');
        if (dot == std::string::npos) {
            network.register_module(layer.name, dense);
            source += "    x = self." + layer.name + ".forward(x)\n";
            continue;
        }
        group_name = layer.name.substr(0, dot);
        group.register_module(layer.name.substr(dot + 1), dense);
        source += "    x = getattr(self." + group_name + ", \"" + layer.name.substr(dot + 1) + "\").forward(x)\n";
        source += "    x = " + layer.activation + "\n";
    }
    if (!group_name.empty()) network.register_module(group_name, group);
    return source;
}

/// A whole classifier with noise for weights, in a file.
std::filesystem::path classifier_file(const Architecture& architecture) {
    TorchModule network = make_module("Network");
    std::string source = "def forward(self, x):\n";
    for (const auto& [name, stage] : architecture.stages) {
        network.register_module(name, stage);
        source += "    x = self." + name + ".forward(x)\n";
    }
    if (architecture.classifier_grid > 1) {
        const std::string grid = std::to_string(architecture.classifier_grid);
        source += "    x = torch.flatten(torch.adaptive_avg_pool2d(x, [" + grid + ", " + grid + "]), 1)\n";
    } else {
        source += architecture.form == FeatureForm::map ? "    x = torch.mean(x, [2, 3])\n" : "    x = x[:, 0]\n";
    }
    for (const auto& [name, module] : architecture.after_pooling) {
        network.register_module(name, module);
        source += "    x = self." + name + ".forward(x)\n";
    }
    source += add_classifier(network, architecture);
    network.define(source + "    return x\n");
    const at::NoGradGuard no_grad;
    at::Generator generator = at::detail::createCPUGenerator(1);
    for (at::Tensor parameter : network.parameters())
        if (parameter.dim() > 1) parameter.uniform_(-0.1, 0.1, generator);
    std::ostringstream bytes;
    network.save(bytes);
    const std::filesystem::path file = testing::fresh_folder() / "classifier.pt";
    write_file(file, bytes.str());
    return file;
}

class ClassifierFile : public ::testing::TestWithParam<std::string> {};

TEST_P(ClassifierFile, IsTakenWithItsClassifier) {
    const ArchitectureRow& row = *builtin_architectures().find(GetParam());
    const std::filesystem::path file = classifier_file(row.make(kSize, kSize));
    const Backbone backbone = load_backbone(row, file.string(), 0, pixels());
    EXPECT_EQ(backbone.architecture.name, GetParam());
}

/// The other way to take it: as whatever network the file holds.
TEST_P(ClassifierFile, IsCutIntoStagesThatGiveTheSameFeatures) {
    const ArchitectureRow& row = *builtin_architectures().find(GetParam());
    const Architecture architecture = row.make(kSize, kSize);
    const std::string file = classifier_file(architecture).string();
    const Backbone cut = load_torchscript_backbone(file, pixels());
    EXPECT_EQ(cut.architecture.whole_because, "");
    EXPECT_GE(cut.architecture.stages.size(), architecture.stages.size() - 1) << "a last norm is no stage of its own";
    const std::string last = architecture.classifier_layers.back().name;
    EXPECT_NE(cut.note.find("its classifier " + last + " (5 classes) is left out"), std::string::npos) << cut.note;
    if (architecture.classifier_layers.size() > 1) return;  // the layers before the last belong to the features there
    const at::NoGradGuard no_grad;
    const at::Tensor picture = example_input(pixels());
    GraftedModel found = graft_model(cut, pixels(), "all", {}, 3, 0);
    GraftedModel expected = graft_model(load_backbone(row, file, 0, pixels()), pixels(), "all", {}, 3, 0);
    const at::Tensor features = expected.trunk.forward({picture}).toTensor();
    EXPECT_EQ(found.trunk.forward({picture}).toTensor().sizes(), features.sizes());
    EXPECT_LE((found.trunk.forward({picture}).toTensor() - features).abs().max().item<double>(),
              1e-4 * features.abs().max().item<double>());
}

INSTANTIATE_TEST_SUITE_P(Families, ClassifierFile,
                         ::testing::Values("resnet18", "efficientnet_lite0", "mobilenet_v2", "mobilenet_v3_small",
                                           "efficientnet_b0", "vgg16_bn", "convnext_tiny", "vit_b_16"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace graft

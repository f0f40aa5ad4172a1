// What every built-in architecture must keep, whoever adds it. That each computes what its published definition
// computes is shown by tests/network/architecture_golden_test.cpp.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "inference/inference.hpp"
#include "network/grafted_model.hpp"
#include "network/load_state.hpp"

namespace graft {
namespace {

constexpr std::int64_t kSize = 64;  // pixels
constexpr std::int64_t kClasses = 3;

/// Parameters of the whole published network and of its classifier, whose 1000 classes graft leaves out. Of
/// torchvision's from the `num_params` of its weights; of EfficientNet-Lite from the PyTorch port.
struct PublishedSize {
    std::int64_t all, classifier;
};
constexpr std::int64_t dense(std::int64_t in, std::int64_t out) { return (in + 1) * out; }
const std::map<std::string, PublishedSize> kPublished = {
    {"resnet18", {11689512, dense(512, 1000)}},
    {"resnet34", {21797672, dense(512, 1000)}},
    {"resnet50", {25557032, dense(2048, 1000)}},
    {"resnet101", {44549160, dense(2048, 1000)}},
    {"resnet152", {60192808, dense(2048, 1000)}},
    {"wide_resnet50_2", {68883240, dense(2048, 1000)}},
    {"wide_resnet101_2", {126886696, dense(2048, 1000)}},
    {"resnext50_32x4d", {25028904, dense(2048, 1000)}},
    {"resnext101_32x8d", {88791336, dense(2048, 1000)}},
    {"efficientnet_lite0", {4652008, dense(1280, 1000)}},
    {"efficientnet_lite1", {5416680, dense(1280, 1000)}},
    {"efficientnet_lite2", {6092072, dense(1280, 1000)}},
    {"efficientnet_lite3", {8197096, dense(1280, 1000)}},
    {"efficientnet_lite4", {13006568, dense(1280, 1000)}},
    {"mobilenet_v2", {3504872, dense(1280, 1000)}},
    {"mobilenet_v3_small", {2542856, dense(576, 1024) + dense(1024, 1000)}},
    {"mobilenet_v3_large", {5483032, dense(960, 1280) + dense(1280, 1000)}},
    {"efficientnet_b0", {5288548, dense(1280, 1000)}},
    {"efficientnet_b1", {7794184, dense(1280, 1000)}},
    {"efficientnet_b2", {9109994, dense(1408, 1000)}},
    {"efficientnet_b3", {12233232, dense(1536, 1000)}},
    {"efficientnet_b4", {19341616, dense(1792, 1000)}},
    {"vgg16_bn", {138365992, dense(512 * 7 * 7, 4096) + dense(4096, 4096) + dense(4096, 1000)}},
    {"convnext_tiny", {28589128, dense(768, 1000)}},
    {"convnext_small", {50223688, dense(768, 1000)}},
    {"vit_b_16", {86567656, dense(768, 1000)}},
};

NamedModules all_parts(const Architecture& architecture) {
    NamedModules parts = architecture.stages;
    parts.insert(parts.end(), architecture.after_pooling.begin(), architecture.after_pooling.end());
    return parts;
}

/// Parameters and buffers by name; no copies.
std::map<std::string, at::Tensor> tensors_by_name(const TorchModule& module) {
    std::map<std::string, at::Tensor> tensors;
    for (const auto& entry : module.named_parameters()) tensors.emplace(entry.name, entry.value);
    for (const auto& entry : module.named_buffers()) tensors.emplace(entry.name, entry.value);
    return tensors;
}

std::map<std::string, at::Tensor> tensors_by_name(const Architecture& architecture) {
    return tensors_by_name(make_chain("All", all_parts(architecture)));
}

std::map<std::string, at::Tensor> copies_of(const std::map<std::string, at::Tensor>& tensors) {
    std::map<std::string, at::Tensor> copies;
    for (const auto& [name, tensor] : tensors) copies.emplace(name, tensor.detach().clone());
    return copies;
}

at::Tensor noise(at::IntArrayRef shape, double bound, std::uint64_t seed) {
    const at::NoGradGuard no_grad;
    return at::empty(shape).uniform_(-bound, bound, at::detail::createCPUGenerator(seed));
}

/// Quicker than initialise(), and nothing is left at zero.
void fill_with_noise(const Architecture& architecture) {
    const at::NoGradGuard no_grad;
    std::uint64_t seed = 0;
    for (auto& [name, tensor] : tensors_by_name(architecture)) {
        const double fan_in = static_cast<double>(tensor.numel() / tensor.size(0));
        if (fan_in > 1)
            tensor.copy_(noise(tensor.sizes(), 2 / std::sqrt(fan_in), seed++));
        else
            tensor.add_(noise(tensor.sizes(), 0.1, seed++));
    }
}

class EveryArchitecture : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override { use_one_thread_here(); }  // small inputs: threads would wait for each other

    [[nodiscard]] static Architecture make() { return builtin_architectures().find(GetParam())->make(kSize, kSize); }
    [[nodiscard]] static Backbone backbone() {
        Backbone backbone{.architecture = make(), .weights = "noise"};
        fill_with_noise(backbone.architecture);
        return backbone;
    }
    [[nodiscard]] static GraftedModel graft(const Backbone& backbone, const std::string& freeze) {
        Preprocessing preprocessing;
        preprocessing.height = preprocessing.width = kSize;
        return graft_model(backbone, preprocessing, freeze, {.hidden = {}}, kClasses, 0);
    }
};

TEST_P(EveryArchitecture, IsAChainOfStagesThatEndsInItsChannels) {
    const Backbone filled = backbone();
    const Architecture& architecture = filled.architecture;
    ASSERT_GE(architecture.stages.size(), 2U);
    const at::NoGradGuard no_grad;
    at::Tensor value = noise({3, 3, kSize, kSize}, 2, 1);
    for (const auto& [name, module] : architecture.stages) {
        TorchModule stage = module;
        stage.eval();
        value = stage.forward({value}).toTensor();
        EXPECT_EQ(value.size(0), 3) << name;
        EXPECT_TRUE(value.isfinite().all().item<bool>()) << name;
    }
    const bool map = architecture.form == FeatureForm::map;
    ASSERT_EQ(value.dim(), map ? 4 : 3);
    EXPECT_EQ(value.size(map ? 1 : 2), architecture.channels);
    for (const Pooling pooling : {Pooling::avg, Pooling::max, Pooling::avgmax}) {
        at::Tensor vector = make_pooling(pooling, architecture.form).forward({value}).toTensor();
        for (auto [name, module] : architecture.after_pooling) vector = module.forward({vector}).toTensor();
        EXPECT_EQ(vector.sizes().vec(), (std::vector<std::int64_t>{3, architecture.channels}));
    }
}

TEST_P(EveryArchitecture, HasThePublishedNumberOfParameters) {
    const auto published = kPublished.find(GetParam());
    ASSERT_NE(published, kPublished.end()) << "add the published number to this test";
    std::int64_t count = 0;
    const Architecture architecture = builtin_architectures().find(GetParam())->make(224, 224);  // as published
    for (const auto& [name, module] : all_parts(architecture))
        for (const at::Tensor& parameter : module.parameters()) count += parameter.numel();
    EXPECT_EQ(count, published->second.all - published->second.classifier);
}

TEST_P(EveryArchitecture, FreezesAtEachOfItsStages) {
    const Backbone filled = backbone();
    const NamedModules& stages = filled.architecture.stages;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const GraftedModel model = graft(filled, stages[i].first);
        EXPECT_EQ(model.frozen_stages.size(), i + 1);
        EXPECT_EQ(model.trained_stages.size(), stages.size() - i - 1);
        for (const at::Tensor& parameter : model.trunk.parameters()) ASSERT_FALSE(parameter.requires_grad());
        for (const at::Tensor& parameter : model.scion.parameters()) ASSERT_TRUE(parameter.requires_grad());
        if (i + 1 == stages.size())
            EXPECT_EQ(model.feature_shape, std::vector<std::int64_t>{filled.architecture.channels});
        else
            EXPECT_EQ(model.feature_shape.size(), filled.architecture.form == FeatureForm::map ? 3U : 2U);
    }
}

TEST_P(EveryArchitecture, ATrainingStepOfTheLastStageChangesThatStageAndTheHeadAlone) {
    const Backbone filled = backbone();
    const NamedModules& stages = filled.architecture.stages;
    GraftedModel model = graft(filled, stages[stages.size() - 2].first);
    const auto trunk_before = copies_of(tensors_by_name(model.trunk));
    const auto scion_before = copies_of(tensors_by_name(model.scion));
    at::Tensor features;
    {
        const at::NoGradGuard no_grad;
        features = model.trunk.forward({noise({4, 3, kSize, kSize}, 127, 2).add(128)}).toTensor();
    }
    model.scion.train();
    const at::Tensor labels = at::tensor({0, 1, 2, 1}, at::kLong);
    at::cross_entropy_loss(model.scion.forward({features}).toTensor(), labels).backward();
    const at::NoGradGuard no_grad;
    for (at::Tensor parameter : model.scion.parameters()) parameter.sub_(parameter.grad().sign(), 1e-3);

    for (const auto& [name, tensor] : tensors_by_name(model.trunk))
        EXPECT_TRUE(at::equal(tensor, trunk_before.at(name))) << name;
    for (const auto& [name, tensor] : tensors_by_name(model.scion))
        EXPECT_FALSE(at::equal(tensor, scion_before.at(name))) << name;
}

TEST_P(EveryArchitecture, IsSavedAndLoadedWithTheSameOutput) {
    const Backbone filled = backbone();
    TorchModule network = graft(filled, "all").trunk;
    const at::Tensor input = noise({2, 3, kSize, kSize}, 127, 3).add(128);
    const at::NoGradGuard no_grad;
    const at::Tensor expected = network.forward({input}).toTensor();
    std::stringstream bytes;
    network.save(bytes);
    TorchModule loaded = torch::jit::load(bytes);
    EXPECT_TRUE(at::equal(loaded.forward({input}).toTensor(), expected));
}

TEST_P(EveryArchitecture, LoadsAFileThatUsesItsOwnNames) {
    const Backbone filled = backbone();
    StateDict state;
    for (const auto& [name, tensor] : tensors_by_name(filled.architecture)) state.entries.push_back({name, tensor});
    const Architecture loaded = make();
    const LoadReport report = load_state(loaded, state);
    ASSERT_TRUE(report.complete()) << explain(report, "its own names", GetParam());
    for (const auto& [name, tensor] : tensors_by_name(loaded))
        EXPECT_TRUE(at::equal(tensor, tensors_by_name(filled.architecture).at(name))) << name;
}

/// The names of the tensors of all architectures.
const std::set<std::string>& all_names() {
    static const std::set<std::string> names = [] {
        std::set<std::string> all;
        for (const ArchitectureRow& row : builtin_architectures())
            for (const auto& [name, tensor] : tensors_by_name(row.make(224, 224))) all.insert(name);
        return all;
    }();
    return names;
}

TEST_P(EveryArchitecture, HasNoRenameThatLeadsNowhere) {
    const Architecture architecture = make();
    const auto tensors = tensors_by_name(architecture);
    for (const auto& [theirs, ours] : architecture.renames)
        EXPECT_TRUE(ours.starts_with(architecture.classifier) ||
                    std::ranges::any_of(tensors, [&](const auto& entry) { return entry.first.starts_with(ours); }))
            << theirs << " -> " << ours;
}

TEST_P(EveryArchitecture, SharesAliasesWithItsFamilyAlone) {
    const Architecture architecture = make();
    for (const auto& [theirs, whole] : architecture.aliases) {
        const std::string ours = whole.substr(0, whole.find('{'));  // {0/3}: a third of the tensor
        EXPECT_TRUE(ours.starts_with(architecture.classifier) ||
                    std::ranges::any_of(all_names(), [&](const std::string& name) { return name.starts_with(ours); }))
            << theirs << " -> " << ours;
    }
}

TEST_P(EveryArchitecture, HasOnePublishedNameForEveryTensor) {
    const Architecture architecture = make();
    std::set<std::string> published;
    for (const auto& [own, tensor] : tensors_by_name(architecture)) {
        const std::string name = published_name(architecture, own);
        EXPECT_EQ(own_name(architecture, name), own) << name;
        EXPECT_TRUE(published.insert(name).second) << name;
    }
}

TEST_P(EveryArchitecture, KnowsTheLayersOfItsClassifier) {
    const Architecture architecture = make();
    ASSERT_FALSE(architecture.classifier_layers.empty());
    for (const ClassifierLayer& layer : architecture.classifier_layers)
        EXPECT_TRUE((layer.name + ".").starts_with(architecture.classifier)) << layer.name;
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryArchitecture, testing::ValuesIn(builtin_architectures().names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace graft

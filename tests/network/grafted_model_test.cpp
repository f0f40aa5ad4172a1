#include "network/grafted_model.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/optim/sgd.h>

#include "graft/core/errors.hpp"
#include "network/network_input.hpp"
#include "network/run_module.hpp"
#include "network/tiny_architecture.hpp"

namespace graft {
namespace {

using Names = std::vector<std::string>;
using Shape = std::vector<std::int64_t>;
using testing::run;
using testing::tiny_backbone;
using testing::tiny_preprocessing;

GraftedModel grafted_at(const std::string& freeze, const HeadOptions& head = {.hidden = {5}}) {
    return graft_model(tiny_backbone(), tiny_preprocessing(), freeze, head, 3, 11);
}

/// Four pictures of noise.
at::Tensor four_pictures() { return example_input(tiny_preprocessing()).expand({4, 3, 16, 16}).contiguous(); }

struct GraftPoint {
    std::string freeze;
    Names frozen, trained;
    Shape feature;
};

class EveryGraftPoint : public ::testing::TestWithParam<GraftPoint> {};

TEST_P(EveryGraftPoint, CutsTheChainBehindTheStageThatIsNamed) {
    const GraftedModel model = grafted_at(GetParam().freeze);
    EXPECT_EQ(model.frozen_stages, GetParam().frozen);
    EXPECT_EQ(model.trained_stages, GetParam().trained);
    EXPECT_EQ(model.feature_shape, GetParam().feature);
    const at::Tensor features = run(model.trunk, four_pictures());
    EXPECT_EQ(features.sizes().slice(1).vec(), GetParam().feature);
    EXPECT_EQ(run(model.scion, features).sizes(), at::IntArrayRef({4, 3}));
}

TEST_P(EveryGraftPoint, TrainsTheScionAloneAndKeepsTheTrunkInEvalMode) {
    const GraftedModel model = grafted_at(GetParam().freeze);
    for (const at::Tensor& parameter : model.trunk.parameters()) EXPECT_FALSE(parameter.requires_grad());
    EXPECT_FALSE(model.trunk.is_training());
    for (const auto& child : model.trunk.named_modules()) EXPECT_FALSE(child.value.is_training()) << child.name;
    const auto parameters = testing::parameters_of(model.scion);
    EXPECT_EQ(parameters.size(), 4 + 3 * GetParam().trained.size());  // two dense layers; weight, gain and bias a stage
    for (const at::Tensor& parameter : parameters) EXPECT_TRUE(parameter.requires_grad());
}

TEST_P(EveryGraftPoint, LeavesEveryFrozenValueAsItIsInATrainingStep) {
    GraftedModel model = grafted_at(GetParam().freeze);
    const std::string trunk = hash_of_values(model.trunk), scion = hash_of_values(model.scion);
    torch::optim::SGD optimizer(testing::parameters_of(model.scion), torch::optim::SGDOptions(0.1));
    model.scion.train();
    const at::Tensor scores = run(model.scion, run(model.trunk, four_pictures()));
    at::cross_entropy_loss(scores, at::tensor({0, 1, 2, 0}, at::kLong)).backward();
    optimizer.step();
    EXPECT_EQ(hash_of_values(model.trunk), trunk);
    EXPECT_NE(hash_of_values(model.scion), scion);
}

INSTANTIATE_TEST_SUITE_P(Tiny, EveryGraftPoint,
                         ::testing::Values(GraftPoint{"none", {}, {"stem", "layer1"}, {3, 16, 16}},
                                           GraftPoint{"stem", {"stem"}, {"layer1"}, {4, 8, 8}},
                                           GraftPoint{"layer1", {"stem", "layer1"}, {}, {6}},
                                           GraftPoint{"all", {"stem", "layer1"}, {}, {6}}),
                         [](const auto& point) { return point.param.freeze; });

TEST(GraftedModel, IsTheSameNetworkWhereverItIsCut) {
    const at::Tensor expected = run(testing::classifier_of(grafted_at("all")), four_pictures());
    for (const char* freeze : {"none", "stem"}) {
        TorchModule classifier = testing::classifier_of(grafted_at(freeze));
        classifier.eval();
        EXPECT_TRUE(at::allclose(run(classifier, four_pictures()), expected, 1e-5, 1e-6)) << freeze;
    }
}

TEST(GraftedModel, NormalisesEveryChannelFirst) {
    Preprocessing preprocessing = tiny_preprocessing();
    preprocessing.mean = {10, 20, 30};
    preprocessing.std = {2, 4, 5};
    const GraftedModel model = graft_model(tiny_backbone(), preprocessing, "none", {}, 3, 11);
    const at::Tensor normalised = run(model.trunk, at::full({1, 3, 16, 16}, 40.0));
    for (const auto& [channel, expected] : {std::pair(0, 15.0), std::pair(1, 5.0), std::pair(2, 2.0)}) {
        EXPECT_NEAR(normalised[0][channel].min().item<double>(), expected, 1e-5);
        EXPECT_NEAR(normalised[0][channel].max().item<double>(), expected, 1e-5);
    }
}

TEST(GraftedModel, RefusesStagesThatAreNotThere) {
    try {
        (void)grafted_at("layer2");
        FAIL() << "no error";
    } catch (const ConfigError& error) {
        EXPECT_STREQ(error.what(),
                     "/backbone/freeze: expected one of stem, layer1, all, none, got \"layer2\" (did you "
                     "mean \"layer1\"?)");
    }
    EXPECT_THROW(frozen_count(tiny_backbone().architecture, "layer2"), ConfigError);
    EXPECT_NO_THROW(frozen_count(tiny_backbone().architecture, "stem"));
}

TEST(ComposedClassifier, GivesProbabilities) {
    TorchModule classifier = testing::classifier_of(grafted_at("stem"));
    classifier.eval();
    const at::Tensor probabilities = run(classifier, at::rand({5, 3, 16, 16}) * 255);  // [5,3]
    EXPECT_TRUE(at::allclose(probabilities.sum(1), at::ones({5})));
    EXPECT_GE(probabilities.min().item<double>(), 0);
}

TEST(ComposedClassifier, SharesItsValuesWithTheModel) {
    const GraftedModel model = grafted_at("all");
    TorchModule classifier = testing::classifier_of(model);
    classifier.eval();
    const at::NoGradGuard no_grad;
    for (at::Tensor parameter : testing::parameters_of(model.scion)) parameter.zero_();
    const at::Tensor probabilities = run(classifier, four_pictures());
    EXPECT_TRUE(at::allclose(probabilities, at::full({4, 3}, 1.0 / 3)));
}

TEST(HashOfValues, IsEqualForEqualValuesAlone) {
    const TorchModule module = tiny_backbone().architecture.stages.front().second;
    const TorchModule copy = module.deepcopy();
    EXPECT_EQ(hash_of_values(module), hash_of_values(copy));
    EXPECT_NE(hash_of_values(module), hash_of_values(tiny_backbone(4).architecture.stages.front().second));
}

TEST(HashOfValues, ChangesWithTheLastBitOfAParameterAndWithABuffer) {
    const at::NoGradGuard no_grad;
    for (const auto& [child, name] : {std::pair("conv", "weight"), std::pair("bn", "running_mean")}) {
        const TorchModule module = tiny_backbone().architecture.stages.front().second;
        const std::string before = hash_of_values(module);
        at::Tensor values = module.attr(child).toModule().attr(name).toTensor();
        auto* bits = static_cast<std::uint32_t*>(values.mutable_data_ptr());
        bits[values.numel() - 1] ^= 1;
        EXPECT_NE(hash_of_values(module), before) << name;
        bits[values.numel() - 1] ^= 1;
        EXPECT_EQ(hash_of_values(module), before) << name;
    }
}

TEST(ModelSummary, ListsPartsWithTheirShapesAndParameters) {
    GraftedModel model = grafted_at("stem");
    model.scion.train();
    const std::vector<ModelRow> rows = summarise(model, tiny_preprocessing());
    Names names;
    for (const ModelRow& row : rows) names.push_back(row.name);
    EXPECT_EQ(names,
              (Names{"normalise", "stem", "layer1", "pool", "head.dense1", "head.activation1", "head.classifier"}));
    EXPECT_EQ(rows[1].shape, (Shape{4, 8, 8}));
    EXPECT_EQ(rows[1].parameters, 4 * 3 * 9 + 4 + 4);
    EXPECT_FALSE(rows[1].trainable);
    EXPECT_EQ(rows[2].shape, (Shape{6, 4, 4}));
    EXPECT_TRUE(rows[2].trainable);
    EXPECT_EQ(rows[3].shape, Shape{6});
    EXPECT_FALSE(rows[3].trainable);  // pooling has nothing to train
    EXPECT_EQ(rows[6].parameters, 5 * 3 + 3);
    EXPECT_TRUE(model.scion.is_training());  // looking changes nothing
}

}  // namespace
}  // namespace graft

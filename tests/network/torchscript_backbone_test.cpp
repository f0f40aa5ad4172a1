// Training on a network that a TorchScript file brings.
#include <ATen/core/Tensor.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>
#include <map>

#include "core/hash.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "inference/fused_inference.hpp"
#include "network/grafted_model.hpp"
#include "network/network_input.hpp"
#include "network/stored_network.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::HasSubstr;

using testing::pixels;
using testing::stored;

Backbone load(const std::string& name) { return load_torchscript_backbone(stored(name), pixels()); }

GraftedModel graft(const std::string& name, const std::string& freeze, const HeadOptions& head = {.hidden = {}}) {
    return graft_model(load(name), pixels(), freeze, head, 3, 0);
}

std::map<std::string, at::Tensor> copies_of(const TorchModule& module) {
    std::map<std::string, at::Tensor> copies;
    for (const auto& entry : module.named_parameters()) copies.emplace(entry.name, entry.value.detach().clone());
    for (const auto& entry : module.named_buffers()) copies.emplace(entry.name, entry.value.clone());
    return copies;
}

/// The names of what differs.
std::vector<std::string> changed(const TorchModule& module, const std::map<std::string, at::Tensor>& before) {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : copies_of(module))
        if (!at::equal(tensor, before.at(name))) names.push_back(name);
    return names;
}

/// A step against the gradient's sign on two pictures.
void train_a_step(GraftedModel& model) {
    at::Tensor features;
    {
        const at::NoGradGuard no_grad;
        const at::Tensor one = example_input(pixels());
        features = model.trunk.forward({one.expand({2, -1, -1, -1}).contiguous()}).toTensor();
    }
    model.scion.train();
    at::cross_entropy_loss(model.scion.forward({features}).toTensor(), at::tensor({0, 2}, at::kLong)).backward();
    const at::NoGradGuard no_grad;
    for (at::Tensor parameter : model.scion.parameters()) parameter.sub_(parameter.grad().sign(), 1e-3);
}

TEST(TorchScriptBackbone, SaysWhatItIs) {
    const Backbone backbone = load("residual_scripted");
    EXPECT_EQ(backbone.architecture.name, "torchscript");
    EXPECT_EQ(backbone.weights, stored("residual_scripted"));
    EXPECT_EQ(backbone.weights_hash, sha256_of_file(stored("residual_scripted")));
    EXPECT_THAT(backbone.note, HasSubstr("its classifier fc (5 classes) is left out"));
    EXPECT_FALSE(backbone.loading.loaded.empty());
    EXPECT_THAT(load("around_scripted").note,
                HasSubstr("this network is frozen whole or trained whole: nowhere between two of its parts"));
    EXPECT_THAT(load("headless_traced").note,
                HasSubstr("no classifier was found at its end: what it gives, 8 numbers, is the feature"));
}

TEST(TorchScriptBackbone, FreezesWholeAndGivesPooledVectors) {
    const GraftedModel model = graft("residual_scripted", "all");
    EXPECT_THAT(model.frozen_stages, ElementsAre("conv1", "layer1", "layer2"));
    EXPECT_THAT(model.feature_shape, ElementsAre(8));
    EXPECT_THAT(graft("transformer_traced", "all").feature_shape, ElementsAre(8));
    EXPECT_THAT(graft("sequential_scripted", "all").feature_shape, ElementsAre(8));
}

TEST(TorchScriptBackbone, IsNormalisedInFrontOfItsFirstStage) {
    GraftedModel model = graft("residual_scripted", "conv1");
    const at::NoGradGuard no_grad;
    const at::Tensor picture = example_input(pixels());
    TorchModule stem = load("residual_scripted").architecture.stages.front().second;
    const at::Tensor mean = at::tensor({123.675F, 116.28F, 103.53F}).reshape({1, 3, 1, 1});
    const at::Tensor std = at::tensor({58.395F, 57.12F, 57.375F}).reshape({1, 3, 1, 1});
    const at::Tensor expected = stem.forward({(picture - mean) / std}).toTensor();
    EXPECT_LT((model.trunk.forward({picture}).toTensor() - expected).abs().max().item<double>(), 1e-5);
}

class FrozenPart : public ::testing::TestWithParam<const char*> {};

TEST_P(FrozenPart, DoesNotDriftWhileTheRestTrains) {
    GraftedModel model = graft(GetParam(), "layer1");
    EXPECT_THAT(model.trained_stages, ElementsAre("layer2"));
    EXPECT_THAT(model.feature_shape, ElementsAre(4, 8, 8));
    const auto trunk = copies_of(model.trunk), scion = copies_of(model.scion);
    train_a_step(model);
    EXPECT_THAT(changed(model.trunk, trunk), ElementsAre());
    const std::vector<std::string> trained = changed(model.scion, scion);
    EXPECT_THAT(trained, ::testing::Contains("layer2.0.conv1.weight"));
    EXPECT_THAT(trained, ::testing::Contains("head.classifier.weight"));
}
INSTANTIATE_TEST_SUITE_P(Made, FrozenPart, ::testing::Values("residual_scripted", "residual_traced"),
                         [](const auto& test) { return std::string(test.param); });

TEST(TorchScriptBackbone, TrainedBatchNormsFollowTheData) {
    GraftedModel model = graft("residual_scripted", "layer1");
    const auto before = copies_of(model.scion);
    train_a_step(model);
    EXPECT_THAT(changed(model.scion, before), ::testing::Contains("layer2.0.bn1.running_mean"));
}

TEST(TorchScriptBackbone, TracedBatchNormsKeepTheirStatisticsInTrainingToo) {
    GraftedModel model = graft("residual_traced", "layer1");
    const auto before = copies_of(model.scion);
    train_a_step(model);
    EXPECT_THAT(changed(model.scion, before), ::testing::Not(::testing::Contains("layer2.0.bn1.running_mean")));
}

TEST(TorchScriptBackbone, TrainsTheBlocksOfATransformerBehindTheFrozenOnes) {
    GraftedModel model = graft("transformer_scripted", "encoder.layers.0");
    EXPECT_THAT(model.trained_stages, ElementsAre("encoder.layers.1"));
    EXPECT_THAT(model.feature_shape, ElementsAre(17, 8));
    const auto trunk = copies_of(model.trunk), scion = copies_of(model.scion);
    train_a_step(model);
    EXPECT_THAT(changed(model.trunk, trunk), ElementsAre());
    EXPECT_EQ(changed(model.scion, scion).size(), scion.size()) << "every parameter is trained";
}

TEST(TorchScriptBackbone, InOnePieceIsFrozenOrTrainedWhole) {
    EXPECT_THAT(graft("around_scripted", "all").frozen_stages, ElementsAre("network"));
    GraftedModel model = graft("around_scripted", "none");
    const auto before = copies_of(model.scion);
    train_a_step(model);
    EXPECT_THAT(changed(model.scion, before), ::testing::Contains("network.one.weight"));
}

TEST(TorchScriptBackbone, RefusesToFreezePartOfOnePiece) {
    EXPECT_EQ(error_message<ConfigError>([] { (void)graft("around_scripted", "layer3"); }),
              "/backbone/freeze: expected all or none, got \"layer3\": this network is frozen whole or trained whole, "
              "because it could not be cut into stages: nowhere between two of its parts does everything pass through "
              "one tensor");
    EXPECT_EQ(error_message<ConfigError>([] { (void)graft("residual_traced", "layer3"); }),
              "/backbone/freeze: expected one of conv1, layer1, layer2, all, none, got \"layer3\" (did you mean "
              "\"layer1\"?)");
    EXPECT_EQ(error_message<ConfigError>([] { (void)graft("residual_frozen", "none"); }),
              "/backbone/freeze: expected all, got \"none\": this network has no parameters to train (a frozen module "
              "keeps them as constants)");
}

TEST(TorchScriptBackbone, ThatGivesVectorsIsNotPooledOtherwise) {
    EXPECT_EQ(error_message<ConfigError>(
                  [] { (void)graft("sequential_traced", "all", {.pooling = Pooling::max, .hidden = {}}); }),
              "/head/pooling: expected \"avg\", got \"max\": this backbone gives vectors that are pooled already");
}

TEST(TorchScriptBackbone, RunsFused) {
    for (const char* name : {"residual_scripted", "mobile_traced", "transformer_scripted", "plain_traced"}) {
        const GraftedModel model = graft(name, "all");
        const at::Tensor picture = example_input(pixels());
        const FusedInference fused(model.trunk, picture);
        TorchModule trunk = model.trunk;
        const at::NoGradGuard no_grad;
        const at::Tensor expected = trunk.forward({picture}).toTensor();
        EXPECT_LT((fused(picture) - expected).abs().max().item<double>(), 1e-4) << name;
    }
}

TEST(TorchScriptBackbone, MayHaveChildrenThatAreCalledAsGraftsOwnPartsAre) {
    TorchModule network = make_chain("Network", {{"pool", make_conv2d({.in = 3, .out = 4, .kernel = 3, .stride = 2})},
                                                 {"all", make_conv2d({.in = 4, .out = 4, .kernel = 3, .stride = 2})},
                                                 {"head", make_conv2d({.in = 4, .out = 5, .kernel = 3})}});
    Rng rng = Rng::stream(1, "test");
    initialise(network, rng);
    const auto file = testing::fresh_folder() / "network.pt";
    network.save(file.string());
    const GraftedModel model =
        graft_model(load_torchscript_backbone(file.string(), pixels()), pixels(), "pool_", {.hidden = {}}, 3, 0);
    EXPECT_THAT(model.frozen_stages, ElementsAre("pool_"));
    EXPECT_THAT(model.trained_stages, ElementsAre("all_", "head_"));
}

TEST(TorchScriptBackbone, IsNoOtherFile) {
    const std::string other =
        (std::filesystem::path(GRAFT_TEST_DIR) / "weights" / "fixtures" / "zip_network.pth").string();
    EXPECT_EQ(
        error_message<DataError>([&] { (void)load_torchscript_backbone(other, pixels()); }),
        other +
            ": is a state dict or another object of torch.save; expected a TorchScript file (torch.jit.save writes "
            "them). Weights alone are no network: name the architecture that they belong to in /backbone/name");
}

}  // namespace
}  // namespace graft

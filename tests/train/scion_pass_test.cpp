#include "train/scion_pass.hpp"

#include <ATen/autocast_mode.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include "fake_device/fake_device.hpp"
#include "network/architectures/inverted_residual.hpp"
#include "network/head.hpp"
#include "network/probe.hpp"
#include "network/waves.hpp"
#include "train/step_seed.hpp"

namespace graft {
namespace {

using testing::waves;

/// A stage with a depthwise convolution, batch norm and ReLU, pooling and a head with batch norm.
TorchModule small_scion(const std::string& extra = "x", bool norm_in_head = true) {
    Rng rng(3);
    TorchModule stage = make_chain(
        "Stage", {{"conv", make_conv2d({.in = 3, .out = 16, .kernel = 3, .stride = 1, .pad = on_each_side(1)})},
                  {"bn", make_batch_norm({.channels = 16})},
                  {"depthwise",
                   make_conv2d({.in = 16, .out = 16, .kernel = 5, .stride = 1, .groups = 16, .pad = on_each_side(2)})},
                  {"relu", make_function("Relu", "torch.relu(x)")},
                  {"extra", make_function("Extra", extra)}});
    initialise(stage, rng);
    TorchModule scion =
        make_chain("Scion", {{"stage", stage},
                             {"pool", make_pooling(Pooling::avg, FeatureForm::map)},
                             {"head", make_head({.hidden = {8}, .batch_norm = norm_in_head}, 16, 4, rng)}});
    for (at::Tensor parameter : scion.parameters()) parameter.requires_grad_(true);
    return scion;
}

/// Scores and all gradients after one batch of 7.
std::vector<at::Tensor> one_batch(TorchModule& scion, ScionPass& pass) {
    for (at::Tensor parameter : scion.parameters()) parameter.mutable_grad() = at::Tensor();
    set_training_mode(scion, BatchNorms::fixed);
    const at::Tensor scores = pass.forward(waves({7, 3, 12, 12}));
    pass.backward((scores * waves({7, 4})).sum());
    std::vector<at::Tensor> found{scores.detach()};
    for (const at::Tensor& parameter : scion.parameters()) found.push_back(parameter.grad());
    return found;
}

/// To rounding. What is next to nothing, the gradient of a bias before a batch norm, is rounding alone.
bool alike(const at::Tensor& found, const at::Tensor& expected) {
    const auto largest = [](const at::Tensor& values) { return values.abs().max().item<float>(); };
    return largest(expected) < 1e-3F ? largest(found) < 1e-3F : agree(found, expected);
}

TEST(ScionPass, SlicesGiveTheNumbersOfTheWholeBatch) {
    TorchModule scion = small_scion();
    const auto expected = one_batch(scion, *plain_pass(scion));
    for (const std::size_t workers : {1U, 2U, 3U, 9U}) {  // 9: more than there are images
        const auto found = one_batch(scion, *fast_pass(scion, BatchNorms::fixed, workers));
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(alike(found[i], expected[i])) << workers << " " << i;
    }
}

TEST(ScionPass, IsTheSameNumberForNumberEveryTime) {
    TorchModule scion = small_scion();
    const auto pass = fast_pass(scion, BatchNorms::fixed, 2);
    const auto first = one_batch(scion, *pass), second = one_batch(scion, *pass);
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(at::equal(first[i], second[i])) << i;
}

/// How far from the expected values, as a share of the largest of them.
float distance(const at::Tensor& found, const at::Tensor& expected) {
    return ((found - expected).abs().max() / expected.abs().max()).item<float>();
}

TEST(ScionPass, Bfloat16TrainsNearFloat32AndValidatesWithIt) {
    TorchModule scion = small_scion("x", false);
    const auto expected = one_batch(scion, *plain_pass(scion));
    for (const std::size_t workers : {1U, 2U}) {
        const auto pass = fast_pass(scion, BatchNorms::fixed, workers, Precision::bfloat16);
        const auto found = one_batch(scion, *pass);
        EXPECT_GT(distance(found[0], expected[0]), 1e-6F) << "it is another computation";
        for (std::size_t i = 0; i < found.size(); ++i) {
            EXPECT_EQ(found[i].scalar_type(), at::kFloat);
            if (expected[i].abs().max().item<float>() > 1e-3F) {
                EXPECT_LT(distance(found[i], expected[i]), 0.1F) << i;
            }
        }
        const at::NoGradGuard no_grad;
        EXPECT_TRUE(alike(pass->forward(waves({7, 3, 12, 12})), plain_pass(scion)->forward(waves({7, 3, 12, 12}))));
    }
}

TEST(ScionPass, LeavesTheAutocastOfTheThreadAsItFoundIt) {
    TorchModule scion = small_scion();
    const auto pass = fast_pass(scion, BatchNorms::fixed, 1, Precision::bfloat16);
    const at::ScalarType usual = at::autocast::get_autocast_dtype(at::kCPU);
    ASSERT_FALSE(at::autocast::is_autocast_enabled(at::kCPU));
    for (const bool enabled : {true, false}) {
        at::autocast::set_autocast_enabled(at::kCPU, enabled);
        at::autocast::set_autocast_dtype(at::kCPU, at::kHalf);
        at::autocast::set_autocast_cache_enabled(enabled);
        (void)pass->forward(waves({7, 3, 12, 12}));
        EXPECT_EQ(at::autocast::is_autocast_enabled(at::kCPU), enabled);
        EXPECT_EQ(at::autocast::get_autocast_dtype(at::kCPU), at::kHalf);
        EXPECT_EQ(at::autocast::is_autocast_cache_enabled(), enabled);
    }
    at::autocast::set_autocast_dtype(at::kCPU, usual);
    at::autocast::set_autocast_cache_enabled(true);
}

TEST(ScionPass, AddsToGradientsThatAreThere) {
    TorchModule scion = small_scion();
    const auto pass = fast_pass(scion, BatchNorms::fixed, 2);
    const auto once = one_batch(scion, *pass);
    std::vector<at::Tensor> gradients;
    for (const at::Tensor& gradient : once) gradients.push_back(gradient.clone());
    const at::Tensor scores = pass->forward(waves({7, 3, 12, 12}));
    pass->backward((scores * waves({7, 4})).sum());
    std::size_t i = 1;
    for (const at::Tensor& parameter : scion.parameters()) {
        const at::Tensor expected = 2 * gradients[i++];
        EXPECT_TRUE(alike(parameter.grad(), expected)) << i;
    }
}

TEST(ScionPass, ParametersThatDoNotTrainGetNoGradient) {
    TorchModule scion = small_scion();
    const at::Tensor weight = scion.attr("stage").toModule().attr("conv").toModule().attr("weight").toTensor();
    weight.set_requires_grad(false);
    const auto pass = fast_pass(scion, BatchNorms::fixed, 2);
    (void)pass->forward(waves({4, 3, 12, 12}));
    pass->backward(pass->forward(waves({4, 3, 12, 12})).sum());
    EXPECT_FALSE(weight.grad().defined());
}

TEST(ScionPass, WithoutGradientsNothingIsKept) {
    TorchModule scion = small_scion();
    const auto pass = fast_pass(scion, BatchNorms::fixed, 2);
    const at::NoGradGuard no_grad;
    EXPECT_FALSE(pass->forward(waves({4, 3, 12, 12})).requires_grad());
}

// Statistics of half a batch are others, and masks would be drawn in any order: such stages see the whole batch.
TEST(ScionPass, WhatTakesTheWholeBatchGetsIt) {
    TorchModule adaptive = small_scion();
    TorchModule other = small_scion();
    set_training_mode(adaptive, BatchNorms::adaptive);
    set_training_mode(other, BatchNorms::adaptive);
    const at::Tensor found = fast_pass(adaptive, BatchNorms::adaptive, 2)->forward(waves({6, 3, 12, 12}));
    const at::Tensor expected = plain_pass(other)->forward(waves({6, 3, 12, 12}));
    EXPECT_TRUE(agree(found.detach(), expected.detach()));
}

/// torchvision.ops.stochastic_depth(input, p, "row", training=True), line by line.
at::Tensor torchvision_row(const at::Tensor& input, double p) {
    const double survival = 1 - p;
    at::Tensor noise = at::empty({input.size(0), 1, 1, 1}, input.options());
    noise.bernoulli_(survival);
    if (survival > 0) noise.div_(survival);
    return input * noise;
}

/// Two blocks with shortcuts, pooling and a head.
TorchModule residual_scion() {
    Rng rng(3);
    const InvertedResidualOptions block{.in = 8, .wide = 16, .out = 8, .activation = "torch.relu(x)"};
    TorchModule stage =
        make_chain("Stage", {{"0", make_inverted_residual(block)}, {"1", make_inverted_residual(block)}});
    initialise(stage, rng);
    TorchModule scion = make_chain("Scion", {{"stage", stage},
                                             {"pool", make_pooling(Pooling::avg, FeatureForm::map)},
                                             {"head", make_head({.hidden = {}}, 8, 4, rng)}});
    for (at::Tensor parameter : scion.parameters()) parameter.requires_grad_(true);
    return scion;
}
const StochasticDepth kDepth{.sums = {.block = kInvertedResidual}, .shares = {0.25, 0.5}};
constexpr std::uint64_t kSeed = 5;

/// Scores and gradients of a batch in which branches are left out as torchvision does it.
std::vector<at::Tensor> torchvision_batch(TorchModule& scion) {
    at::Tensor x = waves({16, 8, 6, 6});
    for (const char* name : {"0", "1"}) {
        TorchModule branch = scion.attr("stage").toModule().attr(name).toModule().attr("block").toModule();
        x = torchvision_row(branch.forward({x}).toTensor(), kDepth.shares[name[0] - '0']) + x;
    }
    x = scion.attr("pool").toModule().forward({x}).toTensor();
    const at::Tensor scores = scion.attr("head").toModule().forward({x}).toTensor();
    (scores * waves({16, 4})).sum().backward();
    std::vector<at::Tensor> found{scores.detach()};
    for (const at::Tensor& parameter : scion.parameters()) found.push_back(parameter.grad().clone());
    return found;
}

TEST(ScionPass, LeavesOutBranchesAsTorchvisionDoes) {
    TorchModule scion = residual_scion();
    for (const BatchNorms norms : {BatchNorms::fixed, BatchNorms::adaptive})
        for (const std::size_t workers : {1U, 3U}) {
            set_training_mode(scion, norms);
            StepSeed seed;
            for (at::Tensor parameter : scion.parameters()) parameter.mutable_grad() = at::Tensor();
            seed.set(kSeed);
            const auto expected = torchvision_batch(scion);
            for (at::Tensor parameter : scion.parameters()) parameter.mutable_grad() = at::Tensor();
            seed.set(kSeed);
            const auto pass = fast_pass(scion, norms, workers, Precision::float32, kDepth);
            const at::Tensor scores = pass->forward(waves({16, 8, 6, 6}));
            pass->backward((scores * waves({16, 4})).sum());
            EXPECT_TRUE(alike(scores.detach(), expected[0])) << workers;
            std::size_t i = 1;
            for (const at::Tensor& parameter : scion.parameters()) {
                EXPECT_TRUE(alike(parameter.grad(), expected[i])) << workers << " " << i;
                ++i;
            }
        }
}

TEST(ScionPass, LeavesOutTheSameBranchesOnADevice) {
    TorchModule scion = residual_scion(), moved = residual_scion();
    const auto scores_of = [](const TorchModule& module, ScionPass& pass) {
        set_training_mode(module, BatchNorms::adaptive);
        StepSeed seed;
        seed.set(kSeed);
        const at::Tensor scores = pass.forward(waves({16, 8, 6, 6}));
        pass.backward((scores * waves({16, 4})).sum());
        return scores.detach();
    };
    const at::Tensor expected =
        scores_of(scion, *fast_pass(scion, BatchNorms::adaptive, 1, Precision::float32, kDepth));
    const auto on_device = device_pass(moved, testing::fake_device(), Precision::float32, kDepth);
    EXPECT_TRUE(alike(scores_of(moved, *on_device), expected));
    const auto whole = device_pass(residual_scion(), testing::fake_device());
    EXPECT_FALSE(alike(whole->forward(waves({16, 8, 6, 6})).detach(), expected)) << "this test can fail";
    auto parameter = scion.parameters().begin();
    for (const at::Tensor& on_its_own : moved.parameters())
        EXPECT_TRUE(alike(on_its_own.grad().cpu(), (*parameter++).grad()));
}

TEST(ScionPass, LeavesOutNoBranchWhereItIsMeasured) {
    TorchModule scion = residual_scion();
    scion.eval();
    const at::NoGradGuard no_grad;
    const at::Tensor expected = plain_pass(scion)->forward(waves({6, 8, 6, 6}));
    for (const std::size_t workers : {1U, 2U}) {
        const auto pass = fast_pass(scion, BatchNorms::fixed, workers, Precision::float32, kDepth);
        EXPECT_TRUE(agree(pass->forward(waves({6, 8, 6, 6})), expected));
        set_training_mode(scion, BatchNorms::fixed);
        EXPECT_FALSE(agree(pass->forward(waves({6, 8, 6, 6})), expected)) << "this test can fail";
        scion.eval();
    }
}

TEST(TrainingMode, FixedBatchNormsKeepTheirStatisticsAndTheHeadsDoNot) {
    TorchModule scion = small_scion();
    set_training_mode(scion, BatchNorms::fixed);
    const at::Tensor mean = scion.attr("stage").toModule().attr("bn").toModule().attr("running_mean").toTensor();
    const at::Tensor of_head =
        scion.attr("head").toModule().attr("batch_norm1").toModule().attr("running_mean").toTensor();
    const at::Tensor before = mean.clone(), of_head_before = of_head.clone();
    (void)plain_pass(scion)->forward(waves({4, 3, 12, 12}));
    EXPECT_TRUE(at::equal(mean, before));
    EXPECT_FALSE(at::equal(of_head, of_head_before));
}

}  // namespace
}  // namespace graft

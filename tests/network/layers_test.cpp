#include "network/layers.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <cmath>

#include "network/run_module.hpp"

namespace graft {
namespace {

using testing::run;

void fill(TorchModule& module, const char* name, double value) {
    const at::NoGradGuard no_grad;
    module.attr(name).toTensor().fill_(value);
}

TEST(Conv2d, OfOnesSumsItsWindowAndPadsWithZeros) {
    TorchModule conv = make_conv2d({.in = 1, .out = 1, .kernel = 3, .pad = {1, 1, 1, 1}});
    fill(conv, "weight", 1);
    const at::Tensor expected = at::tensor({4.0F, 6.0F, 4.0F, 6.0F, 9.0F, 6.0F, 4.0F, 6.0F, 4.0F});
    EXPECT_TRUE(at::equal(run(conv, at::ones({1, 1, 3, 3})), expected.reshape({1, 1, 3, 3})));
}

TEST(Conv2d, PadsTheSidesItIsToldTo) {
    TorchModule conv = make_conv2d({.in = 1, .out = 1, .kernel = 2, .pad = {0, 1, 0, 1}});  // right and bottom
    fill(conv, "weight", 1);
    const at::Tensor input = at::tensor({1.0F, 2.0F, 3.0F, 4.0F}).reshape({1, 1, 2, 2});
    const at::Tensor expected = at::tensor({10.0F, 6.0F, 7.0F, 4.0F}).reshape({1, 1, 2, 2});
    EXPECT_TRUE(at::equal(run(conv, input), expected));
}

TEST(Conv2d, TakesStrideAndGroups) {
    TorchModule conv = make_conv2d({.in = 2, .out = 2, .kernel = 1, .stride = 2, .groups = 2});
    EXPECT_EQ(conv.attr("weight").toTensor().sizes(), at::IntArrayRef({2, 1, 1, 1}));
    {
        const at::NoGradGuard no_grad;
        conv.attr("weight").toTensor().copy_(at::tensor({2.0F, 3.0F}).reshape({2, 1, 1, 1}));
    }
    const at::Tensor result = run(conv, at::ones({1, 2, 3, 3}));  // [1,2,2,2]
    EXPECT_EQ(result.sizes(), at::IntArrayRef({1, 2, 2, 2}));
    EXPECT_EQ(result[0][0].sum().item<float>(), 8);
    EXPECT_EQ(result[0][1].sum().item<float>(), 12);
}

TEST(BatchNorm, UsesTheBatchAndMovesItsStatisticsWhileTraining) {
    TorchModule norm = make_batch_norm({.channels = 1, .momentum = 0.1});
    norm.train();
    const at::Tensor result = run(norm, at::tensor({1.0F, 3.0F}).reshape({2, 1}));  // mean 2, variance 1
    EXPECT_NEAR(result[0][0].item<float>(), -1, 1e-5);
    EXPECT_NEAR(result[1][0].item<float>(), 1, 1e-5);
    EXPECT_NEAR(norm.attr("running_mean").toTensor()[0].item<float>(), 0.2, 1e-6);
    EXPECT_NEAR(norm.attr("running_var").toTensor()[0].item<float>(), 0.9 + 0.1 * 2, 1e-6);  // of a sample: 2
}

TEST(BatchNorm, UsesItsStatisticsAndLeavesThemWhileEvaluating) {
    TorchModule norm = make_batch_norm({.channels = 1, .eps = 0});
    fill(norm, "running_mean", 10);
    fill(norm, "running_var", 4);
    fill(norm, "weight", 3);
    fill(norm, "bias", 1);
    norm.eval();
    EXPECT_NEAR(run(norm, at::tensor({14.0F}).reshape({1, 1})).item<float>(), 3 * 2 + 1, 1e-5);
    EXPECT_EQ(norm.attr("running_mean").toTensor()[0].item<float>(), 10);
    EXPECT_EQ(norm.attr("running_var").toTensor()[0].item<float>(), 4);
}

TEST(Linear, IsWeightTimesInputPlusBias) {
    TorchModule linear = make_linear(2, 1);
    {
        const at::NoGradGuard no_grad;
        linear.attr("weight").toTensor().copy_(at::tensor({2.0F, -1.0F}).reshape({1, 2}));
    }
    fill(linear, "bias", 0.5);
    EXPECT_EQ(run(linear, at::tensor({3.0F, 4.0F}).reshape({1, 2})).item<float>(), 2.5F);
}

TEST(Chain, AppliesItsChildrenInOrder) {
    const TorchModule add = make_function("Add", "x + 1.0"), twice = make_function("Twice", "x * 2.0");
    EXPECT_EQ(run(make_chain("A", {{"0", add}, {"1", twice}}), at::ones({1})).item<float>(), 4);
    EXPECT_EQ(run(make_chain("B", {{"1", twice}, {"0", add}}), at::ones({1})).item<float>(), 3);
}

TEST(Chain, WithoutChildrenIsTheIdentity) { EXPECT_EQ(run(make_chain("Empty", {}), at::ones({1})).item<float>(), 1); }

TEST(Initialise, DrawsConvolutionsWithTheVarianceThatKeepsActivations) {
    TorchModule conv = make_conv2d({.in = 32, .out = 128, .kernel = 3});
    Rng rng(1);
    initialise(conv, rng);
    const at::Tensor weight = conv.attr("weight").toTensor();  // 36,864 values
    EXPECT_NEAR(weight.mean().item<double>(), 0, 2e-3);
    EXPECT_NEAR(weight.std().item<double>(), std::sqrt(2.0 / (32 * 9)), 1e-3);
}

TEST(Initialise, DrawsDenseLayersUniformlyAndLeavesTheirBiases) {
    TorchModule chain =
        make_chain("Chain", {{"dense", make_linear(40, 20)}, {"norm", make_batch_norm({.channels = 20})}});
    Rng rng(1);
    initialise(chain, rng);
    const TorchModule dense = chain.attr("dense").toModule();
    const at::Tensor weight = dense.attr("weight").toTensor().abs();
    const double bound = std::sqrt(6.0 / 60);
    EXPECT_LE(weight.max().item<double>(), bound);
    EXPECT_GE(weight.max().item<double>(), 0.98 * bound);
    EXPECT_NEAR(weight.mean().item<double>(), bound / 2, 0.02);
    EXPECT_EQ(dense.attr("bias").toTensor().abs().max().item<double>(), 0);
    EXPECT_EQ(chain.attr("norm").toModule().attr("weight").toTensor().sum().item<double>(), 20);
}

TEST(Initialise, DependsOnTheStreamAlone) {
    TorchModule first = make_linear(4, 4), same = make_linear(4, 4), other = make_linear(4, 4);
    Rng rng(7), same_rng(7), other_rng(8);
    initialise(first, rng);
    initialise(same, same_rng);
    initialise(other, other_rng);
    EXPECT_TRUE(at::equal(first.attr("weight").toTensor(), same.attr("weight").toTensor()));
    EXPECT_FALSE(at::equal(first.attr("weight").toTensor(), other.attr("weight").toTensor()));
}

}  // namespace
}  // namespace graft

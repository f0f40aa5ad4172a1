#include "network/stochastic_depth.hpp"

#include <ATen/ops/relu.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include "network/architecture.hpp"
#include "network/architectures/inverted_residual.hpp"
#include "network/probe.hpp"
#include "network/training_graph.hpp"
#include "network/waves.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pointwise;
using testing::waves;

Architecture made(const std::string& name) { return builtin_architectures().find(name)->make(224, 224); }

std::size_t sums_of(const std::string& name) { return stochastic_depth(made(name), 0, 0.5).shares.size(); }

// Counted in the papers' tables: a block has a shortcut where it keeps size and channels; ResNet's all have one.
TEST(StochasticDepth, KnowsTheResidualBranchesOfEachArchitecture) {
    EXPECT_EQ(sums_of("resnet18"), 8);
    EXPECT_EQ(sums_of("resnet50"), 16);
    EXPECT_EQ(sums_of("efficientnet_lite0"), 9);
    EXPECT_EQ(sums_of("efficientnet_b0"), 9);
    EXPECT_EQ(sums_of("mobilenet_v2"), 10);
    EXPECT_EQ(sums_of("mobilenet_v3_small"), 6);
    EXPECT_EQ(sums_of("convnext_tiny"), 18);
    EXPECT_EQ(sums_of("vit_b_16"), 24) << "attention and dense layers of 12 blocks";
    EXPECT_EQ(sums_of("vgg16_bn"), 0);
}

TEST(StochasticDepth, SharesGrowWithDepthAlsoWhereTheFirstStagesAreFrozen) {
    const auto near = Pointwise(::testing::DoubleNear(1e-12), {0.2 * 14 / 16, 0.2 * 15 / 16, 0.2});
    EXPECT_THAT(stochastic_depth(made("resnet50"), 4, 0.2).shares, near) << "layer4 alone trains";
    EXPECT_THAT(stochastic_depth(made("resnet18"), 0, 0.8).shares,
                Pointwise(::testing::DoubleNear(1e-12), {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8}));
    EXPECT_THAT(stochastic_depth(made("efficientnet_lite0"), 8, 0.2).shares, IsEmpty()) << "the top has none";
}

/// A block of 8 channels that keeps size and channels, in a chain as the stages are, with drawn values.
TorchModule chain_of(const TorchModule& block) {
    TorchModule chain = make_chain("Stages", {{"stage", make_chain("Stage", {{"0", block}})}});
    Rng rng(3);
    initialise(chain, rng);
    chain.eval();
    return chain;
}

// 0: the image goes past the branch; 1: as it is; 2: the branch counts twice.
TEST(StochasticDepth, EachImageKeepsAsMuchOfABranchAsItIsTold) {
    const TorchModule block = make_inverted_residual({.in = 8, .wide = 16, .out = 8, .activation = "torch.relu(x)"});
    const TrainingGraph graph(chain_of(block), {.residual_sums = {.block = kInvertedResidual}});
    ASSERT_EQ(graph.residual_sums(), 1);
    const at::NoGradGuard no_grad;
    const at::Tensor x = waves({3, 8, 6, 6}), y = graph(x), kept = at::tensor({0.0F, 1.0F, 2.0F}).reshape({3, 1});
    const at::Tensor found = graph(x, kept);
    EXPECT_TRUE(at::equal(found[0], x[0]));
    EXPECT_TRUE(at::equal(found[1], y[1]));
    EXPECT_TRUE(agree(found[2], 2 * y[2] - x[2]));
}

// Of ResNet the sum stands before the last ReLU, of ConvNeXt the branch stands behind the shortcut.
TEST(StochasticDepth, WithoutItsBranchABlockIsItsShortcut) {
    const at::NoGradGuard no_grad;
    const Architecture resnet = made("resnet18"), convnext = made("convnext_tiny");
    const at::Tensor map = waves({1, 64, 8, 8}), none = at::zeros({1, 2});
    const auto without = [&](const Architecture& architecture, std::size_t stage, const at::Tensor& x) {
        TorchModule chain = make_chain("Stages", {architecture.stages.at(stage)});
        Rng rng(3);
        initialise(chain, rng);
        const TrainingGraph graph(chain, {.residual_sums = architecture.residual_sums});
        return graph(x, at::zeros({1, static_cast<std::int64_t>(graph.residual_sums())}));
    };
    EXPECT_TRUE(at::equal(without(resnet, 1, map), at::relu(map)));
    const at::Tensor wide = waves({1, 96, 8, 8});
    EXPECT_TRUE(at::equal(without(convnext, 1, wide), wide));
}

TEST(StochasticDepth, IsNotInTheModuleItself) {
    const TorchModule chain =
        chain_of(make_inverted_residual({.in = 8, .wide = 16, .out = 8, .activation = "torch.relu(x)"}));
    const std::string before = chain.dump_to_str(true, false, false);
    const TrainingGraph graph(chain, {.residual_sums = {.block = kInvertedResidual}});
    EXPECT_EQ(chain.dump_to_str(true, false, false), before);
}

}  // namespace
}  // namespace graft

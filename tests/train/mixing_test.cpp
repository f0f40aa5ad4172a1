#include "train/mixing.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <gtest/gtest.h>

#include "network/probe.hpp"
#include "train/fake_control.hpp"

namespace graft {
namespace {

MixedBatch three_pictures() { return {at::arange(3 * 2 * 8 * 8, at::kFloat).reshape({3, 2, 8, 8}), at::eye(3)}; }

MixedBatch mixed_by(const std::string& name, const MixedBatch& batch, std::uint64_t seed) {
    Rng rng(seed);
    return plugin_with(builtin_mixings(), name, Json::object()).build({})(batch, rng);
}

TEST(Mixing, SharesAreDrawnFromBeta) {
    Rng rng(1);
    double sum = 0, squares = 0;
    constexpr int kDraws = 20000;
    for (int i = 0; i < kDraws; ++i) {
        const double share = draw_share(0.4, rng);
        ASSERT_TRUE(share >= 0 && share <= 1);
        sum += share;
        squares += share * share;
    }
    const double mean = sum / kDraws;
    EXPECT_NEAR(mean, 0.5, 0.01);
    EXPECT_NEAR(squares / kDraws - mean * mean, 1 / (4 * (2 * 0.4 + 1)), 0.005);  // of Beta(a, a)
}

TEST(Mixing, MixupMixesEachPictureWithTheOneBeforeIt) {
    const MixedBatch batch = three_pictures();
    const MixedBatch mixed = mixed_by("mixup", batch, 3);
    const double share = mixed.targets[0][0].item<double>();
    EXPECT_NEAR(mixed.targets[0][2].item<double>(), 1 - share, 1e-6);
    EXPECT_TRUE(agree(mixed.features[0], batch.features[0] * share + batch.features[2] * (1 - share)));
    EXPECT_TRUE(agree(mixed.features[2], batch.features[2] * share + batch.features[1] * (1 - share)));
}

TEST(Mixing, CutmixTakesAWindowAndItsShareOfTheTarget) {
    const MixedBatch batch = three_pictures();
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const MixedBatch mixed = mixed_by("cutmix", batch, seed);
        const at::Tensor taken = (mixed.features[1] == batch.features[0]).all(0);  // [H,W]
        const at::Tensor left = (mixed.features[1] == batch.features[1]).all(0);
        EXPECT_EQ((taken.to(at::kInt) + left.to(at::kInt)).min().item<int>(), 1) << "a pixel of neither";
        EXPECT_NEAR(mixed.targets[1][0].item<double>(), taken.sum().item<double>() / 64, 1e-6);
        EXPECT_NEAR(mixed.targets[1][1].item<double>(), left.sum().item<double>() / 64, 1e-6);
    }
}

TEST(Mixing, IsAFunctionOfItsStream) {
    const MixedBatch batch = three_pictures();
    EXPECT_TRUE(mixed_by("mixup", batch, 5).features.equal(mixed_by("mixup", batch, 5).features));
    EXPECT_FALSE(mixed_by("mixup", batch, 5).features.equal(mixed_by("mixup", batch, 6).features));
}

}  // namespace
}  // namespace graft

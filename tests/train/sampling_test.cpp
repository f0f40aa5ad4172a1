#include "train/sampling.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace graft {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;

/// Eight samples of class 0, then two of class 1.
at::Tensor eight_and_two() { return at::tensor({0, 0, 0, 0, 0, 0, 0, 0, 1, 1}, at::kLong); }

/// How often each sample comes in an epoch.
std::vector<std::int64_t> draws_in(const EpochOrder& order, std::uint64_t seed, std::size_t samples) {
    Rng rng(seed);
    std::vector<std::int64_t> draws(samples);
    for (const std::size_t sample : order(rng)) ++draws.at(sample);
    return draws;
}

/// How often each sample comes in an epoch, over many of them.
std::vector<double> mean_draws(const EpochOrder& order, std::size_t samples) {
    constexpr int kEpochs = 1000;
    std::vector<double> means(samples);
    for (int seed = 0; seed < kEpochs; ++seed) {
        const std::vector<std::int64_t> draws = draws_in(order, static_cast<std::uint64_t>(seed), samples);
        for (std::size_t i = 0; i < samples; ++i) means[i] += static_cast<double>(draws[i]) / kEpochs;
    }
    return means;
}

TEST(BalancedSampling, GivesEveryClassTheSameShareOfAnEpoch) {
    const EpochOrder order = balanced_order(eight_and_two(), 1);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const std::vector<std::int64_t> draws = draws_in(order, seed, 10);
        EXPECT_EQ(std::accumulate(draws.begin(), draws.begin() + 8, std::int64_t{0}), 5) << seed;
        EXPECT_EQ(draws[8] + draws[9], 5) << seed;
        EXPECT_THAT(std::vector(draws.begin(), draws.begin() + 8), Each(Le(1)));              // 0.625 each
        EXPECT_THAT(std::vector(draws.begin() + 8, draws.end()), Each(AllOf(Ge(2), Le(3))));  // 2.5 each
    }
}

// torch.multinomial with weights n^-exponent draws a sample 10 * w / sum(w) times in ten draws.
TEST(BalancedSampling, DrawsAsWeightsOfTheClassFrequencySay) {
    const std::vector<double> whole = mean_draws(balanced_order(eight_and_two(), 1), 10);
    for (std::size_t i = 0; i < 10; ++i) EXPECT_NEAR(whole[i], i < 8 ? 0.625 : 2.5, 0.06) << i;
    // Square roots: 8 * 8^-0.5 = 2.8284 and 2 * 2^-0.5 = 1.4142, so two thirds and one third of ten.
    const std::vector<double> half = mean_draws(balanced_order(eight_and_two(), 0.5), 10);
    for (std::size_t i = 0; i < 10; ++i) EXPECT_NEAR(half[i], i < 8 ? 20.0 / 3 / 8 : 10.0 / 3 / 2, 0.06) << i;
}

TEST(BalancedSampling, IsAShuffleWhereThereIsNothingToEvenOut) {
    const at::Tensor even = at::tensor({2, 0, 2, 0}, at::kLong);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        EXPECT_THAT(draws_in(balanced_order(eight_and_two(), 0), seed, 10), Each(1)) << seed;
        EXPECT_THAT(draws_in(balanced_order(even, 1), seed, 4), Each(1)) << seed;
    }
}

TEST(BalancedSampling, IsAFunctionOfTheStreamAlone) {
    const EpochOrder order = balanced_order(eight_and_two(), 1);
    Rng one = Rng::stream(7, "shuffle", {3}), same = Rng::stream(7, "shuffle", {3}),
        next = Rng::stream(7, "shuffle", {4});
    const std::vector<std::size_t> drawn = order(one);
    EXPECT_EQ(order(same), drawn);
    EXPECT_NE(order(next), drawn);
    EXPECT_FALSE(std::ranges::is_sorted(drawn)) << "one class after the other";
}

TEST(BalancedSampling, KeepsTheLengthOfAnEpochWhateverTheClasses) {
    Rng rng(1);
    for (const std::int64_t rare : {1, 3, 7, 99}) {
        at::Tensor labels = at::full({1000}, 5, at::kLong);
        labels.slice(0, 0, rare).fill_(2);
        const std::vector<std::size_t> order = balanced_order(labels, 1)(rng);
        EXPECT_EQ(order.size(), 1000U);
        const auto of_rare = std::ranges::count_if(order, [&](std::size_t i) { return std::cmp_less(i, rare); });
        EXPECT_NEAR(static_cast<double>(of_rare), 500, 1) << rare;
    }
    EXPECT_THAT(balanced_order(at::tensor(std::vector<std::int64_t>{}, at::kLong), 1)(rng), IsEmpty());
}

}  // namespace
}  // namespace graft

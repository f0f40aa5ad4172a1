#include "core/random.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>
#include <set>
#include <vector>

namespace graft {
namespace {

using ::testing::ElementsAre;

// Frozen values: a change of any of them changes every run of every user. They were computed apart from this code, with
// SplitMix64 (whose first output for seed 0 is e220a8397b1dcdaf) and MT19937-64 written in Python.

TEST(Rng, IsTheStandardGenerator) {
    Rng rng(5489);  // the C++ standard gives the 10,000th value of this seed
    for (int i = 1; i < 10'000; ++i) rng.uniform();
    EXPECT_EQ(rng.uniform(), static_cast<double>(9'981'545'732'273'789'042ULL >> 11) / 9'007'199'254'740'992.0);
}

TEST(Rng, GivesTheSameStreamForEver) {
    Rng rng = Rng::stream(0, "augment", {1, 2});
    EXPECT_EQ(rng.uniform(), 0.04163784365089929);
    EXPECT_EQ(rng.uniform(), 0.0594704524131594);
    EXPECT_EQ(rng.uniform(), 0.09161522634742547);
    EXPECT_EQ(rng.uniform(), 0.38438444266527394);
}

TEST(MixSeed, GivesTheSameSeedForEver) {
    EXPECT_EQ(mix_seed(0, ""), 0xa706dd2f4d197e6fULL);
    EXPECT_EQ(mix_seed(0, "augment"), 0x3d285ee46a924492ULL);
    EXPECT_EQ(mix_seed(0, "augment", {1, 2}), 0xab1019f155ef3999ULL);
    EXPECT_EQ(mix_seed(1, "augment", {1, 2}), 0x8ac9ea20638315cdULL);
}

TEST(MixSeed, TellsApartEverySeedPurposeAndIndex) {
    std::set<std::uint64_t> seeds;
    for (std::uint64_t seed = 0; seed < 10; ++seed)
        for (const char* purpose : {"", "augment", "shuffle", "split"}) {
            seeds.insert(mix_seed(seed, purpose));
            for (std::uint64_t i = 0; i < 10; ++i) {
                seeds.insert(mix_seed(seed, purpose, {i}));
                for (std::uint64_t j = 0; j < 10; ++j) seeds.insert(mix_seed(seed, purpose, {i, j}));
            }
        }
    EXPECT_EQ(seeds.size(), 10 * 4 * (1 + 10 + 100));
}

TEST(MixSeed, TellsAnIndexFromALetterOfThePurpose) { EXPECT_NE(mix_seed(0, "a", {'b'}), mix_seed(0, "ab")); }

TEST(Rng, DrawsUniformNumbersFromTheirRange) {
    Rng rng(1);
    double sum = 0;
    for (int i = 0; i < 10'000; ++i) {
        const double draw = rng.uniform(-2, 6);
        ASSERT_GE(draw, -2);
        ASSERT_LT(draw, 6);
        sum += draw;
    }
    EXPECT_NEAR(sum / 10'000, 2, 0.1);  // the standard error is 0.023
}

TEST(Rng, DrawsNormalNumbersOfMeanZeroAndVarianceOne) {
    Rng rng(2);
    double sum = 0, squares = 0;
    for (int i = 0; i < 20'000; ++i) {
        const double draw = rng.normal();
        ASSERT_TRUE(std::isfinite(draw));
        sum += draw;
        squares += draw * draw;
    }
    EXPECT_NEAR(sum / 20'000, 0, 0.03);
    EXPECT_NEAR(squares / 20'000, 1, 0.05);
}

TEST(Rng, TossesACoinWithTheProbabilityAskedFor) {
    Rng rng(3);
    int heads = 0;
    for (int i = 0; i < 10'000; ++i) {
        EXPECT_FALSE(rng.bernoulli(0));
        EXPECT_TRUE(rng.bernoulli(1));
        heads += rng.bernoulli(0.25) ? 1 : 0;
    }
    EXPECT_NEAR(heads, 2'500, 200);
}

TEST(Rng, DrawsIntegersBelowABound) {
    Rng rng(7);
    std::vector<std::uint64_t> draws(10);
    for (std::uint64_t& draw : draws) draw = rng.below(6);
    EXPECT_THAT(draws, ElementsAre(3, 0, 0, 0, 1, 0, 3, 4, 3, 2));
    for (int i = 0; i < 100; ++i) EXPECT_EQ(rng.below(1), 0);
}

TEST(Rng, FavoursNoIntegerHoweverLargeTheBound) {
    // A remainder of 2^64 by 3·2^62 would be in the first third in half of the draws.
    constexpr std::uint64_t third = 1ULL << 62;
    Rng rng(4);
    int first = 0;
    for (int i = 0; i < 9'000; ++i) {
        const std::uint64_t draw = rng.below(3 * third);
        ASSERT_LT(draw, 3 * third);
        first += draw < third ? 1 : 0;
    }
    EXPECT_NEAR(first, 3'000, 200);
}

TEST(Shuffle, GivesTheSameOrderForEver) {
    std::vector<int> values(10);
    std::iota(values.begin(), values.end(), 0);
    Rng rng = Rng::stream(0, "shuffle");
    shuffle(std::span(values), rng);
    EXPECT_THAT(values, ElementsAre(9, 2, 7, 8, 0, 1, 6, 5, 3, 4));
}

TEST(Shuffle, LeavesNothingAndOneThingAsTheyAre) {
    std::vector<int> none, one = {5};
    Rng rng(0);
    shuffle(std::span(none), rng);
    shuffle(std::span(one), rng);
    EXPECT_THAT(one, ElementsAre(5));
    EXPECT_EQ(rng.uniform(), Rng(0).uniform());  // and draws nothing for them
}

TEST(Shuffle, PutsEveryThingInEveryPlaceEquallyOften) {
    std::vector<std::vector<int>> counts(4, std::vector<int>(4));
    Rng rng(5);
    for (int round = 0; round < 8'000; ++round) {
        std::vector<std::size_t> values = {0, 1, 2, 3};
        shuffle(std::span(values), rng);
        for (std::size_t place = 0; place < 4; ++place) ++counts[values[place]][place];
    }
    for (const std::vector<int>& row : counts)
        for (const int count : row) EXPECT_NEAR(count, 2'000, 200);
}

}  // namespace
}  // namespace graft

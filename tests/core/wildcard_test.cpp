#include "core/wildcard.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace graft {
namespace {

TEST(Wildcard, WithoutAStarIsTheNameItself) {
    EXPECT_TRUE(matches("fc.weight", "fc.weight"));
    EXPECT_FALSE(matches("fc.weight", "fc.weights"));
    EXPECT_FALSE(matches("fc.weight", "fc.weigh"));
    EXPECT_FALSE(matches("fc.weight", "fcxweight"));
    EXPECT_TRUE(matches("", ""));
    EXPECT_FALSE(matches("", "a"));
}

TEST(Wildcard, AStarStandsForAnyLetters) {
    EXPECT_TRUE(matches("fc.*", "fc.weight"));
    EXPECT_TRUE(matches("fc.*", "fc."));
    EXPECT_FALSE(matches("fc.*", "fc"));
    EXPECT_TRUE(matches("*.bias", "layer1.0.bias"));
    EXPECT_TRUE(matches("layer*.conv*.weight", "layer4.1.conv2.weight"));
    EXPECT_FALSE(matches("layer*.conv*.weight", "layer4.1.conv2.bias"));
    EXPECT_TRUE(matches("*", ""));
    EXPECT_TRUE(matches("**a*", "bab"));
    EXPECT_TRUE(matches("*ab", "aab")) << "the star gives letters back";
}

TEST(Wildcard, OneOfSeveralPatternsIsEnough) {
    const std::vector<std::string> patterns = {"fc.*", "*.bias"};
    EXPECT_TRUE(matches_any(patterns, "stem.bias"));
    EXPECT_FALSE(matches_any(patterns, "stem.weight"));
    EXPECT_FALSE(matches_any({}, "stem.weight"));
}

}  // namespace
}  // namespace graft

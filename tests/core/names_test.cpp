/// Tables of named things, the nearest name, and the likeliest classes.
#include "core/names.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "core/ranking.hpp"
#include "core/registry.hpp"
#include "core/text.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::IsEmpty;

struct Row {
    std::string name;
    int value = 0;
};

TEST(Registry, KeepsTheOrderInWhichRowsWereAdded) {
    Registry<Row> table = {{"zebra", 1}, {"ant", 2}};
    table.add({"mole", 3});
    EXPECT_THAT(table.names(), ElementsAre("zebra", "ant", "mole"));
    EXPECT_EQ(table.size(), 3);
    EXPECT_EQ(table.find("mole")->value, 3);
    EXPECT_EQ(table.find("Mole"), nullptr);
    EXPECT_EQ(table.begin()->name, "zebra");
}

TEST(Registry, RefusesASecondRowOfOneName) {
    Registry<Row> table = {{"ant", 1}};
    EXPECT_EQ(error_message<std::logic_error>([&] { table.add({"ant", 2}); }), "registered twice: ant");
    EXPECT_EQ(error_message<std::logic_error>([] {
                  const Registry<Row> twice = {{"a", 1}, {"a", 2}};
              }),
              "registered twice: a");
    EXPECT_EQ(table.size(), 1);
    EXPECT_EQ(table.find("ant")->value, 1);
}

TEST(Registry, IsAValueThatCopiesExtend) {
    const Registry<Row> built_in = {{"ant", 1}};
    Registry<Row> mine = built_in;
    mine.add({"bee", 2});
    EXPECT_EQ(built_in.size(), 1);
    EXPECT_EQ(mine.size(), 2);
}

const std::vector<std::string> kKeys = {"epochs", "batch_size", "learning_rate", "patience"};

TEST(NearestName, FindsTheNameThatWasMeant) {
    EXPECT_EQ(nearest_name("epoch", kKeys), "epochs");
    EXPECT_EQ(nearest_name("eopchs", kKeys), "epochs");  // neighbours exchanged: one step
    EXPECT_EQ(nearest_name("batchsize", kKeys), "batch_size");
    EXPECT_EQ(nearest_name("Learning_Rate", kKeys), "learning_rate");
    EXPECT_EQ(nearest_name("lerning_rat", kKeys), "learning_rate");
}

TEST(NearestName, SuggestsNothingFarAway) {
    EXPECT_EQ(nearest_name("optimizer", kKeys), "");
    EXPECT_EQ(nearest_name("", kKeys), "");
    EXPECT_EQ(nearest_name("epochs", {}), "");
}

TEST(NearestName, AllowsAThirdOfTheLettersToDiffer) {
    const std::vector<std::string> names = {"abcdef"};
    EXPECT_EQ(nearest_name("abcdxx", names), "abcdef");
    EXPECT_EQ(nearest_name("abcxxx", names), "");
    const std::vector<std::string> short_names = {"ab"};
    EXPECT_EQ(nearest_name("ax", short_names), "");
}

TEST(NearestName, TakesTheFirstOfEquallyNearOnes) {
    const std::vector<std::string> names = {"adamw", "adam_", "adam"};
    EXPECT_EQ(nearest_name("adamx", names), "adamw");
}

TEST(DidYouMean, ReadsAsAQuestionOrNotAtAll) {
    EXPECT_EQ(did_you_mean("epoch", kKeys), " (did you mean \"epochs\"?)");
    EXPECT_EQ(did_you_mean("colour", kKeys), "");
}

TEST(TopIndices, BeginWithTheLargest) {
    const std::vector<float> probabilities = {0.125F, 0.5F, 0.0625F, 0.25F};
    EXPECT_THAT(top_indices(probabilities, 3), ElementsAre(1, 3, 0));
    EXPECT_THAT(top_indices(probabilities, 0), IsEmpty());
    EXPECT_THAT(top_indices(probabilities, 9), ElementsAre(1, 3, 0, 2));
}

TEST(TopIndices, TakeTheLowerIndexOfEqualOnes) {
    const std::vector<float> probabilities = {0.25F, 0.25F, 0.25F, 0.25F};
    EXPECT_THAT(top_indices(probabilities, 2), ElementsAre(0, 1));
}

TEST(ConfigError, ListsItsProblems) {
    EXPECT_STREQ(ConfigError("/a: wrong").what(), "/a: wrong");
    const ConfigError error(std::vector<std::string>{"/a: wrong", "/b: missing"});
    EXPECT_STREQ(error.what(), "2 problems:\n  /a: wrong\n  /b: missing");
    EXPECT_THAT(error.problems(), ElementsAre("/a: wrong", "/b: missing"));
}

TEST(Errors, CarryTheExitCodesThatScriptsRelyOn) {
    EXPECT_EQ(static_cast<int>(Error("x").exit_code()), 1);
    EXPECT_EQ(static_cast<int>(ConfigError("x").exit_code()), 2);
    EXPECT_EQ(static_cast<int>(DataError("x").exit_code()), 3);
    EXPECT_EQ(static_cast<int>(GateError("x").exit_code()), 4);
    EXPECT_EQ(static_cast<int>(Interrupted("x").exit_code()), 130);
}

TEST(Matches, WithoutAStarIsTheNameItself) {
    EXPECT_TRUE(matches("fc.weight", "fc.weight"));
    EXPECT_FALSE(matches("fc.weight", "fc.weights"));
    EXPECT_FALSE(matches("fc.weight", "fc.weigh"));
    EXPECT_FALSE(matches("fc.weight", "fcxweight"));
    EXPECT_TRUE(matches("", ""));
    EXPECT_FALSE(matches("", "a"));
}

TEST(Matches, AStarStandsForAnyLetters) {
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

TEST(Matches, OneOfSeveralPatternsIsEnough) {
    const std::vector<std::string> patterns = {"fc.*", "*.bias"};
    EXPECT_TRUE(matches_any(patterns, "stem.bias"));
    EXPECT_FALSE(matches_any(patterns, "stem.weight"));
    EXPECT_FALSE(matches_any({}, "stem.weight"));
}

}  // namespace
}  // namespace graft

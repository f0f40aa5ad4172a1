#include "task/evaluator.hpp"

#include <gtest/gtest.h>

namespace graft {
namespace {

TEST(Evaluator, HeadsNoTwoColumnsAlike) {
    const EvaluatorContext classes{.outputs = {"file", "rose", "correct"}, .thresholds = {0.5F, 0.5F, 0.5F}};
    EXPECT_EQ(classification_evaluator(classes)->columns(), "class,predicted,correct,file_2,rose,correct_2");
    EXPECT_EQ(multi_label_evaluator(classes)->columns(), "classes,predicted,correct,file_2,rose,correct_2");
    const EvaluatorContext numbers{.outputs = {"age", "file", "predicted_age"}};
    EXPECT_EQ(regression_evaluator(numbers)->columns(),
              "age,predicted_age_2,file_2,predicted_file,predicted_age,predicted_predicted_age");
}

TEST(Evaluator, HeadsUsualNamesAsTheyAre) {
    const EvaluatorContext classes{.outputs = {"rose", "tulip, red"}, .thresholds = {0.5F, 0.5F}};
    EXPECT_EQ(classification_evaluator(classes)->columns(), "class,predicted,correct,rose,\"tulip, red\"");
    EXPECT_EQ(regression_evaluator(classes)->columns(), "rose,predicted_rose,\"tulip, red\",\"predicted_tulip, red\"");
}

TEST(Evaluator, WritesABarInAClassSoThatItSeparatesNothing) {
    const EvaluatorContext context{.outputs = {"a|b", "c"}, .thresholds = {0.5F, 0.5F}};
    const std::vector<float> probabilities = {0.75F, 0.5F};
    EXPECT_EQ(multi_label_evaluator(context)->cells({.values = {1, 0}}, probabilities), "a\\x7Cb,a\\x7Cb|c,0,0.75,0.5");
}

}  // namespace
}  // namespace graft

#include "task/metric.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace graft {
namespace {

double value_of(const std::string& name, const at::Tensor& scores, const at::Tensor& targets) {
    const auto metric =
        builtin_metrics().find(name)->make().build({.outputs = static_cast<std::size_t>(scores.size(1))});
    metric->add(scores, targets);
    return metric->value();
}

/// Scores whose highest is at these classes.
at::Tensor guessing(const std::vector<std::int64_t>& classes, std::int64_t count) {
    return at::one_hot(at::tensor(classes), count).to(at::kFloat);
}

TEST(MacroF1, IsTheMeanOverTheClasses) {
    // Precision and recall by hand: class 0: 1/2, 1/1 -> 2/3; class 1: 1/1, 1/2 -> 2/3; class 2: 1/1, 1/1 -> 1.
    const double value = value_of("macro_f1", guessing({0, 0, 1, 2}, 3), at::tensor({0, 1, 1, 2}, at::kLong));
    EXPECT_DOUBLE_EQ(value, (2.0 / 3 + 2.0 / 3 + 1) / 3);
}

TEST(MacroF1, IsNothingForAClassOfWhichNothingWasRight) {
    EXPECT_DOUBLE_EQ(value_of("macro_f1", guessing({0, 0}, 2), at::tensor({0, 1}, at::kLong)), (2.0 / 3 + 0) / 2);
}

TEST(MacroF1, LeavesOutClassesThatDoNotOccur) {
    EXPECT_DOUBLE_EQ(value_of("macro_f1", guessing({0, 1}, 5), at::tensor({0, 1}, at::kLong)), 1);
}

TEST(ExactMatch, AsksForEveryLabelOfAnImage) {
    const at::Tensor scores = at::tensor({2.0F, -1.0F, 2.0F, 1.0F, -3.0F, -1.0F}).reshape({3, 2});
    const at::Tensor targets = at::tensor({1.0F, 0.0F, 1.0F, 0.0F, 0.0F, 0.0F}).reshape({3, 2});
    EXPECT_DOUBLE_EQ(value_of("exact_match", scores, targets), 2.0 / 3);
}

}  // namespace
}  // namespace graft

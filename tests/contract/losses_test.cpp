// What every built-in loss must keep, whoever adds it.
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "contract/plugin_contract.hpp"
#include "task/loss.hpp"
#include "task/task.hpp"

namespace graft {
namespace {

class EveryLoss : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] const LossRow& row() const { return *builtin_losses().find(GetParam()); }
    [[nodiscard]] Loss built() const {
        return row().make().build({.outputs = {"ant", "bee", "cat"}, .counts = {5, 2, 3}, .known = {10, 10, 10}});
    }
    [[nodiscard]] const std::string& task() const { return row().tasks.front(); }
    /// Four images; the score of what an image is, is `right`, the others' are its opposite. Numbers are off by what is
    /// missing to 8.
    [[nodiscard]] at::Tensor scores(float right) const {
        if (task() == "regression") return targets() + (8 - right);
        at::Tensor scores = at::full({4, 3}, -right);
        for (std::int64_t n = 0; n < 4; ++n) scores[n][classes()[n].item<std::int64_t>()] = right;
        return scores;
    }
    static at::Tensor classes() { return at::tensor({0, 1, 2, 1}, at::kLong); }
    /// The targets that belong to them, in the form of the loss's task.
    [[nodiscard]] at::Tensor targets() const {
        if (task() == "classification") return classes();
        return at::one_hot(classes(), 3).to(at::kFloat);
    }
};

TEST_P(EveryLoss, DescribesItsOptions) { testing::expect_describes_itself(row()); }

TEST_P(EveryLoss, IsOfTasksThatThereAre) {
    ASSERT_FALSE(row().tasks.empty());
    for (const std::string& name : row().tasks) EXPECT_NE(builtin_tasks().find(name), nullptr) << name;
}

TEST_P(EveryLoss, IsSmallerTheBetterTheScoresAre) {
    const Loss loss = built();
    const auto value = [&](float right) { return loss(scores(right), targets(), {}).item<double>(); };
    EXPECT_GT(value(-2), value(0));
    EXPECT_GT(value(0), value(2));
    EXPECT_GT(value(2), value(8));
    EXPECT_GE(value(8), 0);
}

TEST_P(EveryLoss, IsAScalarWhoseGradientLeadsDownhill) {
    const Loss loss = built();
    const at::Tensor before = scores(0.5F).requires_grad_(true);
    const at::Tensor value = loss(before, targets(), {});
    EXPECT_EQ(value.dim(), 0);
    value.backward();
    EXPECT_TRUE(before.grad().isfinite().all().item<bool>());
    const at::Tensor after = (before - 0.1 * before.grad()).detach();
    EXPECT_LT(loss(after, targets(), {}).item<double>(), value.item<double>());
}

TEST_P(EveryLoss, IsAMeanOverTheBatch) {
    const Loss loss = built();
    const at::Tensor twice = at::cat({scores(1), scores(1)});
    EXPECT_NEAR(loss(twice, at::cat({targets(), targets()}), {}).item<double>(),
                loss(scores(1), targets(), {}).item<double>(), 1e-6);
}

/// To rounding: one part in a million, of losses below 1 a millionth.
void expect_close(double found, double expected) {
    EXPECT_NEAR(found, expected, 1e-6 * std::max(1.0, std::abs(expected)));
}

TEST_P(EveryLoss, CountsAnImageOfWeightTwoAsTwoImages) {
    const Loss loss = built();
    const at::Tensor some = scores(0.5F) + at::arange(scores(0).numel(), at::kFloat).view_as(scores(0)) / 7;
    const at::Tensor first = some.narrow(0, 0, 1), label = targets().narrow(0, 0, 1);
    at::Tensor weights = at::ones({some.size(0)});
    expect_close(loss(some, targets(), weights).item<double>(), loss(some, targets(), {}).item<double>());
    weights[0] = 2;
    expect_close(loss(some, targets(), weights).item<double>(),
                 loss(at::cat({some, first}), at::cat({targets(), label}), {}).item<double>());
}

TEST_P(EveryLoss, StaysFiniteForScoresOfAnySize) {
    const Loss loss = built();
    for (const float right : {-1e4F, 1e4F}) {
        const at::Tensor extreme = scores(right).requires_grad_(true);
        const at::Tensor value = loss(extreme, targets(), {});
        value.backward();
        EXPECT_TRUE(value.isfinite().item<bool>()) << right;
        EXPECT_TRUE(extreme.grad().isfinite().all().item<bool>()) << right;
    }
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryLoss, ::testing::ValuesIn(builtin_losses().names()),
                         [](const auto& name) { return name.param; });

TEST(BuiltinLosses, AreTheDocumentedOnes) {
    EXPECT_EQ(builtin_losses().names(),
              (std::vector<std::string>{"cross_entropy", "focal", "binary_cross_entropy", "binary_focal", "asymmetric",
                                        "mse", "mae", "huber", "quantile"}));
}

}  // namespace
}  // namespace graft

// What every built-in loss must keep, whoever adds it.
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "config/read.hpp"
#include "task/loss.hpp"

namespace graft {
namespace {

class EveryLoss : public testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] const LossRow& row() const { return *builtin_losses().find(GetParam()); }
    [[nodiscard]] Loss built() const {
        const std::vector<std::string> classes = {"ant", "bee", "cat"};
        const std::vector<std::int64_t> counts = {5, 2, 3};
        return row().make()->build(classes, counts);
    }
    /// Four images; the label's score is `right`, the others' are 0.
    static at::Tensor scores(float right) {
        at::Tensor scores = at::zeros({4, 3});
        for (std::int64_t n = 0; n < 4; ++n) scores[n][labels()[n].item<std::int64_t>()] = right;
        return scores;
    }
    static at::Tensor labels() { return at::tensor({0, 1, 2, 1}, at::kLong); }
};

TEST_P(EveryLoss, DescribesItsOptions) {
    const std::shared_ptr<LossSpec> spec = row().make();
    const auto visit = [&](Fields& fields) { spec->describe(fields); };
    EXPECT_EQ(spec->name(), row().name);
    EXPECT_FALSE(row().summary.empty());
    const Json defaults = write_options(visit);
    EXPECT_TRUE(read_options(defaults, visit).empty());
    EXPECT_EQ(write_options(visit), defaults);
    EXPECT_EQ(read_options({{"no_such_option", 1}}, visit).size(), 1);
    EXPECT_TRUE(schema_of(visit, row().name).contains("properties"));
}

TEST_P(EveryLoss, IsSmallerTheBetterTheScoresAre) {
    const Loss loss = built();
    const auto value = [&](float right) { return loss(scores(right), labels()).item<double>(); };
    EXPECT_GT(value(-2), value(0));
    EXPECT_GT(value(0), value(2));
    EXPECT_GT(value(2), value(8));
    EXPECT_GE(value(8), 0);
}

TEST_P(EveryLoss, IsAScalarWhoseGradientLeadsDownhill) {
    const Loss loss = built();
    const at::Tensor before = scores(0.5F).requires_grad_(true);
    const at::Tensor value = loss(before, labels());
    EXPECT_EQ(value.dim(), 0);
    value.backward();
    EXPECT_TRUE(before.grad().isfinite().all().item<bool>());
    const at::Tensor after = (before - 0.1 * before.grad()).detach();
    EXPECT_LT(loss(after, labels()).item<double>(), value.item<double>());
}

TEST_P(EveryLoss, IsAMeanOverTheBatch) {
    const Loss loss = built();
    const at::Tensor twice = at::cat({scores(1), scores(1)});
    EXPECT_NEAR(loss(twice, at::cat({labels(), labels()})).item<double>(), loss(scores(1), labels()).item<double>(),
                1e-6);
}

TEST_P(EveryLoss, StaysFiniteForScoresOfAnySize) {
    const Loss loss = built();
    for (const float right : {-1e4F, 1e4F}) {
        const at::Tensor extreme = scores(right).requires_grad_(true);
        const at::Tensor value = loss(extreme, labels());
        value.backward();
        EXPECT_TRUE(value.isfinite().item<bool>()) << right;
        EXPECT_TRUE(extreme.grad().isfinite().all().item<bool>()) << right;
    }
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryLoss, testing::ValuesIn(builtin_losses().names()),
                         [](const auto& name) { return name.param; });

TEST(BuiltinLosses, AreTheDocumentedOnes) {
    EXPECT_EQ(builtin_losses().names(), std::vector<std::string>{"cross_entropy"});
}

}  // namespace
}  // namespace graft

// What every built-in metric must keep, whoever adds it.
#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "contract/plugin_contract.hpp"
#include "task/metric.hpp"
#include "task/task.hpp"

namespace graft {
namespace {

class EveryMetric : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] const MetricRow& row() const { return *builtin_metrics().find(GetParam()); }
    [[nodiscard]] std::unique_ptr<Metric> built() const { return row().make().build({.outputs = 3, .task = task()}); }
    [[nodiscard]] TaskKind task() const { return enum_named<TaskKind>(row().tasks.front()).value(); }
    static at::Tensor classes() { return at::tensor({0, 1, 2, 1, 0, 2}, at::kLong); }
    [[nodiscard]] at::Tensor targets() const {
        return row().tasks.front() == "classification" ? classes() : at::one_hot(classes(), 3).to(at::kFloat);
    }
    /// Scores of which all but the first `wrong` are right.
    static at::Tensor scores(std::int64_t wrong) {
        at::Tensor scores = at::full({6, 3}, -1.0);
        for (std::int64_t n = 0; n < 6; ++n)
            scores[n][(classes()[n].item<std::int64_t>() + (n < wrong ? 1 : 0)) % 3] = 1;
        return scores;
    }
    [[nodiscard]] double of(std::int64_t wrong) const {
        const auto metric = built();
        metric->add(scores(wrong), targets());
        return metric->value();
    }
};

TEST_P(EveryMetric, DescribesItsOptions) { testing::expect_describes_itself(row()); }

TEST_P(EveryMetric, IsOfTasksThatThereAre) {
    ASSERT_FALSE(row().tasks.empty());
    for (const std::string& name : row().tasks) EXPECT_NE(builtin_tasks().find(name), nullptr) << name;
}

TEST_P(EveryMetric, IsBetterInItsDirectionTheMoreIsRight) {
    const double good = of(0), fair = of(2), bad = of(6);
    if (row().better == Direction::max) {
        EXPECT_GT(good, fair);
        EXPECT_GT(fair, bad);
    } else {
        EXPECT_LT(good, fair);
        EXPECT_LT(fair, bad);
    }
}

TEST_P(EveryMetric, DoesNotDependOnHowTheImagesAreBatched) {
    const auto batched = built();
    for (std::int64_t first = 0; first < 6; first += 2)
        batched->add(scores(2).narrow(0, first, 2), targets().narrow(0, first, 2));
    EXPECT_DOUBLE_EQ(batched->value(), of(2));
}

TEST_P(EveryMetric, GoesOnFromWhatItHasKept) {
    const auto half = built(), rest = built();
    half->add(scores(2).narrow(0, 0, 3), targets().narrow(0, 0, 3));
    MetricState written;
    half->keep(written);
    MetricState read(written.bytes());
    rest->keep(read);
    for (Metric* metric : {half.get(), rest.get()}) metric->add(scores(2).narrow(0, 3, 3), targets().narrow(0, 3, 3));
    EXPECT_EQ(rest->value(), half->value());
    EXPECT_DOUBLE_EQ(rest->value(), of(2));
}

TEST_P(EveryMetric, RefusesWhatItHasNotKept) {
    const auto metric = built();
    MetricState nothing(std::string("\x7f", 1));
    EXPECT_THROW(metric->keep(nothing), DataError);
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryMetric, ::testing::ValuesIn(builtin_metrics().names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace graft

// What every built-in optimizer must keep, whoever adds it.
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>
#include <torch/optim/optimizer.h>
#include <torch/serialize/input-archive.h>
#include <torch/serialize/output-archive.h>

#include <sstream>

#include "contract/plugin_contract.hpp"
#include "train/optimizer.hpp"

namespace graft {
namespace {

class EveryOptimizer : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] const OptimizerRow& row() const { return *builtin_optimizers().find(GetParam()); }
    [[nodiscard]] std::shared_ptr<torch::optim::Optimizer> built(const at::Tensor& parameter) const {
        return row().make().build({{.name = "head", .parameters = {parameter}}});
    }
};

at::Tensor parameter_of(double value) { return at::full({4}, value).requires_grad_(true); }

/// One step on the mean of squares; returns it as it was before.
double descend(torch::optim::Optimizer& optimizer, const at::Tensor& parameter) {
    optimizer.zero_grad();
    const at::Tensor loss = (parameter * parameter).mean();
    loss.backward();
    optimizer.step();
    return loss.item<double>();
}

TEST_P(EveryOptimizer, DescribesItsOptions) { testing::expect_describes_itself(row()); }

TEST_P(EveryOptimizer, RefusesALearningRateOfNothing) {
    OptimizerPlugin plugin = row().make();
    const auto visit = [&](Fields& fields) { plugin.describe(fields); };
    EXPECT_EQ(read_options({{"learning_rate", 0}}, visit),
              std::vector<std::string>{"/learning_rate: expected number > 0, got 0"});
}

TEST_P(EveryOptimizer, ReachesTheMinimumOfAParabola) {
    const at::Tensor parameter = parameter_of(1);
    const auto optimizer = built(parameter);
    set_learning_rate(*optimizer, 0, 0.02);
    const double first = descend(*optimizer, parameter);
    for (int i = 0; i < 300; ++i) descend(*optimizer, parameter);
    EXPECT_LT(descend(*optimizer, parameter), 0.01 * first);
}

TEST_P(EveryOptimizer, TakesItsLearningRateFromTheOptionsAndWhileTraining) {
    OptimizerPlugin plugin = row().make();
    ASSERT_TRUE(read_options({{"learning_rate", 0.125}}, [&](Fields& fields) { plugin.describe(fields); }).empty());
    const at::Tensor parameter = parameter_of(1);
    const auto optimizer = plugin.build({{.name = "head", .parameters = {parameter}}});
    EXPECT_EQ(learning_rate_of(*optimizer, 0), 0.125);
    set_learning_rate(*optimizer, 0, 0.5);
    EXPECT_EQ(learning_rate_of(*optimizer, 0), 0.5);
}

TEST_P(EveryOptimizer, GivesAGroupTheRateThatHappensToBeTheClassesDefault) {
    OptimizerPlugin plugin = row().make();
    ASSERT_TRUE(read_options({{"learning_rate", 0.002}}, [&](Fields& fields) { plugin.describe(fields); }).empty());
    const auto optimizer =
        plugin.build({{.name = "stage", .parameters = {parameter_of(1)}, .learning_rate_factor = 0.5}});
    EXPECT_EQ(learning_rate_of(*optimizer, 0), 0.001);
}

TEST_P(EveryOptimizer, GivesEveryGroupItsOwnLearningRateAndWeightDecay) {
    OptimizerPlugin plugin = row().make();
    const Json options = {{"learning_rate", 0.5}, {"weight_decay", 0.25}};
    ASSERT_TRUE(read_options(options, [&](Fields& fields) { plugin.describe(fields); }).empty());
    const at::Tensor head = parameter_of(1), stage = parameter_of(1);
    const auto optimizer =
        plugin.build({{.name = "head", .parameters = {head}},
                      {.name = "stage", .parameters = {stage}, .learning_rate_factor = 0.5, .weight_decay = false}});
    EXPECT_EQ(learning_rate_of(*optimizer, 0), 0.5);
    EXPECT_EQ(learning_rate_of(*optimizer, 1), 0.25);
    for (const at::Tensor& parameter : {head, stage}) parameter.mutable_grad() = at::full({4}, 0.0);
    optimizer->step();
    EXPECT_LT(head.max().item<double>(), 1) << "its weights decay";
    EXPECT_EQ(stage.max().item<double>(), 1) << "these do not";
}

TEST_P(EveryOptimizer, MakesTheSameStepsAfterItWasSavedAndLoaded) {
    const at::Tensor straight = parameter_of(1);
    const auto before = built(straight);
    for (int i = 0; i < 3; ++i) descend(*before, straight);

    std::stringstream bytes;
    torch::serialize::OutputArchive saved;
    before->save(saved);
    saved.save_to(bytes);
    const at::Tensor resumed = straight.detach().clone().requires_grad_(true);
    const auto after = built(resumed);
    torch::serialize::InputArchive loaded;
    loaded.load_from(bytes);
    after->load(loaded);

    for (int i = 0; i < 3; ++i) {
        descend(*before, straight);
        descend(*after, resumed);
        EXPECT_TRUE(at::equal(resumed, straight)) << "step " << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryOptimizer, ::testing::ValuesIn(builtin_optimizers().names()),
                         [](const auto& name) { return name.param; });

TEST(BuiltinOptimizers, AreTheDocumentedOnes) {
    EXPECT_EQ(builtin_optimizers().names(), (std::vector<std::string>{"adam", "adamw", "sgd", "rmsprop"}));
}

}  // namespace
}  // namespace graft

// What every built-in task must keep, whoever adds it.
#include <ATen/core/Tensor.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>

#include "contract/plugin_contract.hpp"
#include "network/layers.hpp"
#include "task/loss.hpp"
#include "task/metric.hpp"
#include "task/task.hpp"

namespace graft {
namespace {

class EveryTask : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] const TaskRow& row() const { return *builtin_tasks().find(GetParam()); }
    [[nodiscard]] std::shared_ptr<const Task> built() const {
        return row().make().build({.classes = {"ant", "bee", "cat"}, .training = samples_});
    }
    const std::vector<Sample> samples_ = samples();
    /// Images that say everything that any task may ask.
    static std::vector<Sample> samples() {
        std::vector<Sample> samples(4);
        for (std::int64_t i = 0; i < 4; ++i) {
            samples[static_cast<std::size_t>(i)].label = i % 3;
            samples[static_cast<std::size_t>(i)].values = {i % 3 == 0 ? 1.0F : 0.0F, i % 3 == 1 ? 1.0F : 0.0F,
                                                           i % 3 == 2 ? 1.0F : 0.0F};
        }
        return samples;
    }
};

TEST_P(EveryTask, DescribesItsOptions) { testing::expect_describes_itself(row()); }

TEST_P(EveryTask, HasTheNameOfItsRowAndAnOutputForEveryClass) {
    EXPECT_EQ(built()->name(), row().name);
    EXPECT_EQ(built()->outputs().size(), 3);
}

TEST_P(EveryTask, MakesATargetOfEverySample) {
    const at::Tensor targets = built()->targets(samples());
    EXPECT_EQ(targets.size(0), 4);
    EXPECT_EQ(built()->targets({}).size(0), 0);
    const bool numbers = row().name == "regression";
    EXPECT_EQ(built()->counts(samples()),
              numbers ? (std::vector<std::int64_t>{4, 4, 4}) : (std::vector<std::int64_t>{2, 1, 1}));
    EXPECT_EQ(built()->known(samples()), (std::vector<std::int64_t>{4, 4, 4}));
}

TEST_P(EveryTask, HasALossAndMetricsThatUnderstandItsTargets) {
    const LossRow* loss = builtin_losses().find(row().default_loss);
    ASSERT_NE(loss, nullptr);
    EXPECT_NE(std::ranges::find(loss->tasks, row().name), loss->tasks.end());
    for (const std::string& name : built()->default_metrics()) {
        const MetricRow* metric = builtin_metrics().find(name);
        ASSERT_NE(metric, nullptr) << name;
        EXPECT_NE(std::ranges::find(metric->tasks, row().name), metric->tasks.end()) << name;
    }
}

TEST_P(EveryTask, HasAValidationLossThatIsAFiniteScalar) {
    const at::Tensor loss = built()->validation_loss(at::rand({4, 3}), built()->targets(samples()));
    EXPECT_EQ(loss.dim(), 0);
    EXPECT_TRUE(std::isfinite(loss.item<double>()));
}

TEST_P(EveryTask, HasAnActivationThatTorchScriptKnows) {
    TorchModule module = make_module("Activation");
    const OutputActivation activation = built()->activation();
    for (const auto& [name, constant] : activation.constants) module.register_buffer(name, constant);
    module.define("def forward(self, scores):\n    return " + activation.expression + "\n");
    const at::Tensor values = module.forward({at::rand({4, 3})}).toTensor();
    EXPECT_EQ(values.sizes(), (std::vector<std::int64_t>{4, 3}));
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryTask, ::testing::ValuesIn(builtin_tasks().names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace graft

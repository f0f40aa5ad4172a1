#include "train/learning_rates.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>
#include <torch/optim/optimizer.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "train/fake_control.hpp"

namespace graft {
namespace {

/// Two groups, the second with half the rate of the first.
class LearningRatesTest : public ::testing::Test {
protected:
    LearningRatesTest() {
        const auto parameter = [] { return at::ones({2}).requires_grad_(true); };
        optimizer_ = plugin_with(builtin_optimizers(), "sgd", {{"learning_rate", 0.8}})
                         .build({{.name = "head", .parameters = {parameter()}},
                                 {.name = "layer4", .parameters = {parameter()}, .learning_rate_factor = 0.5}});
    }
    [[nodiscard]] LearningRates rates(Schedule schedule = {}) const {
        return {{"head", "layer4"}, optimizer_, std::move(schedule)};
    }
    [[nodiscard]] std::pair<double, double> used() const {
        return {learning_rate_of(*optimizer_, 0), learning_rate_of(*optimizer_, 1)};
    }
    std::shared_ptr<torch::optim::Optimizer> optimizer_;
};

TEST_F(LearningRatesTest, ChangeTogetherByOneFactor) {
    LearningRates rates = this->rates();
    rates.set_all(0.2);
    EXPECT_EQ(used(), std::pair(0.2, 0.1));
}

TEST_F(LearningRatesTest, ChangeAlone) {
    LearningRates rates = this->rates();
    rates.set(rates.index_of("layer4"), 0.3);
    EXPECT_EQ(used(), std::pair(0.8, 0.3));
    EXPECT_EQ(testing::error_message<Error>([&] { (void)rates.index_of("layer5"); }),
              "there is no parameter group \"layer5\"; there are head, layer4");
}

TEST_F(LearningRatesTest, FollowTheScheduleFromWhereACallbackHasPutThem) {
    LearningRates rates = this->rates([](std::int64_t step) { return step == 0 ? 1.0 : 0.5; });
    rates.begin_step(1);
    EXPECT_EQ(used(), std::pair(0.4, 0.2));
    rates.set_all(0.1);  // holds at once
    EXPECT_EQ(used(), std::pair(0.1, 0.05));
    rates.begin_step(0);
    EXPECT_EQ(used(), std::pair(0.2, 0.1));
}

TEST_F(LearningRatesTest, AreTheSameAfterASaveAndALoad) {
    LearningRates before = rates();
    before.set_all(0.1);
    before.set(1, 0.7);
    const Json state = before.save_state();
    before.set_all(5);
    LearningRates after = rates();
    after.load_state(state);
    EXPECT_EQ(used(), std::pair(0.1, 0.7));
    EXPECT_EQ(after.of(1), 0.7);
}

}  // namespace
}  // namespace graft

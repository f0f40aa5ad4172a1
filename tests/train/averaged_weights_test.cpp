#include "train/averaged_weights.hpp"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <cmath>

namespace graft {
namespace {

/// One layer; its first bias is what the tests look at.
class AveragedWeightsTest : public ::testing::Test {
protected:
    TorchModule module_ = make_linear(1, 1);
    at::Tensor bias_ = module_.attr("bias").toTensor();

    void set(double value) {
        const at::NoGradGuard no_grad;
        bias_.fill_(value);
    }
    [[nodiscard]] double value() const { return bias_.item<double>(); }
};

// ModelEmaV3: the first update copies; then average = 0.9 * average + 0.1 * weights.
TEST_F(AveragedWeightsTest, FollowTheWeights) {
    AveragedWeights average(module_, {.decay = 0.9, .warm_up = false});
    set(1);
    average.add(1);
    set(2);
    average.add(2);
    average.swap();
    EXPECT_NEAR(value(), 0.9 * 1 + 0.1 * 2, 1e-6);
    average.swap();
    EXPECT_EQ(value(), 2);
}

TEST_F(AveragedWeightsTest, WarmUpLeavesLessAtFirst) {
    AveragedWeights average(module_, {.decay = 0.9, .warm_up = true});
    set(1);
    average.add(1);
    set(2);
    average.add(2);  // timm: 1 - (1 + 1) ^ (-2/3) = 0.370 with step 1 counted from 0
    average.swap();
    EXPECT_NEAR(value(), 2 - 1 * (1 - std::pow(2, -2.0 / 3)), 1e-6);
}

TEST_F(AveragedWeightsTest, GoOnFromASnapshot) {
    set(5);
    AveragedWeights first(module_, {.decay = 0.5, .warm_up = false});
    const auto saved = first.snapshot();
    set(1);
    AveragedWeights second(module_, {.decay = 0.5, .warm_up = false});
    second.restore(*saved);
    second.add(7);
    second.swap();
    EXPECT_NEAR(value(), 3, 1e-6);
}

}  // namespace
}  // namespace graft

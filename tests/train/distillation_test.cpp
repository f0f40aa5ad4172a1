#include "train/distillation.hpp"

#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace graft {
namespace {

/// Three images of two classes; the batch is the third and the first of them.
class DistillationTest : public ::testing::Test {
protected:
    [[nodiscard]] static at::Tensor matrix(const std::vector<float>& values) {
        return at::tensor(values).reshape({-1, 2});
    }
    [[nodiscard]] double loss_of(const at::Tensor& labels, const at::Tensor& scores,
                                 const at::Tensor& weights = {}) const {
        return distilled(labels, scores, batch_, weights, distillation_).item<double>();
    }

    const std::array<std::size_t, 2> samples_{2, 0};
    const Batch batch_{.features = {}, .samples = samples_};
    Distillation distillation_{.teacher = matrix({0.8F, 0.2F, 0.1F, 0.9F, 0.5F, 0.5F}).log(), .temperature = 2};
};

// The third image's teacher says 1/2, 1/2, as the student does: no divergence. The first one's says 0.8, 0.2, softened
// to sqrt(0.8) : sqrt(0.2) = 2/3, 1/3: its divergence from 1/2, 1/2 is 2/3 ln(4/3) + 1/3 ln(2/3) = 0.056633. The mean
// is 0.0283165, times 2^2 is 0.113266. Labels: ln 2.
TEST_F(DistillationTest, IsTheDivergenceOfSoftenedProbabilities) {
    const at::Tensor scores = at::zeros({2, 2}), labels = at::tensor(std::log(2.0));
    distillation_.weight = 1;
    EXPECT_NEAR(loss_of(labels, scores), 0.113266, 1e-6);
    distillation_.weight = 0.5;
    EXPECT_NEAR(loss_of(labels, scores), 0.5 * std::log(2.0) + 0.5 * 0.113266, 1e-6);
    distillation_.weight = 0;
    EXPECT_NEAR(loss_of(labels, scores), std::log(2.0), 1e-6);
}

TEST_F(DistillationTest, IsTheWeightedMeanOfImagesThatCountDifferently) {
    distillation_.weight = 1;
    EXPECT_NEAR(loss_of(at::tensor(0.0), at::zeros({2, 2}), at::tensor({1.0F, 3.0F})), 0.226532 * 3 / 4, 1e-6);
}

// Hinton et al.: dz = (q - p) / T, for each image of the mean, times T^2.
TEST_F(DistillationTest, HasTheGradientOfThePaper) {
    distillation_.weight = 1;
    at::Tensor scores = matrix({0.3F, -0.2F, 1.5F, 0.5F}).requires_grad_(true);
    distilled(at::tensor(0.0), scores, batch_, {}, distillation_).backward();
    const at::Tensor teacher = at::softmax(matrix({0, 0, std::log(0.8F), std::log(0.2F)}) / 2, 1);
    const at::Tensor expected = (at::softmax(scores.detach() / 2, 1) - teacher) / 2 * 4 / 2;  // 1/T, T^2, of two images
    EXPECT_LT((scores.grad() - expected).abs().max().item<double>(), 1e-6);
}

}  // namespace
}  // namespace graft

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include "network/head.hpp"

namespace graft {
namespace {

std::vector<float> pooled(Pooling pooling, FeatureForm form, const at::Tensor& features) {
    const at::Tensor vector = make_pooling(pooling, form).forward({features}).toTensor().contiguous();
    return {vector.const_data_ptr<float>(), vector.const_data_ptr<float>() + vector.numel()};
}

const at::Tensor kMap = at::tensor({1.F, 2.F, 3.F, 6.F, -1.F, -2.F, -3.F, -4.F}).reshape({1, 2, 2, 2});
// A class token and two patches, of two channels.
const at::Tensor kTokens = at::tensor({10.F, 20.F, 1.F, 5.F, 3.F, 4.F}).reshape({1, 3, 2});

TEST(Pooling, OfAMapIsOverItsPlaces) {
    EXPECT_EQ(pooled(Pooling::avg, FeatureForm::map, kMap), (std::vector<float>{3, -2.5}));
    EXPECT_EQ(pooled(Pooling::max, FeatureForm::map, kMap), (std::vector<float>{6, -1}));
    EXPECT_EQ(pooled(Pooling::avgmax, FeatureForm::map, kMap), (std::vector<float>{4.5, -1.75}));
}

TEST(Pooling, OfTokensTakesTheClassTokenForTheAverage) {
    EXPECT_EQ(pooled(Pooling::avg, FeatureForm::tokens, kTokens), (std::vector<float>{10, 20}));
}

TEST(Pooling, OfTokensTakesTheMaximumOverThePatches) {
    EXPECT_EQ(pooled(Pooling::max, FeatureForm::tokens, kTokens), (std::vector<float>{3, 5}));
    EXPECT_EQ(pooled(Pooling::avgmax, FeatureForm::tokens, kTokens), (std::vector<float>{6.5, 12.5}));
}

}  // namespace
}  // namespace graft

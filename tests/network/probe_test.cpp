#include "network/probe.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <limits>

namespace graft {
namespace {

TEST(Probe, IsAlwaysTheSameNoise) {
    const Preprocessing small{.height = 4, .width = 6};
    const at::Tensor probe = normalised_probe(small);
    EXPECT_EQ(probe.sizes().vec(), (std::vector<std::int64_t>{1, 3, 4, 6}));
    EXPECT_TRUE(at::equal(probe, normalised_probe(small)));
    EXPECT_GE(probe.min().item<double>(), -2);
    EXPECT_LE(probe.max().item<double>(), 2);
    EXPECT_GT(probe.std().item<double>(), 0.5);
}

TEST(OutputDifference, IsTheLargestBesideTheLargestValue) {
    const OutputDifference found = difference_between(at::tensor({1.0, -7.5, 3.0}), at::tensor({1.0, -8.0, 3.25}));
    EXPECT_EQ(found.largest, 0.5);
    EXPECT_EQ(found.reach, 8);
    EXPECT_EQ(text_of(found), "differs by 0.5 where outputs reach 8");
}

TEST(OutputDifference, IsRoundingUpToATenThousandthOfTheLargestValue) {
    const at::Tensor expected = at::tensor({0.0, 100.0});
    EXPECT_TRUE(agree(at::tensor({0.0099, 100.0}), expected));
    EXPECT_FALSE(agree(at::tensor({0.0101, 100.0}), expected));
}

TEST(OutputDifference, OfTinyValuesIsRoundingBelowATenthOfABillionth) {
    EXPECT_TRUE(agree(at::tensor({9e-11}), at::tensor({0.0})));
    EXPECT_FALSE(agree(at::tensor({2e-10}), at::tensor({0.0})));
}

TEST(OutputDifference, OfOtherShapesOrNoNumbersIsInfinite) {
    for (const at::Tensor& wrong : {at::zeros({3}), at::zeros({1, 2}), at::tensor({0.0, std::nan("")}),
                                    at::tensor({0.0, std::numeric_limits<double>::infinity()})}) {
        const OutputDifference found = difference_between(wrong, at::zeros({2}));
        EXPECT_TRUE(std::isinf(found.largest)) << wrong;
        EXPECT_FALSE(found.is_rounding()) << wrong;
        EXPECT_EQ(text_of(found), "gives another shape, or values that are not numbers") << wrong;
    }
}

TEST(OutputDifference, OfNothingIsNothing) { EXPECT_TRUE(agree(at::empty({0, 3}), at::empty({0, 3}))); }

}  // namespace
}  // namespace graft

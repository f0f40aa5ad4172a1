#include "network/depthwise.hpp"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "network/probe.hpp"
#include "network/waves.hpp"

namespace graft {
namespace {

using testing::waves;

/// A depthwise convolution and, for some gradient of its output, the gradients of its inputs.
struct Gradients {
    at::Tensor y, x, weight, bias;
};

template <class Convolution>
Gradients gradients_of(const Convolution& convolution, const at::Tensor& x, const at::Tensor& weight,
                       std::int64_t stride, std::int64_t pad) {
    const at::Tensor input = x.clone().requires_grad_(true), kernel = weight.clone().requires_grad_(true),
                     bias = waves({weight.size(0)}).requires_grad_(true);
    const std::vector<std::int64_t> strides{stride, stride}, pads{pad, pad}, ones{1, 1};
    const at::Tensor y = convolution(input, kernel, bias, strides, pads, ones, weight.size(0));
    (y * waves(y.sizes())).sum().backward();
    return {y, input.grad(), kernel.grad(), bias.grad()};
}

void expect_those_of_libtorch(std::int64_t channels, std::int64_t side, std::int64_t kernel, std::int64_t stride,
                              std::int64_t pad) {
    const at::Tensor x = waves({3, channels, side, side + 1}).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor weight = waves({channels, 1, kernel, kernel});
    const auto plain = [](const auto&... arguments) { return at::conv2d(arguments...); };
    const auto own = [](const auto&... arguments) { return conv2d_to_train(arguments...); };
    const Gradients expected = gradients_of(plain, x, weight, stride, pad);
    const Gradients found = gradients_of(own, x, weight, stride, pad);
    EXPECT_TRUE(agree(found.y, expected.y));
    EXPECT_TRUE(agree(found.x, expected.x));
    EXPECT_TRUE(agree(found.weight, expected.weight));
    EXPECT_TRUE(agree(found.bias, expected.bias));
}

// One channel, a 2x2 kernel over a 2x2 map without padding: the gradient is the map.
TEST(Depthwise, WeightsLearnWhatLiesUnderThem) {
    const at::Tensor x = at::arange(4, at::kFloat).reshape({1, 1, 2, 2});
    const at::Tensor gradient = depthwise_weight_gradient(x, at::ones({1, 1, 1, 1}), 2, 2, {});
    EXPECT_TRUE(gradient.equal(x));
}

TEST(Depthwise, GradientsAreThoseOfLibTorch) {
    expect_those_of_libtorch(144, 16, 5, 1, 2);
    expect_those_of_libtorch(96, 16, 5, 2, 2);
    expect_those_of_libtorch(7, 9, 5, 1, 2);   // fewer channels than a vector has
    expect_those_of_libtorch(83, 3, 5, 1, 2);  // the kernel reaches over every edge
    expect_those_of_libtorch(20, 8, 7, 1, 3);
    expect_those_of_libtorch(20, 9, 5, 2, 0);
}

TEST(Depthwise, OtherConvolutionsAreLibTorchsOwn) { expect_those_of_libtorch(16, 8, 3, 1, 1); }

}  // namespace
}  // namespace graft

#include "export/onnx/quantise.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "export/onnx/write_onnx.hpp"
#include "network/layers.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using torch::jit::Graph;

/// A dense layer of two inputs: weights 1 and -0.4, bias 0.25.
std::shared_ptr<Graph> dense() {
    TorchModule module = make_linear(2, 1);
    const at::NoGradGuard no_grad;
    module.attr("weight").toTensor().copy_(at::tensor({1.0F, -0.4F}).reshape({1, 2}));
    module.attr("bias").toTensor().fill_(0.25F);
    return frozen_graph(make_chain("Net", {{"dense", module}}));
}

/// Reaches from -1 to 1.55: 255 steps of 0.01, with 100 for zero.
const ActivationRange kHundredths{-1, 1.55};

/// A 1x1 convolution from one channel to two with the weights 1 and 0, biases 0.5 and 3.
std::shared_ptr<Graph> convolution() {
    TorchModule module = make_conv2d({.in = 1, .out = 2, .bias = true});
    const at::NoGradGuard no_grad;
    module.attr("weight").toTensor().copy_(at::tensor({1.0F, 0.0F}).reshape({2, 1, 1, 1}));
    module.attr("bias").toTensor().copy_(at::tensor({0.5F, 3.0F}));
    return frozen_graph(make_chain("Net", {{"conv", module}}));
}

TorchModule conv3x3(std::int64_t in, std::int64_t out) {
    return make_conv2d({.in = in, .out = out, .kernel = 3, .pad = on_each_side(1)});
}

/// convolution, ReLU, convolution, sum with what the ReLU gave, ReLU, mean, dense layer
TorchModule residual_network() {
    TorchModule network = make_module("Net");
    network.register_module("a", conv3x3(3, 4));
    network.register_module("b", conv3x3(4, 4));
    network.register_module("head", make_linear(4, 2));
    network.define(
        "def forward(self, x):\n"
        "    x = torch.clamp(self.a.forward(x), 0.0, 6.0)\n"
        "    x = torch.relu(self.b.forward(x) + x)\n"
        "    return self.head.forward(torch.mean(x, [2, 3]))\n");
    Rng rng = Rng::stream(1, "int8");
    initialise(network, rng);
    return network;
}

std::vector<std::string> kinds(const std::vector<torch::jit::Value*>& values) {
    std::vector<std::string> kinds;
    for (const torch::jit::Value* value : values) kinds.emplace_back(value->node()->kind().toUnqualString());
    return kinds;
}

const OnnxTensor& initializer(const OnnxModel& model, OnnxType type) {
    return *std::ranges::find(model.initializers, type, &OnnxTensor::type);
}

std::vector<std::string> operators(const OnnxModel& model) {
    std::vector<std::string> names;
    for (const OnnxNode& node : model.nodes) names.push_back(node.op);
    return names;
}

OnnxModel in_onnx(Graph& graph, const std::vector<std::int64_t>& input) {
    return onnx_model(graph, input, WeightsType::float32, kQuantisedOpset);
}

TEST(QuantisedValues, AreWhatConvolutionsDenseLayersAndSumsTakeAndGive) {
    const std::shared_ptr<Graph> graph = frozen_graph(residual_network());
    EXPECT_THAT(kinds(quantised_values(*graph)), ElementsAre("Param", "clamp", "conv2d", "relu", "mean"));
}

TEST(QuantisedValues, LeaveOutSumsThatAreNotOfMaps) {
    TorchModule network = make_module("Net");
    network.define("def forward(self, x):\n    return x + torch.sigmoid(x)\n");
    EXPECT_THAT(quantised_values(*frozen_graph(network)), ElementsAre());
}

TEST(QuantisedValues, AreTakenBeforeZerosArePutAroundThem) {
    TorchModule network = make_module("Net");
    network.register_module("conv", make_conv2d({.in = 3, .out = 4, .kernel = 3, .stride = 2, .pad = {0, 1, 0, 1}}));
    network.define("def forward(self, x):\n    return self.conv.forward(torch.sigmoid(x))\n");
    const std::shared_ptr<Graph> graph = frozen_graph(network);
    EXPECT_THAT(kinds(quantised_values(*graph)), ElementsAre("sigmoid", "conv2d"));
}

TEST(QuantisedGraph, KeepsActivationsInStepsOfTheirScale) {
    // 0.104 becomes 0.10; of 63 steps, -0.4 is 25.2 and becomes 25; the bias stays.
    const std::vector<ActivationRange> ranges = {kHundredths};
    GraphRun run(quantised_graph(*dense(), ranges));
    const at::Tensor found = run(at::tensor({0.5F, 0.104F}).reshape({1, 2}))[0];
    EXPECT_NEAR(found.item<double>(), 0.5 - 0.1 * 25 / 63 + 0.25, 1e-6);
}

TEST(QuantisedGraph, LeavesValuesOutsideOfTheObservedRangeAtItsEnds) {
    const std::vector<ActivationRange> ranges = {kHundredths};
    GraphRun run(quantised_graph(*dense(), ranges));
    EXPECT_NEAR(run(at::full({1, 2}, 9.0F))[0].item<double>(), 1.55 * (1 - 25.0 / 63) + 0.25, 1e-5);
    EXPECT_NEAR(run(at::full({1, 2}, -9.0F))[0].item<double>(), -1 * (1 - 25.0 / 63) + 0.25, 1e-5);
}

TEST(QuantisedGraph, KeepsTheBiasOfAChannelWithoutWeights) {
    const std::vector<ActivationRange> ranges = {{0, 2.55}, {0, 5.1}};
    GraphRun run(quantised_graph(*convolution(), ranges));
    const at::Tensor found = run(at::full({1, 1, 1, 1}, 1.2F))[0].flatten();
    EXPECT_NEAR(found[0].item<double>(), 1.7, 0.011);
    EXPECT_NEAR(found[1].item<double>(), 3.0, 0.011);
}

TEST(QuantisedGraph, StaysNearFloat32) {
    const std::shared_ptr<Graph> graph = frozen_graph(residual_network());
    const at::Tensor images = at::rand({16, 3, 8, 8}, at::detail::createCPUGenerator(1));
    RangeFinder finder(*graph);
    const at::Tensor expected = finder(images);
    GraphRun run(quantised_graph(*graph, finder.ranges()));
    const double difference = (run(images)[0] - expected).abs().max().item<double>();
    EXPECT_GT(difference, 0);
    EXPECT_LT(difference, 0.05 * expected.abs().max().item<double>());
}

TEST(RangeFinder, AveragesTheExtremesOfAllBatches) {
    RangeFinder finder(*dense());
    static_cast<void>(finder(at::tensor({1.0F, 2.0F, 3.0F, 4.0F}).reshape({2, 2})));
    const at::Tensor given = finder(at::tensor({-2.0F, 8.0F}).reshape({1, 2}));
    EXPECT_NEAR(given.item<double>(), -2 - 0.4 * 8 + 0.25, 1e-5);
    ASSERT_EQ(finder.ranges().size(), 1U);
    EXPECT_EQ(finder.ranges()[0].low, -1);  // of 0, which every range holds, and -2
    EXPECT_EQ(finder.ranges()[0].high, 6);
}

TEST(QuantisedOnnx, HoldsWeightsAsBytesWithAScalePerChannel) {
    const std::vector<ActivationRange> ranges = {kHundredths};
    const OnnxModel model = in_onnx(*quantised_graph(*dense(), ranges), {2});
    EXPECT_THAT(operators(model),
                ElementsAre("QuantizeLinear", "DequantizeLinear", "DequantizeLinear", "MatMul", "Add", "Identity"));
    EXPECT_EQ(initializer(model, OnnxType::int8).bytes, std::string({63, -25}));
    EXPECT_THAT(initializer(model, OnnxType::int8).shape, ElementsAre(2, 1));  // [in,out]
    EXPECT_EQ(initializer(model, OnnxType::uint8).bytes, std::string({100}));  // the zero point
    EXPECT_THAT(initializer(model, OnnxType::uint8).shape, ElementsAre());     // a scalar, or nothing is fused
    EXPECT_EQ(summarise_onnx(encode(model), "a.onnx").ir_version, 7);
}

TEST(QuantisedOnnx, HoldsTheBiasesOfConvolutionsAsProducts) {
    const std::vector<ActivationRange> ranges = {{0, 2.55}, {0, 5.1}};
    const OnnxModel model = in_onnx(*quantised_graph(*convolution(), ranges), {1, 4, 4});
    const std::string& bytes = initializer(model, OnnxType::int32).bytes;
    std::int32_t first = 0;
    std::memcpy(&first, bytes.data(), sizeof first);
    EXPECT_EQ(bytes.size(), 2 * sizeof first);
    EXPECT_EQ(first, 3150);  // 0.5 in steps of 0.01 · 1/63
}

TEST(QuantisedOnnx, TakesTheSameValueFromOnePair) {
    const std::shared_ptr<Graph> graph = frozen_graph(residual_network());
    const std::vector<ActivationRange> ranges(5, {0, 1});
    const std::vector<std::string> names = operators(in_onnx(*quantised_graph(*graph, ranges), {3, 8, 8}));
    EXPECT_EQ(std::ranges::count(names, "QuantizeLinear"), 5);
    EXPECT_EQ(std::ranges::count(names, "DequantizeLinear"), 5 + 3);  // and three weights
}

}  // namespace
}  // namespace graft

/// Every operator that is written, on a network of one line: what OpenCV's DNN module makes of the ONNX file against
/// what LibTorch makes of the network.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/rand.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "export/onnx/opencv_network.hpp"
#include "export/onnx/write_onnx.hpp"
#include "graft/core/errors.hpp"
#include "network/layers.hpp"

namespace graft {
namespace {

using ::testing::HasSubstr;
using Shape = std::vector<std::int64_t>;

at::Tensor noise(const Shape& shape, double low, double high) {
    at::Tensor tensor = at::empty(shape);
    Rng rng = Rng::stream(7, "operators");
    float* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(rng.uniform(low, high));
    return tensor;
}

/// A network that computes `body`; parameters `w` and `b` are there for it to use.
TorchModule network(const std::string& body, const Shape& weight = {1}, const Shape& bias = {1}) {
    TorchModule module = make_module("Network");
    module.register_parameter("w", noise(weight, -1, 1), false);
    module.register_parameter("b", noise(bias, -1, 1), false);
    const bool lines = body.find("return") != std::string::npos;
    module.define("def forward(self, x):\n    " + (lines ? body : "return " + body) + "\n");
    return module;
}

/// The largest difference between LibTorch's result and OpenCV's.
double difference(TorchModule module, const Shape& input_shape, double low = -2) {
    const at::NoGradGuard no_grad;
    const std::string onnx = encode(onnx_model(module, input_shape, WeightsType::float32));
    Shape one = input_shape;
    one.insert(one.begin(), 1);
    const at::Tensor input = noise(one, low, 2);
    module.eval();
    const at::Tensor expected = module.forward({input}).toTensor();
    const at::Tensor found = OpenCvNetwork(onnx, "test")(input);
    EXPECT_EQ(found.numel(), expected.numel());
    return found.numel() == expected.numel() ? (found.flatten() - expected.flatten()).abs().max().item<double>() : 1e9;
}

struct Case {
    const char* name;
    const char* body;
    Shape input = {4, 6, 6};
    Shape weight = {1}, bias = {1};
    double low = -2;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.body; }

class OnnxOperator : public ::testing::TestWithParam<Case> {};

TEST_P(OnnxOperator, GivesInOpenCvWhatItGivesInLibTorch) {
    if (!OpenCvNetwork::is_available()) GTEST_SKIP() << "OpenCV has no DNN module";
    const Case& c = GetParam();
    EXPECT_LT(difference(network(c.body, c.weight, c.bias), c.input, c.low), 1e-4);
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Convolution, OnnxOperator,
    ::testing::Values(
        Case{"Plain", "torch.conv2d(x, self.w, self.b)", {4, 6, 6}, {5, 4, 3, 3}, {5}},
        Case{"WithoutBias", "torch.conv2d(x, self.w, None, [2, 2], [1, 1])", {4, 6, 6}, {5, 4, 3, 3}},
        Case{"Depthwise", "torch.conv2d(x, self.w, self.b, [1, 1], [2, 1], [1, 1], 4)", {4, 6, 6}, {4, 1, 5, 3}, {4}},
        Case{"Dilated", "torch.conv2d(x, self.w, self.b, [1, 1], [2, 2], [2, 2])", {4, 6, 6}, {5, 4, 3, 3}, {5}},
        Case{"Same", "torch.conv2d(x, self.w, None, [1, 1], \"same\")", {4, 6, 6}, {5, 4, 4, 3}},
        Case{"Valid", "torch.conv2d(x, self.w, None, [1, 1], \"valid\")", {4, 6, 6}, {5, 4, 3, 3}},
        Case{"Traced",
             "torch._convolution(x, self.w, self.b, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, False, False, True)",
             {4, 6, 6},
             {5, 4, 3, 3},
             {5}},
        Case{"ComputedWeight", "torch.conv2d(x, self.w - self.w.mean(), self.b)", {4, 6, 6}, {5, 4, 3, 3}, {5}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Pooling, OnnxOperator,
    ::testing::Values(Case{"Max", "torch.max_pool2d(x, [3, 3], [2, 2], [1, 1])"},
                      Case{"MaxCeil", "torch.max_pool2d(x, [3, 3], [2, 2], [0, 0], [1, 1], True)"},
                      Case{"Average", "torch.avg_pool2d(x, [2, 2])"},
                      Case{"AveragePadded", "torch.avg_pool2d(x, [3, 3], [2, 2], [1, 1], False, False)"},
                      Case{"AdaptiveToOne", "torch.adaptive_avg_pool2d(x, [1, 1])"},
                      Case{"AdaptiveToThree", "torch.adaptive_avg_pool2d(x, [3, 3])"},
                      Case{"AdaptiveMax", "torch.adaptive_max_pool2d(x, [1, 1])[0]"},
                      Case{"Mean", "torch.mean(x, [2, 3])"}, Case{"MeanKept", "torch.mean(x, [-2, -1], True)"},
                      Case{"Amax", "torch.amax(x, [2, 3])"}, Case{"Sum", "torch.sum(x, [2, 3])"},
                      Case{"MaxOfOneDimension", "torch.max(x, 1)[0]"},
                      Case{"AvgMax", "0.5 * (torch.mean(x, [2, 3]) + torch.amax(x, [2, 3]))"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Arithmetic, OnnxOperator,
    ::testing::Values(Case{"AddNumber", "x + 1.5"}, Case{"AddTensor", "x + torch.relu(x)"},
                      Case{"AddScaled", "torch.add(x, torch.relu(x), alpha=3)"},
                      Case{"AddPerChannel", "x + self.w", {4, 6, 6}, {1, 4, 1, 1}}, Case{"Sub", "x - torch.relu(x)"},
                      Case{"SubPerChannel", "x - self.w", {4, 6, 6}, {1, 4, 1, 1}}, Case{"SubFromNumber", "1.0 - x"},
                      Case{"MulPerChannel", "x * self.w", {4, 6, 6}, {1, 4, 1, 1}},
                      Case{"MulBySelf", "x * torch.sigmoid(x)"}, Case{"DivNumber", "x / 255.0"},
                      Case{"DivIntegerTensor", "x / torch.tensor(255)"},
                      Case{"DivPerChannel", "x / self.w", {4, 6, 6}, {1, 4, 1, 1}},
                      Case{"DivPerImage", "x / torch.sum(x * x, [1], True)", {5}},
                      Case{"MulPerImage", "torch.amax(x, [1], True) * x", {5}},
                      Case{"Gate", "x * torch.sigmoid(torch.mean(x, [2, 3], True))"}, Case{"PowTwo", "torch.pow(x, 2)"},
                      Case{"PowHalf", "torch.pow(x, 0.5)", {4, 6, 6}, {1}, {1}, 0.1}, Case{"Neg", "-x"},
                      Case{"Abs", "torch.abs(x)"}, Case{"Exp", "torch.exp(x)"},
                      Case{"Log", "torch.log(x)", {4, 6, 6}, {1}, {1}, 0.1},
                      Case{"Sqrt", "torch.sqrt(x)", {4, 6, 6}, {1}, {1}, 0.1},
                      Case{"Rsqrt", "torch.rsqrt(x)", {4, 6, 6}, {1}, {1}, 0.1},
                      Case{"InPlace", "y = torch.relu(x)\n    y += x\n    return torch.sigmoid(y)"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Activation, OnnxOperator,
    ::testing::Values(Case{"Relu", "torch.relu(x)"}, Case{"Relu6", "torch.relu6(x)"},
                      Case{"Clamp", "torch.clamp(x, -0.5, 0.75)"}, Case{"ClampMin", "torch.clamp(x, min=0.0)"},
                      Case{"Hardtanh", "torch.hardtanh(x, 0.0, 1.0)"}, Case{"LeakyRelu", "torch.leaky_relu(x, 0.1)"},
                      Case{"Elu", "torch.elu(x)"}, Case{"Sigmoid", "torch.sigmoid(x)"},
                      Case{"Hardsigmoid", "torch.hardsigmoid(x)"}, Case{"Hardswish", "torch.hardswish(x * 3)"},
                      Case{"Silu", "torch.silu(x)"}, Case{"Mish", "torch.mish(x)"}, Case{"Tanh", "torch.tanh(x)"},
                      Case{"Gelu", "torch.gelu(x)"}, Case{"GeluTanh", "torch.gelu(x, approximate=\"tanh\")"},
                      Case{"Softmax", "torch.softmax(x, -1)"}, Case{"SoftmaxOfChannels", "torch.softmax(x, 1)"},
                      Case{"SoftmaxOfScores", "torch.softmax(torch.mean(x, [2, 3]), 1)"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Normalisation, OnnxOperator,
    ::testing::Values(
        Case{"BatchNorm",
             "torch.batch_norm(torch.relu(x), self.w, self.b, self.b * 0.5, torch.abs(self.w) + 0.1, False, 0.1, "
             "0.001, True)",
             {4, 6, 6},
             {4},
             {4}},
        Case{"BatchNormOfVectors",
             "torch.batch_norm(torch.mean(x, [2, 3]), self.w, self.b, self.b, torch.abs(self.w) + 0.1, False, 0.1, "
             "0.001, True)",
             {4, 6, 6},
             {4},
             {4}},
        Case{"LayerNorm", "torch.layer_norm(x, [6], self.w, self.b, 0.00001)", {4, 6, 6}, {6}, {6}},
        Case{"LayerNormOfChannels",
             "torch.layer_norm(x.permute(0, 2, 3, 1), [4], self.w, self.b, 0.000001).permute(0, 3, 1, 2)",
             {4, 6, 6},
             {4},
             {4}},
        Case{"PositionsOfTokens", "x + self.w", {5, 6}, {1, 5, 6}},
        Case{"LayerScale", "x * self.w + self.b", {4, 6, 6}, {4, 1, 1}, {4, 1, 1}},
        Case{"LayerNormWithoutWeight", "torch.layer_norm(x, [6])"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Dense, OnnxOperator,
    ::testing::Values(
        Case{"Linear", "torch.linear(torch.mean(x, [2, 3]), self.w, self.b)", {4, 6, 6}, {7, 4}, {7}},
        Case{"LinearWithoutBias", "torch.linear(torch.mean(x, [2, 3]), self.w)", {4, 6, 6}, {7, 4}},
        Case{"LinearOfTokens", "torch.linear(x, self.w, self.b)", {5, 6}, {7, 6}, {7}},
        Case{"Addmm", "torch.addmm(self.b, torch.mean(x, [2, 3]), self.w)", {4, 6, 6}, {4, 7}, {7}},
        Case{"Matmul", "torch.matmul(torch.mean(x, [2, 3]), self.w)", {4, 6, 6}, {4, 7}},
        Case{"MatmulOfMaps", "torch.matmul(x, torch.transpose(x, 2, 3))"},
        Case{"Attention", "torch.scaled_dot_product_attention(x, x, x)", {3, 5, 8}},
        Case{"CausalAttention", "torch.scaled_dot_product_attention(x, x, x, None, 0.0, True)", {3, 5, 8}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Shape, OnnxOperator,
    ::testing::Values(Case{"Flatten", "torch.flatten(x, 1)"}, Case{"View", "torch.relu(x).view(-1, 4, 36)"},
                      Case{"ViewWithBatch", "torch.relu(x).view(x.size(0), 2, 2, 6, 6)"},
                      Case{"FoldIntoBatch", "torch.relu(x).reshape(x.size(0) * 4, 36).reshape(x.size(0), -1)"},
                      Case{"Permute", "x.permute(0, 2, 3, 1)"}, Case{"Transpose", "torch.transpose(x, -1, 1)"},
                      Case{"Squeeze", "torch.mean(x, [2, 3], True).squeeze(-1).squeeze(-1)"},
                      Case{"Unsqueeze", "torch.mean(x, [2, 3]).unsqueeze(1)"},
                      Case{"Pad", "torch.constant_pad_nd(x, [0, 1, 2, 1], 0.0)"},
                      Case{"PadOneSide", "torch.constant_pad_nd(x, [0, 0, 1, 0], 0.0)", {5, 6}},
                      Case{"Dropout", "torch.dropout(torch.relu(x), 0.5, False)"},
                      Case{"Contiguous", "torch.relu(x).contiguous().clone().detach()"},
                      Case{"ToFloat", "torch.relu(x).to(6)"},
                      Case{"ChannelShuffle",
                           "torch.relu(x).view(x.size(0), 2, 2, 6, 6).transpose(1, 2).reshape(x.size(0), 4, 6, 6)"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Parts, OnnxOperator,
    ::testing::Values(Case{"Slice", "x[:, 1:3, ::2]"}, Case{"SliceFromEnd", "x[:, :, -2:]"},
                      Case{"Select", "torch.select(x, 1, 2)"}, Case{"SelectLast", "x[:, -1]"},
                      Case{"Narrow", "torch.narrow(x, 2, 1, 3)"},
                      Case{"Chunk", "a, b = torch.chunk(x, 2, 1)\n    return a * torch.sigmoid(b)"},
                      Case{"Split", "a, b = torch.split(x, [1, 3], 1)\n    return torch.cat([b, a], 1)"},
                      Case{"Unbind", "a, b, c, d = torch.unbind(x, 1)\n    return a + b * c - d"},
                      Case{"Cat", "torch.cat([x, torch.relu(x)], 1)"}, Case{"CatLast", "torch.cat([x, x * 2.0], -1)"},
                      Case{"Roll", "torch.roll(x, [1, -2], [2, 3])"}),
    name_of);

std::string failure_of(const TorchModule& module, const Shape& input = {4, 6, 6}) {
    try {
        static_cast<void>(onnx_model(module, input, WeightsType::float32));
    } catch (const Error& error) {
        return error.what();
    }
    return "none";
}

TEST(OnnxWriter, NamesTheUnknownOperatorAndThePartOfTheNetworkThatUsesIt) {
    const TorchModule cumulative = make_function("Odd", "torch.cumsum(x, 1)");
    const TorchModule stage =
        make_chain("Stage", {{"relu", make_function("ReLU", "torch.relu(x)")}, {"odd", cumulative}});
    EXPECT_EQ(failure_of(make_chain("Net", {{"layer1", stage}})),
              "ONNX: graft does not know how to write the operator aten::cumsum, which layer1.odd uses");
}

TEST(OnnxWriter, NamesThePartInAFailureOfAKnownOperatorToo) {
    const TorchModule pool = make_function("Pool", "torch.adaptive_avg_pool2d(x, [4, 4])");
    EXPECT_EQ(failure_of(make_chain("Net", {{"pool", pool}})),
              "ONNX: the operator aten::adaptive_avg_pool2d in pool: a map of 6x6 is no multiple of 4x4; only equal "
              "windows are written");
}

TEST(OnnxWriter, RefusesWhatMixesTheImagesOfABatch) {
    EXPECT_THAT(failure_of(network("x - torch.mean(x)")), HasSubstr("mixes the images of a batch"));
    EXPECT_THAT(failure_of(network("torch.mean(x, [0])")), HasSubstr("mixes the images of a batch"));
    EXPECT_THAT(failure_of(network("a, b = torch.split(x.repeat(2, 1, 1, 1), x.size(0), 0)\n    return a + b")),
                HasSubstr("aten::repeat"));
}

TEST(OnnxWriter, RefusesControlFlowThatDependsOnPixels) {
    EXPECT_THAT(failure_of(network("if bool(x.amax([1, 2, 3])[0] > 0):\n        x = x + 1\n    return x")),
                HasSubstr("aten::gt"));
    EXPECT_THAT(failure_of(network("if x.amax([1, 2, 3])[0].item() > 0:\n        x = x + 1\n    return x")),
                HasSubstr("lets the values of pixels decide what is done"));
}

TEST(OnnxWriter, FollowsControlFlowThatDependsOnSizes) {
    if (!OpenCvNetwork::is_available()) GTEST_SKIP() << "OpenCV has no DNN module";
    const TorchModule module = network(
        "if x.size(2) == 6:\n        x = x + 1\n    else:\n        x = x - 1\n"
        "    for i in range(x.dim()):\n        x = x * 0.5 + i\n    return x");
    EXPECT_LT(difference(module, {4, 6, 6}), 1e-4);
}

TEST(OnnxWriter, ReportsWhatTheNetworkItselfRaises) {
    EXPECT_THAT(failure_of(network("assert x.size(1) == 3, \"three channels\"\n    return x")),
                HasSubstr("three channels"));
}

TEST(OnnxWriter, RefusesBatchNormsThatLearn) {
    EXPECT_THAT(failure_of(network("torch.batch_norm(x, None, None, None, None, True, 0.1, 0.001, True)")),
                HasSubstr("a batch norm in training mode depends on the other images of a batch"));
}

TEST(OnnxWriter, RefusesANetworkThatDoesNotLookAtItsImages) {
    EXPECT_EQ(failure_of(network("self.w")), "ONNX: the network's result is not one tensor that depends on its images");
}

TEST(OnnxWriter, FoldsBatchNormsIntoConvolutions) {
    const TorchModule module =
        make_chain("Net", {{"conv", make_conv2d({.in = 4, .out = 2})}, {"norm", make_batch_norm({.channels = 2})}});
    const OnnxModel model = onnx_model(module, {4, 6, 6}, WeightsType::float32);
    ASSERT_EQ(model.nodes.size(), 2U);
    EXPECT_EQ(model.nodes[0].op, "Conv");
    EXPECT_EQ(model.nodes[0].name, "conv/Conv");
    EXPECT_EQ(model.nodes[1].op, "Identity");
}

TEST(OnnxWriter, LeavesTheNumberOfImagesOpen) {
    const OnnxModel model = onnx_model(network("torch.mean(x, [2, 3])"), {4, 6, 6}, WeightsType::float32);
    EXPECT_EQ(model.input.shape, (Shape{-1, 4, 6, 6}));
    EXPECT_EQ(model.output.shape, (Shape{-1, 4}));
}

TEST(OnnxWriter, StoresATensorOnceThatIsUsedTwice) {
    const OnnxModel model =
        onnx_model(network("torch.relu(x + self.w) * self.w", {1, 4, 6, 6}), {4, 6, 6}, WeightsType::float32);
    EXPECT_EQ(model.initializers.size(), 1U);
}

TEST(OnnxWriter, StoresLargeWeightsAsFloat16AndCastsThem) {
    const OnnxModel model =
        onnx_model(network("torch.linear(x, self.w, self.b)", {64, 6}, {64}), {5, 6}, WeightsType::float16);
    const auto count = [&](OnnxType type) {
        return std::ranges::count(model.initializers, type, [](const OnnxTensor& t) { return t.type; });
    };
    EXPECT_EQ(count(OnnxType::float16), 1);
    EXPECT_EQ(count(OnnxType::float32), 1);  // the bias
    EXPECT_EQ(model.nodes.front().op, "Cast");
}

TEST(OnnxOperators, HaveNoEntryTwice) {
    EXPECT_GT(builtin_operators().size(), 80U);
}  // a Registry throws on the second

}  // namespace
}  // namespace graft

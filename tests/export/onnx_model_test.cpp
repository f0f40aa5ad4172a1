#include "export/onnx/onnx_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

/// images -> Relu -> Mul by 2 -> probabilities
OnnxModel doubled_relu() {
    OnnxModel model;
    model.nodes = {{"Relu", "r", {"images"}, {"r:0"}, {}}, {"Mul", "m", {"r:0", "two"}, {"probabilities"}, {}}};
    model.initializers = {{"two", OnnxType::float32, {1}, std::string("\0\0\0\x40", 4)}};
    model.input = {"images", {-1, 3, 2, 2}};
    model.output = {"probabilities", {-1, 3, 2, 2}};
    model.metadata = {{"graft.json", "{}"}};
    return model;
}

TEST(OnnxModel, IsSummarisedAsItWasWritten) {
    const OnnxSummary summary = summarise_onnx(encode(doubled_relu()), "a.onnx");
    EXPECT_EQ(summary.ir_version, 5);
    EXPECT_EQ(summary.opset, 10);
    EXPECT_EQ(summary.producer, "graft");
    EXPECT_EQ(summary.parameters, 1);
    EXPECT_THAT(summary.operators, ElementsAre(Pair("Mul", 1), Pair("Relu", 1)));
    EXPECT_THAT(summary.metadata, ElementsAre(Pair("graft.json", "{}")));
}

TEST(OnnxModel, NamesTheVersionOfTheFormatThatGoesWithTheOperators) {
    for (const auto& [opset, version] : {std::pair{10, 5}, {11, 6}, {13, 7}, {15, 8}}) {
        OnnxModel model = doubled_relu();
        model.opset = opset;
        EXPECT_EQ(summarise_onnx(encode(model), "a.onnx").ir_version, version);
    }
}

TEST(OnnxModel, CallsTheNumberOfImagesN) {
    // TensorShapeProto of [N,2]: two dim messages, dim_param "N" and dim_value 2
    OnnxModel model = doubled_relu();
    model.input.shape = {-1, 2};
    EXPECT_THAT(encode(model), HasSubstr(std::string("\x0A\x03\x12\x01N\x0A\x02\x08\x02")));
}

TEST(OnnxModel, LosesNodesAndConstantsThatTheOutputDoesNotNeed) {
    OnnxModel model = doubled_relu();
    model.nodes.insert(model.nodes.begin() + 1, {"Add", "unused", {"r:0", "lonely"}, {"unused:0"}, {}});
    model.initializers.push_back({"lonely", OnnxType::float32, {1}, std::string(4, '\0')});
    drop_unused(model);
    EXPECT_EQ(encode(model), encode(doubled_relu()));
}

/// By hand, after https://protobuf.dev/programming-guides/encoding.
TEST(OnnxModel, WritesAttributesByteForByte) {
    OnnxModel model = doubled_relu();
    model.nodes[0].attributes = {
        {"f", -2.5F}, {"i", std::int64_t{-1}}, {"s", std::string("ab")}, {"l", std::vector<std::int64_t>{150, 0}}};
    using namespace std::string_literals;
    EXPECT_THAT(
        encode(model),
        HasSubstr("\x2A\x0B\x0A\x01"s + "f\x15\x00\x00\x20\xC0\xA0\x01\x01"s + "\x2A\x11\x0A\x01"s +
                  "i\x18\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\xA0\x01\x02"s + "\x2A\x0A\x0A\x01"s + "s\x22\x02"s +
                  "ab\xA0\x01\x03"s + "\x2A\x0B\x0A\x01"s + "l\x40\x96\x01\x40\x00\xA0\x01\x07"s));
}

std::string refusal_of(const OnnxModel& model) {
    try {
        expect_defined_inputs(encode(model), "a.onnx");
    } catch (const DataError& error) {
        return error.what();
    }
    return "none";
}

TEST(OnnxInputs, AreInputsInitializersOrOutputsOfEarlierNodes) {
    EXPECT_EQ(refusal_of(doubled_relu()), "none");
    OnnxModel left_out = doubled_relu();
    left_out.nodes[0].inputs.emplace_back("");
    EXPECT_EQ(refusal_of(left_out), "none");
    OnnxModel renamed = doubled_relu();
    renamed.initializers[0].name = "tWo";
    EXPECT_EQ(
        refusal_of(renamed),
        "a.onnx: is not an ONNX file, or damaged: the node \"m\" (Mul) reads \"two\", which no input, initializer or "
        "earlier node defines");
    OnnxModel out_of_order = doubled_relu();
    std::swap(out_of_order.nodes[0], out_of_order.nodes[1]);
    EXPECT_THAT(refusal_of(out_of_order), HasSubstr("the node \"m\" (Mul) reads \"r:0\", which"));
    OnnxModel without_result = doubled_relu();
    without_result.output.name = "scores";
    EXPECT_THAT(refusal_of(without_result), HasSubstr("the graph gives \"scores\", which"));
}

/// A node with a graph in an attribute, which may read what is around it.
TEST(OnnxInputs, OfGraphsWithinNodesAreLookedAtToo) {
    const auto model = [](const std::string& read_inside) {
        const std::string inner_node = "\x0A\x01" + read_inside + "\x12\x01o";        // input, output: 6 bytes
        const std::string inner = "\x0A\x06" + inner_node;                            // one node: 8 bytes
        const std::string attribute = "\x32\x08" + inner;                             // g: 10 bytes
        const std::string node = "\x0A\x01x\x12\x01y\x22\x02If\x2A\x0A" + attribute;  // 22 bytes
        const std::string graph = "\x0A\x16" + node + "\x5A\x03\x0A\x01x";            // 29 bytes, input x
        return "\x3A\x1D" + graph;
    };
    EXPECT_NO_THROW(expect_defined_inputs(model("x"), "a.onnx"));
    EXPECT_THROW(expect_defined_inputs(model("z"), "a.onnx"), DataError);
}

std::string int64_bytes(const std::vector<std::int64_t>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(std::int64_t)};
}

/// images -> Pad -> Conv that pads by 1, 2, 3 and 4 itself
OnnxModel padded_convolution(const std::vector<std::int64_t>& pads, float filling) {
    OnnxModel model;
    model.opset = 13;
    model.nodes = {{"Pad", "p", {"images", "pads", "filling"}, {"p:0"}, {{"mode", std::string("constant")}}},
                   {"Conv", "c", {"p:0", "weight"}, {"result"}, {{"pads", std::vector<std::int64_t>{1, 2, 3, 4}}}}};
    model.initializers = {{"pads", OnnxType::int64, {8}, int64_bytes(pads)},
                          {"filling", OnnxType::float32, {}, std::string(reinterpret_cast<const char*>(&filling), 4)},
                          {"weight", OnnxType::float32, {1, 1, 1, 1}, std::string(4, '\1')}};
    model.input = {"images", {-1, 1, 8, 8}};
    model.output = {"result", {-1, 1, 22, 28}};
    return model;
}

TEST(MergePadding, MakesZerosAConvolutionsOwn) {
    OnnxModel model = padded_convolution({0, 0, 10, 20, 0, 0, 30, 40}, 0);
    merge_padding(model);
    ASSERT_EQ(model.nodes.size(), 1U);
    EXPECT_THAT(model.nodes[0].inputs, ElementsAre("images", "weight"));
    EXPECT_THAT(std::get<std::vector<std::int64_t>>(model.nodes[0].attributes[0].second), ElementsAre(11, 22, 33, 44));
    EXPECT_EQ(model.initializers.size(), 1U);
}

TEST(MergePadding, LeavesOtherPaddingAsItIs) {
    for (const OnnxModel& before : {padded_convolution({0, 0, 1, 1, 0, 0, 1, 1}, 2),     // not zeros
                                    padded_convolution({0, 1, 1, 1, 0, 0, 1, 1}, 0)}) {  // more channels
        OnnxModel model = before;
        merge_padding(model);
        EXPECT_EQ(encode(model), encode(before));
    }
}

TEST(OnnxSummary, CountsPackedSizesToo) {
    const std::string tensor = "\x0A\x02\x02\x03\x10\x01";  // dims 2 and 3, packed; data_type 1
    const std::string node = "\x22\x04Relu";
    const std::string graph = "\x0A\x06" + node + "\x2A\x06" + tensor;
    const std::string model = "\x08\x08\x3A\x10" + graph + "\x42\x02\x10\x11";  // IR 8, operator set 17
    EXPECT_EQ(summarise_onnx(model, "a.onnx").parameters, 6);
}

TEST(OnnxSummary, RefusesWhatIsNoOnnxFile) {
    const auto failure = [](const std::string& bytes) -> std::string {
        try {
            static_cast<void>(summarise_onnx(bytes, "a.onnx"));
        } catch (const DataError& error) {
            return error.what();
        }
        return "none";
    };
    EXPECT_EQ(failure("not a model"), "a.onnx: is not an ONNX file, or damaged: a field of no kind that there is");
    EXPECT_EQ(failure(""), "a.onnx: is not an ONNX file: it names no version, no operator set or no operators");
    const std::string whole = encode(doubled_relu());
    EXPECT_THAT(failure(whole.substr(0, whole.size() / 2)), HasSubstr("cut off"));
}

}  // namespace
}  // namespace graft

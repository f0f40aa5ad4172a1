#include "export/onnx/onnx_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "export/onnx/wire_writer.hpp"
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
    const WireWriter tensor = WireWriter().text(1, "\x02\x03").integer(2, 1);
    const WireWriter node = WireWriter().text(4, "Relu");
    const WireWriter graph = WireWriter().message(1, node).message(5, tensor);
    const std::string bytes =
        WireWriter().integer(1, 8).message(7, graph).message(8, WireWriter().integer(2, 17)).bytes();
    EXPECT_EQ(summarise_onnx(bytes, "a.onnx").parameters, 6);
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
    EXPECT_EQ(failure("not a model"), "a.onnx: is no ONNX file, or damaged: a field of unknown wire type 6");
    EXPECT_EQ(failure(""), "a.onnx: is no ONNX file: it names no version, no operator set or no operators");
    const std::string whole = encode(doubled_relu());
    EXPECT_THAT(failure(whole.substr(0, whole.size() / 2)), HasSubstr("cut off"));
}

}  // namespace
}  // namespace graft

#include "deploy/onnx/onnx_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "deploy/onnx/wire_writer.hpp"
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

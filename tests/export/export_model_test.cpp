#include "export/export_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <sstream>

#include "config/json.hpp"
#include "core/files.hpp"
#include "deploy/tiny_model.hpp"
#include "export/onnx/onnx_model.hpp"
#include "export/onnx/opencv_network.hpp"
#include "network/load_state.hpp"
#include "network/safetensors_writer.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

class EveryExportedArchitecture : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryExportedArchitecture, GivesTheSameProbabilitiesAsOnnx) {
    const auto file = testing::fresh_folder() / "model.onnx";
    const ExportReport report = export_onnx(random_model(GetParam(), "all"), file, WeightsType::float32);
    EXPECT_EQ(report.form, "ONNX, opset 10, float32 weights");
    if (!OpenCvNetwork::is_available()) GTEST_SKIP() << "OpenCV has no DNN module";
    if (GetParam().starts_with("convnext")) {  // its importer does not broadcast a column over rows
        EXPECT_THAT(report.note, HasSubstr("OpenCV's DNN module cannot read it"));
        return;
    }
    ASSERT_TRUE(report.difference) << report.note;
    EXPECT_LT(*report.difference, 1e-4);
}

TEST_P(EveryExportedArchitecture, ReadsItsExportedSafetensorsAgain) {
    const auto file = testing::fresh_folder() / "model.safetensors";
    const ModelFile model = random_model(GetParam(), "all");
    export_safetensors(model, file);
    StateDict state = read_state_dict(file);
    std::erase_if(state.entries, [](const NamedTensor& entry) { return entry.name.starts_with("head."); });
    const LoadReport report = load_state(builtin_architectures().find(GetParam())->make(64, 64), state);
    EXPECT_TRUE(report.complete()) << explain(report, file.string(), GetParam());
}

/// The names of the definition that weights were published with, from tests/golden/architecture_goldens.py, without its
/// classifier's and without the step counters that torch.nn.BatchNorm2d does not need.
std::set<std::string> published_names(const std::string& name) {
    const Json goldens = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "architectures.json");
    const Json& golden =
        *std::ranges::find_if(goldens, [&](const Json& entry) { return entry["architecture"] == name; });
    const Architecture architecture = builtin_architectures().find(name)->make(64, 64);
    std::set<std::string> names;
    for (const auto& [leaves, modules] : golden["names"].items())
        for (const std::string& module : words(modules))
            for (const std::string& leaf : words(leaves)) {
                const std::string whole = module == "." ? leaf : module + "." + leaf;
                if (leaf != "num_batches_tracked" &&
                    !own_name(architecture, whole).starts_with(architecture.classifier))
                    names.insert(whole);
            }
    return names;
}

TEST_P(EveryExportedArchitecture, IsExportedToSafetensorsUnderItsPublishedNames) {
    const auto file = testing::fresh_folder() / "model.safetensors";
    export_safetensors(random_model(GetParam(), "all"), file);
    std::set<std::string> found;
    for (const std::string& name : read_state_dict(file).names())
        if (!name.starts_with("head.")) found.insert(name);
    EXPECT_EQ(found, published_names(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(OfTheTable, EveryExportedArchitecture, ::testing::ValuesIn(builtin_architectures().names()),
                         [](const auto& test) { return test.param; });

TEST(ExportOnnx, CarriesGraftJson) {
    const auto file = testing::fresh_folder() / "model.onnx";
    const ModelFile model = load_model(stored_model("format2.pt"));
    export_onnx(model, file, WeightsType::float32);
    const OnnxSummary summary = summarise_onnx(read_file(file), "model.onnx");
    EXPECT_EQ(to_json(read_model_info(summary.metadata.at("graft.json"), "model.onnx")), to_json(model.info));
}

TEST(ExportOnnx, StoresHalfOfTheBytesWithFloat16Weights) {
    const auto folder = testing::fresh_folder();
    const ModelFile model = random_model("efficientnet_lite0", "all");
    export_onnx(model, folder / "whole.onnx", WeightsType::float32);
    const ExportReport report = export_onnx(model, folder / "half.onnx", WeightsType::float16);
    EXPECT_EQ(report.form, "ONNX, opset 10, float16 weights");
    EXPECT_LT(std::filesystem::file_size(folder / "half.onnx"),
              std::filesystem::file_size(folder / "whole.onnx") * 6 / 10);
    if (!OpenCvNetwork::is_available()) GTEST_SKIP() << "OpenCV has no DNN module";
    ASSERT_TRUE(report.difference) << report.note;
    EXPECT_GT(*report.difference, 0);
    EXPECT_LT(*report.difference, 1e-2);
}

TEST(ExportOnnx, WritesNothingWhenAnOperatorIsUnknown) {
    const auto file = testing::fresh_folder() / "model.onnx";
    ModelFile model = load_model(stored_model("format2.pt"));
    model.module = make_chain("Net", {{"odd", make_function("Odd", "torch.cumsum(torch.mean(x, [2, 3]), 1)")}});
    model.module.eval();
    EXPECT_THAT(error_of([&] { export_onnx(model, file, WeightsType::float32); }),
                HasSubstr("aten::cumsum, which odd uses"));
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(ExportSafetensors, HasTorchvisionsNamesForAResNet) {
    const auto file = testing::fresh_folder() / "model.safetensors";
    export_safetensors(random_model("resnet50", "layer3"), file);
    const std::vector<std::string> names = read_state_dict(file).names();
    for (const char* name : {"conv1.weight", "bn1.running_var", "layer1.0.downsample.0.weight", "layer4.2.bn3.bias",
                             "head.dense1.weight", "head.classifier.bias"})
        EXPECT_THAT(names, Contains(name));
    for (const std::string& name : names) {
        EXPECT_THAT(name, ::testing::Not(StartsWith("trunk.")));
        EXPECT_THAT(name, ::testing::Not(StartsWith("normalise.")));
    }
}

TEST(ExportSafetensors, RefusesAFrozenModel) {
    const auto folder = testing::fresh_folder();
    export_torchscript(load_model(stored_model("format2.pt")), folder / "frozen.pt", TorchScriptForm::frozen);
    EXPECT_THAT(error_of([&] { export_safetensors(load_model(folder / "frozen.pt"), folder / "w.safetensors"); }),
                HasSubstr("the model has no parameters"));
}

TEST(SafetensorsWriter, WritesHeaderAndValues) {
    const std::vector<NamedTensor> tensors = {{"a", at::full({2}, 1.0F)}, {"b", at::full({1, 1}, 7, at::kLong)}};
    const std::string bytes = safetensors_bytes(tensors, {{"format", "pt"}});
    EXPECT_EQ(bytes.substr(0, 8), std::string("\x90\0\0\0\0\0\0\0", 8));
    EXPECT_THAT(bytes.substr(8), StartsWith(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],)"
                                            R"("data_offsets":[0,8]},"b":{"dtype":"I64","shape":[1,1],)"
                                            R"("data_offsets":[8,16]}})"));
    EXPECT_EQ(bytes.size(), 8U + 0x90U + 16U);
    EXPECT_EQ(bytes.substr(bytes.size() - 16, 8), std::string("\0\0\x80\x3F\0\0\x80\x3F", 8));
}

TEST(SafetensorsWriter, RefusesOtherTypes) {
    const std::vector<NamedTensor> tensors = {{"z", at::full({1}, 1, at::kDouble)}};
    EXPECT_EQ(error_of([&] { static_cast<void>(safetensors_bytes(tensors, {})); }),
              "z: tensors of type Double are not written to safetensors files");
}

}  // namespace
}  // namespace graft

#include "export/verify.hpp"

#include <ATen/Context.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files.hpp"
#include "deploy/tiny_model.hpp"
#include "export/export_model.hpp"
#include "export/onnx/opencv_network.hpp"
#include "export/onnx/write_onnx.hpp"
#include "network/torch_device.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Verification replay(const RunnableModel& model) {
    Verification verification{.tolerance = 1e-4, .model = model.file};
    replay_golden_images(model, verification);
    return verification;
}

Verification compare(const RunnableModel& model, const RunnableModel& other,
                     const std::vector<std::filesystem::path>& files = {}) {
    Verification verification{.tolerance = 1e-4, .model = model.file, .against = other.file};
    compare_models(
        model, other, files, [](std::size_t) {}, verification);
    return verification;
}

RunnableModel stored() { return open_runnable_model(stored_model("format2.pt")); }

TEST(Verify, FindsNothingInAModelThatIsWhatItWas) {
    const Verification verification = replay(stored());
    EXPECT_EQ(verification.images.size(), 3U);
    EXPECT_EQ(verification.first_difference(), "");
    EXPECT_EQ(to_json(verification).at("equal"), true);
}

TEST(Verify, NamesProbabilitiesWhenTheWeightsChanged) {
    ModelFile model = load_model(stored_model("format2.pt"));
    const at::NoGradGuard no_grad;
    for (at::Tensor parameter : model.module.parameters()) parameter.mul_(1.01);
    const auto file = testing::fresh_folder() / "tampered.pt";
    save_model(file, model.module, model.info);
    const Verification verification = replay(open_runnable_model(file));
    EXPECT_EQ(verification.first_difference(), "probabilities");
    EXPECT_EQ(verification.images[0].tensor, 0);
    EXPECT_EQ(to_json(verification).at("first_difference"), "probabilities");
}

TEST(Verify, NamesTheTensorWhenThePreprocessingChanged) {
    RunnableModel model = stored();
    model.info->preprocessing.resize = ResizeMode::center_crop;
    const Verification verification = replay(model);
    EXPECT_EQ(verification.first_difference(), "tensor");
    EXPECT_EQ(verification.images[0].decode, 0);
}

TEST(Verify, NamesDecodingWhenThePixelsChanged) {
    RunnableModel model = stored();
    model.info->golden[1].encoded = model.info->golden[0].encoded;
    const Verification verification = replay(model);
    EXPECT_EQ(verification.first_difference(), "decode");
    EXPECT_EQ(verification.images[1].first_difference(1e-4), "decode");
    EXPECT_EQ(verification.images[2].first_difference(1e-4), "");
}

TEST(Verify, TakesAnythingWithinTheTolerance) {
    EXPECT_EQ((ImageComparison{.outputs = 0.01}.first_difference(0.01)), "");
    EXPECT_EQ((ImageComparison{.outputs = 0.011}.first_difference(0.01)), "probabilities");
    EXPECT_EQ((ImageComparison{.tensor = 0.02, .outputs = 0.5}.first_difference(0.01)), "tensor");
    EXPECT_EQ((ImageComparison{.error = "cannot be read"}.first_difference(0)), "");
}

TEST(Verify, RefusesAModelWithoutGoldenImages) {
    const std::string message = error_of([] { replay(open_runnable_model(stored_model("format1.pt"))); });
    EXPECT_THAT(message, HasSubstr("carries no golden images; it was written by an older graft"));
}

TEST(Verify, FindsTheOnnxFileEqualToItsModel) {
    if (!OpenCvNetwork::is_available()) GTEST_SKIP() << "OpenCV has no DNN module";
    const auto file = testing::fresh_folder() / "model.onnx";
    export_onnx(load_model(stored_model("format2.pt")), file, WeightsType::float32);
    const RunnableModel onnx = open_runnable_model(file);
    EXPECT_EQ(onnx.engine, "OpenCV DNN");
    EXPECT_EQ(replay(onnx).first_difference(), "");
    EXPECT_EQ(compare(stored(), onnx).first_difference(), "");
    EXPECT_EQ(compare(onnx, stored()).images.size(), 3U);
}

/// Both make OpenCV read where nothing is.
TEST(Verify, RefusesAnOnnxFileInWhichOneByteOfATensorsNameChanged) {
    const auto file = testing::fresh_folder() / "model.onnx";
    export_onnx(load_model(stored_model("format2.pt")), file, WeightsType::float32);
    std::string bytes = read_file(file);
    const OnnxModel onnx = onnx_model(load_model(stored_model("format2.pt")), WeightsType::float32);
    const std::string changed = onnx.initializers.front().name;
    const std::size_t name = bytes.rfind(changed, bytes.find("graft.json"));  // initializers come after the nodes
    ASSERT_NE(name, std::string::npos);
    bytes[name] ^= 1;
    write_file(file, bytes);
    EXPECT_THAT(error_of([&] { static_cast<void>(open_runnable_model(file)); }),
                AllOf(HasSubstr(file.string() + ": is not an ONNX file, or damaged: the node \""),
                      HasSubstr("reads \"" + changed + "\", which no input, initializer or earlier node defines")));
}

TEST(Verify, RefusesAnOnnxFileThatNamesOtherClassesThanItGives) {
    if (!OpenCvNetwork::is_available()) GTEST_SKIP() << "OpenCV has no DNN module";
    const auto file = testing::fresh_folder() / "model.onnx";
    ModelFile model = load_model(stored_model("format2.pt"));
    model.info.outputs.emplace_back("dog");
    for (GoldenImage& golden : model.info.golden) golden.outputs.push_back(0);
    export_onnx(model, file, WeightsType::float32);
    EXPECT_THAT(error_of([&] { static_cast<void>(open_runnable_model(file)); }),
                HasSubstr("graft.json names 4 classes: expected float32 [1,4]"));
}

TEST(Verify, ComparesOnImagesOfAFolderAndNamesThoseThatCannotBeRead) {
    const auto folder = testing::fresh_folder();
    write_file(folder / "good.png", stored().info->golden[0].encoded);
    write_file(folder / "bad.png", "no picture");
    const Verification verification = compare(stored(), stored(), {folder / "bad.png", folder / "good.png"});
    ASSERT_EQ(verification.images.size(), 5U);
    EXPECT_THAT(verification.images[3].error, HasSubstr("bad.png"));
    EXPECT_EQ(verification.images[4].outputs, 0);
    EXPECT_EQ(verification.unreadable(), 1U);
    EXPECT_EQ(verification.first_difference(), "");
}

TEST(Verify, NamesTheContractWhenClassesOrPreprocessingDiffer) {
    RunnableModel other = stored();
    other.info->outputs = {"bee", "ant", "cat"};
    EXPECT_EQ(compare(stored(), other).first_difference(), "contract");
    EXPECT_THAT(compare(stored(), other).contract, ElementsAre("classes: ant, bee, cat and bee, ant, cat"));
    other = stored();
    other.info->preprocessing.interpolation = Interpolation::nearest;
    EXPECT_THAT(compare(stored(), other).contract,
                ElementsAre("preprocessing/interpolation: \"bilinear\" and \"nearest\""));
}

TEST(RunnableModel, IsToldByItsContent) {
    const auto file = testing::fresh_folder() / "odd.onnx";
    write_file(file, std::string("\x08\x07\x12\x03"));
    EXPECT_THAT(error_of([&] { static_cast<void>(open_runnable_model(file)); }), HasSubstr("is not an ONNX file"));
    write_file(file, "text");
    EXPECT_THAT(error_of([&] { static_cast<void>(open_runnable_model(file)); }), HasSubstr("is of an unknown kind"));
}

TEST(RunnableModel, SaysWhyItDoesNotRunOnAGpu) {
    if (at::globalContext().hasCUDA()) GTEST_SKIP() << "there is a GPU";
    const std::string file = stored_model("format2.pt").string();
    EXPECT_EQ(error_of([&] { static_cast<void>(open_runnable_model(file, {DeviceKind::cuda})); }),
              file + ": cannot be run on a GPU: " + why_absent({DeviceKind::cuda}));
}

TEST(RunnableModel, RunsOnnxFilesOnTheCpuOnly) {
    const auto file = testing::fresh_folder() / "model.onnx";
    write_file(file, std::string("\x08\x07\x12\x03"));
    EXPECT_EQ(error_of([&] { static_cast<void>(open_runnable_model(file, {DeviceKind::cuda})); }),
              file.string() + ": ONNX files are run through OpenCV's DNN module, which computes on the CPU");
}

TEST(Verify, FindsTheGpuEqualToTheCpu) {
    if (!at::globalContext().hasCUDA()) GTEST_SKIP() << "LibTorch finds no GPU";
    EXPECT_EQ(compare(open_runnable_model(stored_model("format2.pt"), {DeviceKind::cuda}), stored()).first_difference(),
              "");
}

}  // namespace
}  // namespace graft

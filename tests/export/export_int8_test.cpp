#include "export/export_int8.hpp"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/files.hpp"
#include "core/text.hpp"
#include "deploy/tiny_model.hpp"
#include "export/onnx/onnx_model.hpp"
#include "export/runnable_model.hpp"
#include "inference/inference.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::HasSubstr;

/// The pictures that the stored model carries, in the folders of two of its classes.
std::filesystem::path folder_of_images() {
    const auto folder = testing::fresh_folder();
    for (const GoldenImage& golden : load_model(stored_model("format2.pt")).info.golden)
        for (const char* name : {"ant", "bee"}) write_file(folder / "images" / name / golden.name, golden.encoded);
    return folder;
}

ExportReport export_stored(const std::filesystem::path& file, const Int8Options& options) {
    SilentReporter silent;
    return export_int8(load_model(stored_model("format2.pt")), file, options, silent);
}

TEST(CompareInt8, CountsClassesAndDifferences) {
    const at::Tensor float32 = at::tensor({0.6F, 0.3F, 0.1F, 0.5F, 0.4F, 0.1F, 0.9F, 0.1F, 0.0F}).reshape({3, 3});
    const at::Tensor int8 = at::tensor({0.5F, 0.4F, 0.1F, 0.4F, 0.5F, 0.1F, 0.3F, 0.4F, 0.3F}).reshape({3, 3});
    const Int8Comparison found = compare_int8(float32, int8);
    EXPECT_EQ(found.images, 3U);
    EXPECT_EQ(found.same_class, 1U);      // the first
    EXPECT_EQ(found.unlikely_class, 1U);  // the last: 0.1 is less than half of 0.9; 0.4 is more than half of 0.5
    EXPECT_NEAR(found.mean_difference, (0.1 + 0.1 + 0.6) / 3, 1e-6);
    EXPECT_NEAR(found.largest_difference, 0.6, 1e-6);
}

TEST(CompareInt8, TakesWhatIsNoNumberForWrong) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const Int8Comparison found =
        compare_int8(at::tensor({0.6F, 0.4F}).reshape({1, 2}), at::tensor({nan, nan}).reshape({1, 2}));
    EXPECT_EQ(found.same_class, 0U);
    EXPECT_EQ(found.unlikely_class, 1U);
    EXPECT_EQ(found.largest_difference, 1);
}

TEST(ExportInt8, WritesAFileAndTellsHowItCompares) {
    const auto folder = folder_of_images();
    const ExportReport report = export_stored(folder / "model.onnx", {.ranges = folder / "images"});
    EXPECT_EQ(report.form, "ONNX, opset 13, int8, ranges from 6 images");
    ASSERT_TRUE(report.on_images && report.golden);
    EXPECT_EQ(report.on_images->images, 6U);
    EXPECT_EQ(report.on_images->unlikely_class, 0U);
    EXPECT_GT(report.on_images->mean_difference, 0);
    EXPECT_LT(report.on_images->mean_difference, 0.1);
    EXPECT_EQ(report.golden->images, 3U);
    EXPECT_FALSE(report.quality);
    const OnnxSummary summary = summarise_onnx(read_file(folder / "model.onnx"), "m");
    EXPECT_EQ(summary.opset, 13);
    EXPECT_EQ(read_model_info(summary.metadata.at("graft.json"), "m").outputs.size(), 3U);
}

TEST(ExportInt8, FindsRangesOnAsManyImagesAsAreAskedFor) {
    const auto folder = folder_of_images();
    const ExportReport report = export_stored(folder / "model.onnx", {.ranges = folder / "images", .ranges_images = 4});
    EXPECT_EQ(report.form, "ONNX, opset 13, int8, ranges from 4 images");
}

TEST(ExportInt8, TellsBothAccuraciesOfATestFolder) {
    const auto folder = folder_of_images();
    write_file(folder / "images" / "cat" / "cat.png", load_model(stored_model("format2.pt")).info.golden[0].encoded);
    const ExportReport report =
        export_stored(folder / "model.onnx", {.ranges = folder / "images", .test = folder / "images"});
    ASSERT_TRUE(report.quality);
    EXPECT_EQ(report.quality->images, 7U);
    EXPECT_LT(report.quality->float32, 0.6);  // every image is in two classes at least
    EXPECT_GE(report.quality->float32, 0);
    EXPECT_LT(report.quality->int8, 0.6);
}

TEST(ExportInt8, TakesListsWithTheirParts) {
    const auto folder = folder_of_images();
    std::string rows = "image_path,label,split\n";
    for (const char* name : {"tiles.png", "drawing.png", "drawing.jpg"})
        rows += format_text("images/ant/{},ant,train\nimages/bee/{},bee,test\n", name, name);
    write_file(folder / "list.csv", rows);
    const ExportReport report =
        export_stored(folder / "model.onnx",
                      {.ranges = folder / "list.csv", .test = folder / "list.csv", .list = {.split_column = "split"}});
    EXPECT_EQ(report.form, "ONNX, opset 13, int8, ranges from 3 images");
    ASSERT_TRUE(report.quality);
    EXPECT_EQ(report.quality->metric, "accuracy");
    EXPECT_EQ(report.quality->images, 3U);
    const ExportReport all = export_stored(folder / "all.onnx", {.ranges = folder / "list.csv"});
    EXPECT_EQ(all.form, "ONNX, opset 13, int8, ranges from 6 images");
}

TEST(ExportInt8, RefusesATestFolderWithOtherClasses) {
    const auto folder = folder_of_images();
    const std::string message = error_of(
        [&] { export_stored(folder / "model.onnx", {.ranges = folder / "images", .test = folder / "images"}); });
    EXPECT_THAT(message, HasSubstr("cat"));
    EXPECT_FALSE(std::filesystem::exists(folder / "model.onnx"));
}

TEST(ExportInt8, NeedsImages) {
    const auto folder = testing::fresh_folder();
    EXPECT_EQ(error_of([&] { export_stored(folder / "model.onnx", {.ranges = folder}); }),
              folder.string() + ": there are no images to find ranges on");
    EXPECT_FALSE(std::filesystem::exists(folder / "model.onnx"));
}

/// Tells pictures apart by the brightness of their blue, beside a feature that is so large that in 8 bits nothing is
/// left of the blue.
ModelFile model_that_8_bits_break() {
    ModelFile model = load_model(stored_model("format2.pt"));
    const at::NoGradGuard no_grad;
    TorchModule linear = make_linear(2, 3);
    linear.attr("weight").toTensor().copy_(at::tensor({0.0F, 0.0F, 0.0F, 1.0F, 0.0F, -1.0F}).reshape({3, 2}));
    linear.attr("bias").toTensor().zero_();
    model.module =
        make_chain("Net", {{"features", make_function("Features",
                                                      "torch.cat([torch.amax(x, [2, 3])[:, 0:1] * 0.0 + 1e6, "
                                                      "torch.mean(x, [2, 3])[:, 2:3] - 100.0], 1)")},
                           {"dense", linear},
                           {"softmax", make_function("Softmax", "torch.softmax(x, 1)")}});
    model.module.eval();
    model.info.golden.clear();
    return model;
}

TEST(ExportInt8, RefusesAModelThat8BitsBreak) {
    const auto folder = folder_of_images();
    SilentReporter silent;
    const std::string message = error_of(
        [&] { export_int8(model_that_8_bits_break(), folder / "model.onnx", {.ranges = folder / "images"}, silent); });
    EXPECT_THAT(message, HasSubstr("model.onnx: not written: on "));
    EXPECT_THAT(message, HasSubstr(" of 6 ranges images int8 puts a class first that float32 finds less than half "
                                   "as likely as its own; at most one in ten is allowed"));
    EXPECT_FALSE(std::filesystem::exists(folder / "model.onnx"));
}

TEST(ExportInt8, RefusesANetworkWithNothingToQuantise) {
    const auto folder = folder_of_images();
    ModelFile model = load_model(stored_model("format2.pt"));
    model.module = make_chain("Net", {{"mean", make_function("Mean", "torch.softmax(torch.mean(x, [2, 3]), 1)")}});
    SilentReporter silent;
    EXPECT_EQ(error_of([&] { export_int8(model, folder / "model.onnx", {.ranges = folder / "images"}, silent); }),
              (folder / "model.onnx").string() +
                  ": not written: the network has no convolution or dense layer that could be quantised");
}

/// One of every kind of block: with ReLU, with gates, with dense layers on maps, with attention.
class Int8Architecture : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override { use_one_thread_here(); }  // small inputs: threads would wait for each other
};

TEST_P(Int8Architecture, StaysNearFloat32) {
    const auto folder = folder_of_images();
    SilentReporter silent;
    const ExportReport report =
        export_int8(random_model(GetParam(), "all"), folder / "model.onnx", {.ranges = folder / "images"}, silent);
    EXPECT_GT(report.on_images->mean_difference, 0);
    EXPECT_LT(report.on_images->mean_difference, 0.1);
    const OnnxSummary summary = summarise_onnx(read_file(folder / "model.onnx"), "m");
    EXPECT_GT(summary.operators.at("QuantizeLinear"), 10);
}

INSTANTIATE_TEST_SUITE_P(OfEachKind, Int8Architecture,
                         ::testing::Values("resnet18", "efficientnet_lite0", "mobilenet_v3_small", "efficientnet_b0",
                                           "vgg16_bn", "convnext_tiny", "vit_b_16"),
                         [](const auto& test) { return test.param; });

TEST(ExportInt8, GivesAFileThatOpenCvIsNotAskedToRun) {
    const auto folder = folder_of_images();
    export_stored(folder / "model.onnx", {.ranges = folder / "images"});
    EXPECT_EQ(
        error_of([&] { static_cast<void>(open_runnable_model(folder / "model.onnx")); }),
        (folder / "model.onnx").string() + ": computes in int8, which OpenCV's DNN module does not; ONNX Runtime does");
}

}  // namespace
}  // namespace graft

// Models of several classes per image and of numbers: file, predictor, C interface, exports.
#include <ATen/core/Tensor.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/diag.h>
#include <ATen/ops/full.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "core/files.hpp"
#include "deploy/tiny_model.hpp"
#include "export/export_int8.hpp"
#include "export/export_model.hpp"
#include "export/runnable_model.hpp"
#include "export/verify.hpp"
#include "graft/core/errors.hpp"
#include "graft/deploy/predictor.hpp"
#include "graft/graft.h"
#include "network/state_dict.hpp"
#include "record/csv.hpp"
#include "run/phase.hpp"
#include "task/task.hpp"

namespace graft {
namespace {

ModelFile model_of(TaskKind task) {
    const Preprocessing preprocessing{.height = 64, .width = 64};
    const Backbone backbone =
        load_backbone(*builtin_architectures().find("efficientnet_lite0"), "random", 3, preprocessing);
    const GraftedModel grafted = graft_model(backbone, preprocessing, "all", HeadOptions{.hidden = {8}}, 2, 5);
    ModelInfo info{.task = task,
                   .outputs = {"rose", "tulip"},
                   .preprocessing = preprocessing,
                   .backbone = "efficientnet_lite0",
                   .backbone_hash = "random-3",
                   .freeze = "all",
                   .config = Json::object()};
    if (task == TaskKind::multi_label) {
        info.thresholds = {0.25F, 1.0F};
        return {compose_model(grafted, "torch.sigmoid(scores)"), info};
    }
    info.target_mean = {100, -3};
    info.target_std = {20, 0.5F};
    return {compose_model(
                grafted, "torch.linear(scores, self.target_std, self.target_mean)",
                {{"target_mean", at::tensor(info.target_mean)}, {"target_std", at::diag(at::tensor(info.target_std))}}),
            info};
}

cv::Mat grey() { return {64, 64, CV_8UC3, cv::Scalar::all(90)}; }

class TaskModels : public ::testing::TestWithParam<TaskKind> {
protected:
    void SetUp() override { save_model(file_, model_of(GetParam()).module, model_of(GetParam()).info); }
    const std::filesystem::path folder_ = testing::fresh_folder();
    const std::filesystem::path file_ = folder_ / "model.pt";
};

TEST_P(TaskModels, SayWhatTheyAreOf) {
    const ModelInfo info = load_model(file_).info;
    const Json json = to_json(info);
    EXPECT_EQ(json.at("format_version"), 4);
    EXPECT_EQ(json.at("task"), text_of(GetParam()));
    EXPECT_EQ(json.at("outputs").dump(), R"(["rose","tulip"])");
    EXPECT_FALSE(json.contains("classes"));
    EXPECT_EQ(json.contains("thresholds"), GetParam() == TaskKind::multi_label);
    EXPECT_EQ(json.contains("target_std"), GetParam() == TaskKind::regression);
    EXPECT_EQ(json.at("golden").at(0).contains("values"), GetParam() == TaskKind::regression);
    const ModelInfo again = read_model_info(json.dump(), "again");
    EXPECT_EQ(to_json(again), json);
    EXPECT_EQ(again.thresholds, info.thresholds);
}

TEST_P(TaskModels, AreAnsweredFor) {
    const Predictor predictor(file_);
    EXPECT_EQ(predictor.task(), text_of(GetParam()));
    EXPECT_EQ(predictor.outputs(), (std::vector<std::string>{"rose", "tulip"}));
    const std::vector<float> values = predictor.predict_pixels(grey(), ColourOrder::rgb);
    ASSERT_EQ(values.size(), 2U);
    if (GetParam() == TaskKind::regression) {
        EXPECT_TRUE(predictor.classes().empty());
        EXPECT_THROW((void)predictor.top(values, 1), Error);
        EXPECT_THROW((void)predictor.found(values), Error);
        EXPECT_GT(values[0], 20);  // around 100, not around 0
        return;
    }
    EXPECT_EQ(predictor.thresholds(), (std::vector<float>{0.25F, 1.0F}));
    const std::vector<float> likely = {0.25F, 0.99F};
    ASSERT_EQ(predictor.found(likely).size(), 1U);  // the tulip's threshold is higher
    EXPECT_EQ(predictor.found(likely)[0].name, "rose");
    EXPECT_EQ(predictor.top(likely, 1)[0].name, "tulip");
}

TEST_P(TaskModels, AreAnsweredForInC) {
    graft_predictor* predictor = nullptr;
    ASSERT_EQ(graft_predictor_load(file_.c_str(), &predictor), GRAFT_DONE);
    EXPECT_EQ(graft_predictor_task(predictor), text_of(GetParam()));
    EXPECT_EQ(graft_predictor_output_count(predictor), 2U);
    EXPECT_STREQ(graft_predictor_output_name(predictor, 1), "tulip");
    EXPECT_EQ(graft_predictor_output_name(predictor, 2), nullptr);
    const bool classes = GetParam() == TaskKind::multi_label;
    EXPECT_EQ(graft_predictor_class_count(predictor), classes ? 2U : 0U);
    EXPECT_EQ(std::isnan(graft_predictor_threshold(predictor, 0)), !classes);
    std::vector<float> values(2);
    const cv::Mat picture = grey();
    EXPECT_EQ(graft_predict_pixels(predictor, picture.data, 64, 64, 192, GRAFT_RGB, values.data(), 2), GRAFT_DONE);
    EXPECT_EQ(values, Predictor(file_).predict_pixels(picture, ColourOrder::rgb));
    EXPECT_EQ(graft_predict_pixels(predictor, picture.data, 64, 64, 192, GRAFT_RGB, values.data(), 4),
              GRAFT_WRONG_ARGUMENT);
    EXPECT_EQ(graft_last_error(), std::string("count is 4, but the model has 2 ") + (classes ? "classes" : "targets"));
    graft_predictor_free(predictor);
}

/// What the file gives in another form than model.pt does.
double distance_of(const std::filesystem::path& model, const std::filesystem::path& other) {
    Verification verification{.tolerance = 1e-4};
    replay_golden_images(open_runnable_model(other), verification);
    compare_models(open_runnable_model(model), open_runnable_model(other), {}, {}, verification);
    EXPECT_EQ(verification.first_difference(), "");
    double largest = 0;
    for (const ImageComparison& image : verification.images) largest = std::max(largest, image.outputs);
    return largest;
}

TEST_P(TaskModels, GiveTheSameAsTorchScriptAndOnnx) {
    const ModelFile model = load_model(file_);
    export_torchscript(model, folder_ / "frozen.pt", TorchScriptForm::frozen);
    EXPECT_LT(distance_of(file_, folder_ / "frozen.pt"), 1e-4);
    const ExportReport report = export_onnx(model, folder_ / "model.onnx", WeightsType::float32);
    EXPECT_EQ(report.task, GetParam());
    if (!report.difference) GTEST_SKIP() << report.note;
    EXPECT_LT(*report.difference, 1e-4);
    EXPECT_LT(distance_of(file_, folder_ / "model.onnx"), 1e-4);
    const std::string onnx = read_file(folder_ / "model.onnx");
    EXPECT_NE(onnx.find(name_of_outputs(GetParam())), std::string::npos);
}

TEST_P(TaskModels, AreWrittenWithBytes) {
    const ModelFile model = load_model(file_);
    for (const GoldenImage& golden : model.info.golden) write_file(folder_ / "images" / golden.name, golden.encoded);
    SilentReporter silent;
    const ExportReport report = export_int8(model, folder_ / "int8.onnx", {.ranges = folder_ / "images"}, silent);
    ASSERT_TRUE(report.on_images.has_value());
    EXPECT_EQ(report.task, GetParam());
    EXPECT_EQ(report.on_images->images, model.info.golden.size());
    EXPECT_EQ(report.on_images->unlikely_class, 0U);
    EXPECT_LT(report.on_images->largest_difference, 0.5);  // what "unlike" begins at; random weights are the worst case
    EXPECT_NE(read_file(folder_ / "int8.onnx").find("QuantizeLinear"), std::string::npos);
    EXPECT_THROW((void)export_int8(model, folder_ / "other.onnx",
                                   {.ranges = folder_ / "images", .test = folder_ / "images"}, silent),
                 DataError);  // folders say one class of each image
}

/// A list that says of the golden images what the model gives itself: its numbers, or that the image has a class where
/// the class is likeliest in it.
ListOptions write_list_of_truths(const ModelInfo& info, const std::filesystem::path& folder) {
    std::string rows = "image_path,rose,tulip\n";
    const auto likeliest = [&](std::size_t k) {
        return std::ranges::max_element(info.golden, {}, [&](const GoldenImage& image) { return image.outputs[k]; });
    };
    for (auto image = info.golden.begin(); image != info.golden.end(); ++image) {
        write_file(folder / image->name, image->encoded);
        rows += image->name;
        for (std::size_t k = 0; k < 2; ++k)
            rows += "," + (info.task == TaskKind::regression ? shortest(image->outputs[k])
                                                             : std::string(image == likeliest(k) ? "1" : "0"));
        rows += "\n";
    }
    write_file(folder / "list.csv", rows);
    const std::vector<std::string> columns = {"rose", "tulip"};
    if (info.task == TaskKind::regression) return {.target_columns = columns};
    return {.label_columns = columns};
}

TEST_P(TaskModels, AreTestedWithBytesOnAList) {
    const ModelFile model = load_model(file_);
    const ListOptions columns = write_list_of_truths(model.info, folder_ / "listed");
    SilentReporter silent;
    const ExportReport report = export_int8(
        model, folder_ / "int8.onnx",
        {.ranges = folder_ / "listed/list.csv", .test = folder_ / "listed/list.csv", .list = columns}, silent);
    ASSERT_TRUE(report.quality);
    EXPECT_EQ(report.quality->images, model.info.golden.size());
    if (GetParam() == TaskKind::multi_label) {
        EXPECT_EQ(report.quality->metric, "mean_average_precision");
        EXPECT_EQ(report.quality->float32, 1);
    } else {
        EXPECT_EQ(report.quality->metric, "mae");
        EXPECT_NEAR(report.quality->float32, 0, 1e-4);
        EXPECT_GT(report.quality->int8, 0);
    }
}

TEST_P(TaskModels, KeepTheirOwnNumbersOutOfTheWeights) {
    export_safetensors(load_model(file_), folder_ / "model.safetensors");
    const std::string bytes = read_file(folder_ / "model.safetensors");
    EXPECT_EQ(bytes.find("\"target_mean\":{"), std::string::npos);  // no tensor
    EXPECT_NE(bytes.find("\"head.classifier.bias\""), std::string::npos);
}

/// The network that the weights alone make: a backbone that is read from them, and a head whose values they hold.
TorchModule network_of_weights(const std::filesystem::path& weights, const ModelInfo& info) {
    const Backbone backbone =
        load_backbone(*builtin_architectures().find(info.backbone), weights.string(), 99, info.preprocessing);
    const GraftedModel grafted =
        graft_model(backbone, info.preprocessing, "all", HeadOptions{.hidden = {8}}, 2, 99);  // other random values
    const StateDict state = read_state_dict(weights);
    const at::NoGradGuard no_grad;
    for (const auto& parameter : grafted.scion.attr("head").toModule().named_parameters())
        parameter.value.copy_(*state.find("head." + parameter.name));
    if (info.task == TaskKind::multi_label) return compose_model(grafted, "torch.sigmoid(scores)");
    return compose_model(
        grafted, "torch.linear(scores, self.target_std, self.target_mean)",
        {{"target_mean", at::tensor(info.target_mean)}, {"target_std", at::diag(at::tensor(info.target_std))}});
}

TEST_P(TaskModels, AreMadeAgainOfTheWeightsAlone) {
    const ModelFile model = load_model(file_);
    export_safetensors(model, folder_ / "model.safetensors");
    TorchModule again = network_of_weights(folder_ / "model.safetensors", model.info), before = model.module;
    again.eval();
    before.eval();
    const at::Tensor picture = at::rand({3, 3, 64, 64}) * 255;  // [N,3,H,W]
    const at::Tensor expected = before.forward({picture}).toTensor(), found = again.forward({picture}).toTensor();
    const at::Tensor apart = (expected - found).abs() / at::tensor(scale_of(model.info));  // [N,K]
    EXPECT_LT(apart.max().item<double>(), 1e-4);
    EXPECT_GT((expected[0] - expected[1]).abs().max().item<double>(), 0);  // pictures count
}

TEST_P(TaskModels, AreVerifiedByTheNameOfWhatTheyGive) {
    Verification verification{.tolerance = 1e-4};
    replay_golden_images(open_runnable_model(file_), verification);
    const char* name = GetParam() == TaskKind::regression ? "values" : "probabilities";
    EXPECT_EQ(verification.images.front().outputs_are, name);
    EXPECT_TRUE(to_json(verification).at("images").at(0).contains(name));
    ModelFile model = load_model(file_);
    for (GoldenImage& golden : model.info.golden)
        for (float& value : golden.outputs) value += 30;
    Verification wrong{.tolerance = 1e-4};
    RunnableModel tampered = open_runnable_model(file_);
    tampered.info = model.info;
    replay_golden_images(tampered, wrong);
    EXPECT_EQ(wrong.first_difference(), name);
}

/// One class per image, scores divided by 4.
ModelFile calibrated_model() {
    ModelFile model = random_model("efficientnet_lite0", "all");
    const Preprocessing& preprocessing = model.info.preprocessing;
    const Backbone backbone =
        load_backbone(*builtin_architectures().find("efficientnet_lite0"), "random", 3, preprocessing);
    const GraftedModel grafted = graft_model(backbone, preprocessing, "all", HeadOptions{.hidden = {8}}, 3, 5);
    const auto task = builtin_tasks().find("classification")->make().build({.classes = model.info.outputs});
    const OutputActivation activation = calibrated(task->activation(), 4);
    model.info.temperature = 4;
    model.info.decision.min_confidence = 0.25;
    return {compose_model(grafted, activation.expression, activation.constants), model.info};
}

TEST(CalibratedModels, TakeTheirTemperatureIntoEveryExport) {
    const std::filesystem::path folder = testing::fresh_folder(), file = folder / "model.pt";
    const ModelFile made = calibrated_model();
    save_model(file, made.module, made.info);
    const ModelFile model = load_model(file);
    EXPECT_EQ(model.info.temperature, 4);
    export_torchscript(model, folder / "frozen.pt", TorchScriptForm::frozen);
    EXPECT_LT(distance_of(file, folder / "frozen.pt"), 1e-4);
    EXPECT_EQ(load_model(folder / "frozen.pt").info.decision, model.info.decision);
    const ExportReport report = export_onnx(model, folder / "model.onnx", WeightsType::float32);
    if (!report.difference) GTEST_SKIP() << report.note;
    EXPECT_LT(*report.difference, 1e-4);
    EXPECT_LT(distance_of(file, folder / "model.onnx"), 1e-4);
    export_safetensors(model, folder / "model.safetensors");
    EXPECT_EQ(read_file(folder / "model.safetensors").find("\"temperature\":{"), std::string::npos);  // no tensor
}

TEST(CalibratedModels, DivideTheScoresOfThePlainOnes) {
    const OutputActivation plain{"torch.softmax(scores, 1)", {}};
    EXPECT_EQ(calibrated(plain, 1).expression, plain.expression);
    EXPECT_TRUE(calibrated(plain, 1).constants.empty());
    EXPECT_EQ(calibrated(plain, 4).expression, "torch.softmax((scores / self.temperature), 1)");
    const ModelFile model = calibrated_model();
    TorchModule whole = model.module;
    whole.eval();
    const at::NoGradGuard no_grad;
    const at::Tensor input = at::full({1, 3, 64, 64}, 100.0F);
    const at::Tensor scores =
        whole.attr("scion").toModule().forward({whole.attr("trunk").toModule().forward({input})}).toTensor();
    EXPECT_TRUE(at::allclose(whole.forward({input}).toTensor(), at::softmax(scores / 4, 1)));
}

TEST(Int8Comparison, IsOfWhatTheModelIsUsedFor) {
    const at::Tensor probabilities = at::tensor({0.5F, 0.5F, 0.1F, 0.9F}).reshape({2, 2});
    const at::Tensor found = at::tensor({0.2F, 0.5F, 0.1F, 0.3F}).reshape({2, 2});
    const Int8Comparison classes = compare_int8(probabilities, found, model_of(TaskKind::multi_label).info);
    EXPECT_EQ(classes.same_class, 1U);      // the first image loses its rose
    EXPECT_EQ(classes.unlikely_class, 1U);  // the second's tulip is 0.6 off
    const at::Tensor numbers = at::tensor({100.0F, -3.0F, 100.0F, -3.0F}).reshape({2, 2});
    const at::Tensor near = at::tensor({101.0F, -3.0F, 111.0F, -3.0F}).reshape({2, 2});
    const Int8Comparison values = compare_int8(numbers, near, model_of(TaskKind::regression).info);
    EXPECT_EQ(values.same_class, 1U);
    EXPECT_EQ(values.unlikely_class, 1U);  // 11 of a deviation of 20
    EXPECT_NEAR(values.largest_difference, 0.55, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Several, TaskModels, ::testing::Values(TaskKind::multi_label, TaskKind::regression),
                         [](const auto& task) { return std::string(text_of(task.param)); });

}  // namespace
}  // namespace graft

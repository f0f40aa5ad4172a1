// Heads that are fitted, in every form that a model is written in.
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "core/random.hpp"
#include "deploy/tiny_model.hpp"
#include "export/export_int8.hpp"
#include "export/export_model.hpp"
#include "export/runnable_model.hpp"
#include "export/verify.hpp"
#include "task/loss.hpp"
#include "train/fit.hpp"

namespace graft {
namespace {

class FittedHeads : public ::testing::TestWithParam<HeadKind> {
protected:
    /// A random network whose head is fitted to pictures of noise in two brightnesses.
    void SetUp() override {
        const Preprocessing preprocessing{.height = 64, .width = 64};
        const Backbone backbone =
            load_backbone(*builtin_architectures().find("efficientnet_lite0"), "random", 3, preprocessing);
        GraftedModel model = graft_model(backbone, preprocessing, "all", HeadOptions{.kind = GetParam()}, 2, 5);
        const at::Tensor bright = at::arange(8).remainder(2);
        const at::Tensor pictures = at::rand({8, 3, 64, 64}) * 90 + 120 * bright.view({8, 1, 1, 1});
        const Loss loss = builtin_losses().find("cross_entropy")->make().build({.outputs = {"dark", "light"}});
        (void)fit_of({.kind = GetParam()})({.features = model.trunk.forward({pictures}).toTensor(), .targets = bright},
                                           loss, model.scion.attr("head").toModule());
        const ModelInfo info{.outputs = {"dark", "light"},
                             .preprocessing = preprocessing,
                             .backbone = "efficientnet_lite0",
                             .backbone_hash = "random-3",
                             .freeze = "all",
                             .config = Json::object()};
        save_model(file_, compose_model(model, "torch.softmax(scores, 1)"), info);
    }
    [[nodiscard]] std::string difference_from(const std::filesystem::path& other) const {
        Verification verification{.tolerance = 1e-4};
        replay_golden_images(open_runnable_model(other), verification);
        compare_models(open_runnable_model(file_), open_runnable_model(other), {}, {}, verification);
        return verification.first_difference();
    }
    const std::filesystem::path folder_ = testing::fresh_folder();
    const std::filesystem::path file_ = folder_ / "model.pt";
};

TEST_P(FittedHeads, GiveTheSameAsTorchScriptAndOnnx) {
    const ModelFile model = load_model(file_);
    export_torchscript(model, folder_ / "frozen.pt", TorchScriptForm::frozen);
    EXPECT_EQ(difference_from(folder_ / "frozen.pt"), "");
    const ExportReport report = export_onnx(model, folder_ / "model.onnx", WeightsType::float32);
    (void)export_onnx(model, folder_ / "half.onnx", WeightsType::float16);
    ASSERT_TRUE(report.difference.has_value()) << report.note;
    EXPECT_LT(*report.difference, 1e-4);
    EXPECT_EQ(difference_from(folder_ / "model.onnx"), "");
}

TEST_P(FittedHeads, AreWrittenWithBytes) {
    Rng rng(4);
    std::filesystem::create_directories(folder_ / "images");
    for (int i = 0; i < 8; ++i) {
        cv::Mat picture(64, 64, CV_8UC3);
        for (auto pixel = picture.begin<cv::Vec3b>(); pixel != picture.end<cv::Vec3b>(); ++pixel)
            for (int channel = 0; channel < 3; ++channel)
                (*pixel)[channel] = static_cast<uchar>(rng.below(90) + (i % 2 == 0 ? 0 : 120));
        cv::imwrite((folder_ / "images" / (std::to_string(i) + ".png")).string(), picture);
    }
    SilentReporter silent;
    const ExportReport report =
        export_int8(load_model(file_), folder_ / "int8.onnx", {.ranges = folder_ / "images"}, silent);
    ASSERT_TRUE(report.on_images.has_value());
    EXPECT_GE(report.on_images->same_class, 7U);  // a random network hardly tells noise apart, and bytes less
    EXPECT_TRUE(std::filesystem::exists(folder_ / "int8.onnx"));
}

TEST_P(FittedHeads, AreWrittenAsTensors) {
    export_safetensors(load_model(file_), folder_ / "model.safetensors");
    EXPECT_TRUE(std::filesystem::exists(folder_ / "model.safetensors"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, FittedHeads, ::testing::Values(HeadKind::nearest_mean, HeadKind::linear_probe),
                         [](const auto& kind) { return std::string(text_of(kind.param)); });

}  // namespace
}  // namespace graft

#include "deploy/explain.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>
#include <gmock/gmock.h>
#include <torch/csrc/jit/api/module.h>

#include "deploy/tiny_model.hpp"

namespace graft {
namespace {

const Preprocessing kSquare{.height = 32, .width = 32};

/// Channels of a map [2,4,4]: the mean red and the mean blue of eighths of the sides.
TorchModule colours_of_places() { return make_function("Colours", "torch.avg_pool2d(x[:, 0::2], [8, 8]) / 255"); }

TorchModule linear(const std::vector<float>& weights) {
    TorchModule layer = make_linear(2, 2);
    layer.setattr("weight", at::tensor(weights).reshape({2, 2}));
    layer.setattr("bias", at::tensor({0.5F, -0.25F}));
    return layer;
}

/// Red speaks for output 0 and against output 1, blue for output 1.
TorchModule colour_model(const char* pooling = "torch.mean(x, [2, 3])", const NamedModules& hidden = {}) {
    NamedModules head = hidden;
    head.emplace_back("classifier", linear({1, 0, -1, 2}));
    TorchModule model = make_module("Model");
    model.register_module("trunk", make_chain("Trunk", {{"colours", colours_of_places()}}));
    model.register_module("scion", make_chain("Scion", {{"pool", make_function("Pooling", pooling)},
                                                        {"head", make_chain("Head", head)}}));
    return model;
}

/// A red patch above to the left, a blue one below to the right.
cv::Mat patches() {
    cv::Mat picture(32, 32, CV_8UC3, cv::Scalar(0, 0, 0));
    picture(cv::Rect(8, 0, 8, 8)) = cv::Scalar(255, 0, 0);
    picture(cv::Rect(24, 24, 8, 8)) = cv::Scalar(0, 0, 255);
    return picture;
}

cv::Point strongest(const cv::Mat& map) {
    cv::Point place;
    cv::minMaxLoc(map, nullptr, nullptr, nullptr, &place);
    return place;
}

TEST(Explain, OfAMeanAndALinearLayerTheSharesAreExact) {
    const Explainer explainer(colour_model(), kSquare);
    EXPECT_EQ(explainer.method(), ExplanationMethod::map);
    const Explanation blue = explainer.explain(patches(), 1);
    ASSERT_EQ(blue.map.size(), cv::Size(4, 4));
    EXPECT_FLOAT_EQ(blue.map.at<float>(3, 3), 2.0F / 16);   // weight 2, one of 16 places
    EXPECT_FLOAT_EQ(blue.map.at<float>(0, 1), -1.0F / 16);  // red takes away
    EXPECT_FLOAT_EQ(blue.map.at<float>(2, 2), 0);
    EXPECT_NEAR(cv::sum(blue.map)[0] - 0.25, -0.1875, 1e-6);  // with the bias: the score
}

TEST(Explain, TheHighestScoreIsExplainedUnlessAnotherIsAskedFor) {
    const Explainer explainer(colour_model(), kSquare);
    EXPECT_EQ(explainer.explain(patches()).output, 0);
    EXPECT_EQ(strongest(explainer.explain(patches()).map), cv::Point(1, 0));
    EXPECT_EQ(explainer.explain(patches(), 1).output, 1);
}

TEST(Explain, OfOtherPoolingAndHiddenLayersThePlantedPatchLightsUp) {
    const NamedModules hidden = {{"activation1", make_function("Activation", "torch.relu(x)")}};
    for (const char* pooling : {"torch.amax(x, [2, 3])", "0.5 * (torch.mean(x, [2, 3]) + torch.amax(x, [2, 3]))"}) {
        const Explainer explainer(colour_model(pooling, hidden), kSquare);
        EXPECT_EQ(strongest(explainer.explain(patches(), 0).map), cv::Point(1, 0)) << pooling;
        EXPECT_EQ(strongest(explainer.explain(patches(), 1).map), cv::Point(3, 3)) << pooling;
    }
}

TEST(Explain, WithoutAMapThePictureIsCovered) {
    TorchModule opaque = make_function("Opaque", "torch.amax(x[:, 0::2], [2, 3])");
    const Explainer explainer(opaque, kSquare);
    EXPECT_EQ(explainer.method(), ExplanationMethod::occlusion);
    cv::Mat picture(32, 32, CV_8UC3, cv::Scalar(0, 0, 0));
    picture.at<cv::Vec3b>(20, 9) = {255, 0, 0};
    const cv::Mat map = explainer.explain(picture, 0).map;
    ASSERT_EQ(map.size(), cv::Size(7, 7));
    EXPECT_EQ(strongest(map), cv::Point(2, 4));
    EXPECT_NEAR(map.at<float>(4, 2), 255 - 123.675, 1e-3);  // the mean colour is left
    EXPECT_EQ(cv::countNonZero(map), 1);
}

TEST(Explain, WholeNetworksAreExplainedByTheirMapsAndOtherWeightsGiveOtherMaps) {
    for (const char* freeze : {"all", "none"}) {
        const ModelFile model = random_model("resnet18", freeze);
        const cv::Mat picture(64, 64, CV_8UC3);
        cv::RNG(3).fill(picture, cv::RNG::UNIFORM, 0, 256);
        const Explainer explainer(model.module, model.info.preprocessing);
        EXPECT_EQ(explainer.method(), ExplanationMethod::map);
        const cv::Mat map = explainer.explain(picture, 0).map;
        EXPECT_EQ(map.size(), cv::Size(2, 2));
        const TorchModule other = model.module.deepcopy();
        const c10::AutoGradMode no_gradients(false);
        for (const auto& child : other.attr("scion").toModule().named_children())
            if (child.name == "head")
                for (const at::Tensor& parameter : child.value.parameters()) parameter.mul_(-1);
        const cv::Mat changed = Explainer(other, model.info.preprocessing).explain(picture, 0).map;
        EXPECT_GT(cv::norm(map - changed), 0.1 * cv::norm(map));
    }
}

TEST(Explain, RedAddsAndBlueTakesAway) {
    const cv::Mat picture(20, 20, CV_8UC3, cv::Scalar(128, 128, 128));
    const cv::Mat overlay = heat_overlay(picture, (cv::Mat_<float>(1, 2) << 4, -2));
    const auto left = overlay.at<cv::Vec3b>(10, 1), right = overlay.at<cv::Vec3b>(10, 18);
    EXPECT_GT(left[0], left[2] + 60);
    EXPECT_GT(right[2], right[0] + 30);
    const cv::Mat plain = heat_overlay(picture, cv::Mat::zeros(2, 2, CV_32FC1));
    EXPECT_EQ(plain.at<cv::Vec3b>(3, 3), cv::Vec3b(128, 128, 128));
}

}  // namespace
}  // namespace graft

#include "train/fit.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <cmath>
#include <map>

#include "graft/core/errors.hpp"
#include "task/json_matrix.hpp"
#include "task/task.hpp"
#include "train/separable_images.hpp"

namespace graft {
namespace {

using testing::matrix;

TorchModule head_of(HeadKind kind, std::int64_t channels, std::int64_t classes) {
    Rng rng(1);
    return make_head({.kind = kind}, channels, classes, rng);
}

at::Tensor value_of(const TorchModule& head, const char* name) {
    return head.attr("classifier").toModule().attr(name).toTensor().detach();
}

Loss loss_of(const std::string& task, std::size_t outputs) {
    const std::string name = builtin_tasks().find(task)->default_loss;
    return builtin_losses().find(name)->make().build({.outputs = std::vector<std::string>(outputs, "class")});
}

at::Tensor labels(const std::vector<std::int64_t>& values) { return at::tensor(values, at::kLong); }

double largest_difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

TEST(LinearProbe, HasTheCoefficientsOfScikitLearn) {
    const Json golden = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "linear_probe.json");
    EXPECT_EQ(golden.at("cases").size(), 11);
    for (const Json& entry : golden.at("cases")) {
        const auto task = entry.at("task").get<std::string>();
        FitData data{.features = matrix(golden.at("features"))};
        data.targets = task == "classification" ? labels(golden.at("labels").get<std::vector<std::int64_t>>())
                                                : matrix(golden.at(task == "regression" ? "numbers" : "targets"));
        if (entry.at("weighted").get<bool>()) data.weights = at::tensor(golden.at("weights").get<std::vector<float>>());
        const at::Tensor weight = matrix(entry.at("weight"));
        const at::Tensor bias = at::tensor(entry.at("bias").get<std::vector<float>>());
        const TorchModule head = head_of(HeadKind::linear_probe, weight.size(1), weight.size(0));
        const auto c = entry.at("c").get<double>();
        (void)linear_probe_fit(c)(data, loss_of(task, static_cast<std::size_t>(weight.size(0))), head);
        EXPECT_LT(largest_difference(value_of(head, "weight"), weight), 2e-5 * std::max(1.0, c)) << task << " " << c;
        // The intercepts of a softmax are free but for what they have in common.
        const at::Tensor found = value_of(head, "bias");
        const bool softmax = task == "classification";
        EXPECT_LT(largest_difference(softmax ? found - found.mean() : found, softmax ? bias - bias.mean() : bias),
                  2e-5 * std::max(1.0, c))
            << task << " " << c;
    }
}

TEST(LinearProbe, StaysFiniteWithAClassWithoutImages) {
    const TorchModule head = head_of(HeadKind::linear_probe, 2, 3);
    const FitData data{.features = at::tensor({1.0F, 0.0F, 0.0F, 1.0F}).view({2, 2}), .targets = labels({0, 2})};
    (void)linear_probe_fit(1)(data, loss_of("classification", 3), head);
    const at::Tensor scores = head.get_method("forward")({data.features}).toTensor();
    EXPECT_TRUE(at::equal(scores.argmax(1), labels({0, 2})));
    EXPECT_TRUE(scores.isfinite().all().item<bool>());
}

TEST(LinearProbe, StopsWhenAsked) {
    std::stop_source stop;
    stop.request_stop();
    const FitData data{.features = at::zeros({2, 2}), .targets = labels({0, 1}), .stop = stop.get_token()};
    EXPECT_THROW((void)linear_probe_fit(1)(data, loss_of("classification", 2), head_of(HeadKind::linear_probe, 2, 2)),
                 Interrupted);
}

/// Directions (1,0), (0.6,0.8) of class 0, whose mean's is (0.894,0.447), and (0,1) of class 2, with other lengths.
FitData three_images() {
    return {.features = at::tensor({2.0F, 0.0F, 3.0F, 4.0F, 0.0F, 0.5F}).view({3, 2}), .targets = labels({0, 0, 2})};
}

TEST(NearestMean, ScoresAreCosinesTimesTheScale) {
    TorchModule head = head_of(HeadKind::nearest_mean, 2, 3);
    (void)nearest_mean_fit(10)(three_images(), {}, head);
    const double length = std::hypot(1.6, 0.8);
    const at::Tensor scores = head.forward({at::tensor({5.0F, 0.0F}).view({1, 2})}).toTensor();
    EXPECT_NEAR(scores[0][0].item<double>(), 10 * 1.6 / length, 1e-5);
    EXPECT_NEAR(scores[0][1].item<double>(), -10, 1e-5) << "a class without images is as far as can be";
    EXPECT_NEAR(scores[0][2].item<double>(), 0, 1e-5);
}

TEST(NearestMean, AnImageCountsAsOftenAsItsWeight) {
    TorchModule weighted = head_of(HeadKind::nearest_mean, 2, 3), repeated = head_of(HeadKind::nearest_mean, 2, 3);
    FitData data = three_images();
    data.weights = at::tensor({1.0F, 3.0F, 1.0F});
    (void)nearest_mean_fit(10)(data, {}, weighted);
    const at::Tensor rows = labels({0, 1, 1, 1, 2});
    (void)nearest_mean_fit(10)(
        {.features = data.features.index_select(0, rows), .targets = data.targets.index_select(0, rows)}, {}, repeated);
    EXPECT_LT(largest_difference(value_of(weighted, "weight"), value_of(repeated, "weight")), 1e-6);
}

/// The scale that was fitted: the length of a class mean's row.
double scale_in(const TorchModule& head) { return value_of(head, "weight")[0].norm().item<double>(); }

TEST(NearestMean, TheScaleIsFittedToImagesAgainstTheMeansOfTheOthers) {
    // Of either class two images, each with a cosine of 0.8 with the other one of its class. With the other class's
    // mean, the direction of (0.6, 1.8) or (1.8, 0.6), one of them has 0.6 / |m|, the other (0.48 + 1.08) / |m|. As
    // Platt has it, the targets of four images are 5/6, so that at the scale s the sum of d * (sigmoid(s d) - 5/6) over
    // the differences d of their cosines is 0.
    const FitData data{.features = at::tensor({1.0F, 0.0F, 0.8F, 0.6F, 0.0F, 1.0F, 0.6F, 0.8F}).view({4, 2}),
                       .targets = labels({0, 0, 1, 1})};
    TorchModule head = head_of(HeadKind::nearest_mean, 2, 2);
    (void)nearest_mean_fit({})(data, {}, head);
    const double scale = scale_in(head), length = std::hypot(0.6, 1.8);
    double slope = 0;
    for (const double other : {0.6 / length, (0.8 * 0.6 + 0.6 * 1.8) / length}) {
        const double apart = 0.8 - other;
        slope += apart * (1 / (1 + std::exp(-scale * apart)) - 5.0 / 6);
    }
    EXPECT_NEAR(slope, 0, 1e-5);
    EXPECT_GT(scale, 1.1);
    EXPECT_LT(scale, 99);
}

TEST(NearestMean, OneImagePerClassTakesTheUsualScale) {
    const FitData data{.features = at::tensor({1.0F, 0.0F, 0.0F, 1.0F}).view({2, 2}), .targets = labels({0, 1})};
    TorchModule head = head_of(HeadKind::nearest_mean, 2, 2);
    (void)nearest_mean_fit({})(data, {}, head);
    EXPECT_NEAR(scale_in(head), kUsualScale, 1e-4);
}

TEST(NearestMean, AFeatureOfZeroHasNoDirectionAndNoNaN) {
    TorchModule head = head_of(HeadKind::nearest_mean, 2, 2);
    const FitData data{.features = at::zeros({4, 2}), .targets = labels({0, 0, 1, 1})};
    (void)nearest_mean_fit({})(data, {}, head);
    EXPECT_TRUE(head.forward({at::zeros({1, 2})}).toTensor().isfinite().all().item<bool>());
}

/// A training of a fitted head on coloured pictures.
class FittedHead : public ::testing::TestWithParam<HeadKind> {
protected:
    WholeTraining training() {
        pictures_.head = {.kind = GetParam()};
        WholeTraining parts = pictures_.parts();
        parts.phase.fit = fit_of(pictures_.head);
        parts.phase.epochs = 1;
        return parts;
    }
    testing::TemporaryFolder folder_;
    SeparableTraining pictures_{folder_.path()};
};

TEST_P(FittedHead, IsOneEpochThatIsMeasuredLikeAnyOther) {
    WholeTraining parts = training();
    SilentReporter reporter;
    const TrainingResult result = train(std::move(parts.run), std::move(parts.phase), {.epochs = 1}, false, reporter);
    ASSERT_EQ(result.history.size(), 1U);
    EXPECT_EQ(result.history[0].learning_rate, 0);
    std::map<std::string, double> metrics(result.history[0].metrics.begin(), result.history[0].metrics.end());
    EXPECT_EQ(metrics.at("accuracy"), 1);
    EXPECT_EQ(metrics.at("val_accuracy"), 1);
    EXPECT_EQ(metrics.at("val_loss"), metrics.at("loss")) << "of the same images, measured in the same way";
    EXPECT_LT(metrics.at("loss"), 0.9);
    EXPECT_EQ(result.end, TrainingEnd::completed);
}

TEST_P(FittedHead, IsFinishedWhenResumed) {
    WholeTraining first = training();
    SilentReporter reporter;
    const auto values = first.run.weights;
    const TrainingResult done = train(std::move(first.run), std::move(first.phase), {.epochs = 1}, false, reporter);
    WholeTraining again = training();
    const auto resumed_values = again.run.weights;
    const TrainingResult resumed = train(std::move(again.run), std::move(again.phase), {.epochs = 1}, true, reporter);
    EXPECT_EQ(resumed.history.size(), 1U);
    EXPECT_TRUE(at::equal(value_of(values.attr("head").toModule(), "weight"),
                          value_of(resumed_values.attr("head").toModule(), "weight")));
}

TEST_P(FittedHead, TakesNoPartInAveragesOfWeights) {
    WholeTraining parts = training();
    SilentReporter reporter;
    const TrainingResult result = train(std::move(parts.run), std::move(parts.phase),
                                        {.epochs = 1, .average = AveragingOptions{}}, false, reporter);
    std::map<std::string, double> metrics(result.history[0].metrics.begin(), result.history[0].metrics.end());
    EXPECT_EQ(metrics.at("val_accuracy"), 1);
}

INSTANTIATE_TEST_SUITE_P(Kinds, FittedHead, ::testing::Values(HeadKind::nearest_mean, HeadKind::linear_probe),
                         [](const auto& kind) { return std::string(text_of(kind.param)); });

}  // namespace
}  // namespace graft

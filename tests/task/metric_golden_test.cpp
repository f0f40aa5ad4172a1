// Metrics of several classes per image and of numbers against scikit-learn's.
#include <ATen/core/Tensor.h>
#include <ATen/ops/logit.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "config/json.hpp"
#include "config/read.hpp"
#include "core/text.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "task/evaluator.hpp"
#include "task/metric.hpp"
#include "task/task.hpp"

namespace graft {
namespace {

using testing::error_message;
using Rows = std::vector<std::vector<float>>;

constexpr double kClose = 1e-12;

Json goldens(const char* kind) {
    return parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "metrics.json").at(kind);
}

std::vector<std::string> names(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t k = 0; k < count; ++k) names.push_back("output" + std::to_string(k));
    return names;
}

at::Tensor tensor_of(const Rows& rows) {
    std::vector<float> values;
    for (const std::vector<float>& row : rows) values.insert(values.end(), row.begin(), row.end());
    return at::tensor(values).reshape({std::ssize(rows), std::ssize(rows.front())});
}

std::vector<Sample> samples_with(const Rows& rows) {
    std::vector<Sample> samples(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) samples[i].values = rows[i];
    return samples;
}

/// What an evaluator says of predictions; in two parts that are added, as of two folders.
EvaluationRecord evaluated(TaskKind task, const Rows& predicted, const Rows& truth) {
    const std::size_t width = truth.front().size();
    const EvaluatorContext context{.outputs = names(width), .thresholds = std::vector<float>(width, 0.5F)};
    const auto first = make_evaluator(task, context), second = make_evaluator(task, context);
    const std::vector<Sample> samples = samples_with(truth);
    for (std::size_t i = 0; i < samples.size(); ++i) (i < 3 ? first : second)->add(samples[i], predicted[i]);
    first->add(*second);
    return first->finish("");
}

double metric_of(const std::string& name, const MetricContext& context, const at::Tensor& scores,
                 const at::Tensor& targets) {
    const auto metric = builtin_metrics().find(name)->make().build(context);
    metric->add(scores, targets);
    return metric->value();
}

TEST(MetricGolden, OfSeveralClassesAreThoseOfScikitLearn) {
    ASSERT_EQ(goldens("multi_label").size(), 7);
    for (const Json& golden : goldens("multi_label")) {
        SCOPED_TRACE(golden.at("name"));
        const Rows probabilities = golden.at("probabilities"), truth = golden.at("truth");
        const EvaluationRecord all = evaluated(TaskKind::multi_label, probabilities, truth);
        const MultiLabelRecord& record = all.multi_label();
        for (std::size_t k = 0; k < record.classes.size(); ++k) {
            const LabelRecord& label = record.classes[k];
            EXPECT_NEAR(label.average_precision, golden.at("average_precision").at(k).get<double>(), kClose) << k;
            EXPECT_NEAR(label.precision, golden.at("precision").at(k).get<double>(), kClose) << k;
            EXPECT_NEAR(label.recall, golden.at("recall").at(k).get<double>(), kClose) << k;
            EXPECT_NEAR(label.f1, golden.at("f1").at(k).get<double>(), kClose) << k;
            EXPECT_EQ(label.support, golden.at("support").at(k).get<std::int64_t>()) << k;
        }
        for (const MeasuredMetric& metric : all.metrics())
            EXPECT_NEAR(metric.value, golden.at(metric.name).get<double>(), metric.name == "loss" ? 1e-6 : kClose)
                << metric.name;
        // Scores from which the sigmoid makes these probabilities, but for the last digit: at 0.5 it would decide.
        const at::Tensor scores = at::logit(tensor_of(probabilities).to(at::kDouble)).to(at::kFloat);
        const MetricContext context{.outputs = truth.front().size(), .task = TaskKind::multi_label};
        for (const char* name : {"mean_average_precision", "micro_f1", "macro_f1", "exact_match", "hamming_loss"})
            EXPECT_NEAR(metric_of(name, context, scores, tensor_of(truth)), golden.at(name).get<double>(), kClose)
                << name;
    }
}

TEST(MetricGolden, OfNumbersAreThoseOfScikitLearn) {
    ASSERT_EQ(goldens("regression").size(), 6);
    for (const Json& golden : goldens("regression")) {
        SCOPED_TRACE(golden.at("name"));
        const Rows predicted = golden.at("predicted"), truth = golden.at("truth");
        const RegressionRecord record = evaluated(TaskKind::regression, predicted, truth).regression();
        const MetricContext context{.outputs = truth.front().size(), .task = TaskKind::regression};
        const auto expect = [](double found, const Json& expected) {
            if (expected.is_null())
                EXPECT_TRUE(std::isnan(found));
            else
                EXPECT_NEAR(found, expected.get<double>(), 1e-9);
        };
        for (std::size_t k = 0; k < record.targets.size(); ++k) {
            expect(record.targets[k].mae, golden.at("mae").at(k));
            expect(record.targets[k].rmse, golden.at("rmse").at(k));
            expect(record.targets[k].r2, golden.at("r2").at(k));
        }
        for (const char* name : {"mae", "rmse", "r2"}) {
            Json mean = nullptr;
            if (const Json& both = golden.at(name); !both.at(0).is_null())
                mean = (both.at(0).get<double>() + both.at(1).get<double>()) / 2;
            expect(metric_of(name, context, tensor_of(predicted), tensor_of(truth)), mean);
        }
    }
}

TaskPlugin task_with(const std::string& name, const Json& options) {
    TaskPlugin plugin = builtin_tasks().find(name)->make();
    EXPECT_TRUE(read_options(options, [&](Fields& fields) { plugin.describe(fields); }).empty());
    return plugin;
}

TEST(Thresholds, OfBestF1AreThoseOfScikitLearn) {
    for (const Json& golden : goldens("multi_label")) {
        SCOPED_TRACE(golden.at("name"));
        const Rows truth = golden.at("truth");
        const auto task =
            task_with("multi_label", {{"threshold", "best_f1"}}).build({.classes = names(truth.front().size())});
        const at::Tensor scores = at::logit(tensor_of(golden.at("probabilities").get<Rows>()).to(at::kDouble));
        const Thresholds chosen = task->choose_thresholds(scores.to(at::kFloat), tensor_of(truth));
        std::size_t remarks = 0;
        for (std::size_t k = 0; k < chosen.values.size(); ++k) {
            const Json& expected = golden.at("best_f1").at(k);
            remarks += expected.is_null() ? 1 : 0;
            EXPECT_NEAR(chosen.values[k], expected.is_null() ? 0.5 : expected.get<double>(), 1e-6) << k;
        }
        EXPECT_EQ(chosen.remarks.size(), remarks);
    }
}

/// Scores 3, 2, 1, 0, -1 of which those of the first, third and fifth image have the class.
Thresholds chosen_with(const Json& options) {
    const auto task = task_with("multi_label", options).build({.classes = {"rose"}});
    return task->choose_thresholds(at::tensor({3.0F, 2.0F, 1.0F, 0.0F, -1.0F}).reshape({5, 1}),
                                   at::tensor({1.0F, 0.0F, 1.0F, 0.0F, 1.0F}).reshape({5, 1}));
}

double sigmoid(double score) { return 1 / (1 + std::exp(-score)); }

TEST(Thresholds, GiveAPrecisionOrARecall) {
    // Precision from the highest score down: 1, 1/2, 2/3, 1/2, 3/5; recall: 1/3, 1/3, 2/3, 2/3, 1.
    EXPECT_NEAR(chosen_with({{"threshold", "precision"}, {"threshold_at", 0.66}}).values[0], sigmoid(1), 1e-6);
    EXPECT_NEAR(chosen_with({{"threshold", "precision"}, {"threshold_at", 0.9}}).values[0], sigmoid(3), 1e-6);
    EXPECT_NEAR(chosen_with({{"threshold", "recall"}, {"threshold_at", 0.5}}).values[0], sigmoid(1), 1e-6);
    EXPECT_NEAR(chosen_with({{"threshold", "recall"}, {"threshold_at", 1}}).values[0], sigmoid(-1), 1e-6);
    EXPECT_EQ(chosen_with({{"threshold_at", 0.25}}).values[0], 0.25F);
}

TEST(Thresholds, OutOfReachAreToldWithWhatWasReached) {
    // Scores 3, 2, 1 of which the second and third image have the class: precisions 0, 1/2, 2/3.
    const auto task = task_with("multi_label", {{"threshold", "precision"}, {"threshold_at", 0.9}})
                          .build({.classes = {"rose", "absent", "untold"}});
    const float nan = std::nanf("");
    const Thresholds chosen = task->choose_thresholds(tensor_of({{3, 0, 0}, {2, 0, 0}, {1, 0, 0}}),
                                                      tensor_of({{0, 0, nan}, {1, 0, nan}, {1, 0, nan}}));
    EXPECT_EQ(chosen.values, (std::vector<float>{0.5F, 0.5F, 0.5F}));
    EXPECT_EQ(joined(chosen.remarks, "\n"),
              "the threshold of rose stays 0.5: no threshold gives a precision of 0.9 on the validation images; the "
              "highest is 0.6667, at 0.7311\n"
              "the threshold of absent stays 0.5: no validation image has it\n"
              "the threshold of untold stays 0.5: no validation image says whether it has it");
}

TEST(Thresholds, OfBestF1AreNotAlsoAskedForAValue) {
    EXPECT_EQ(
        joined(task_with("multi_label", {{"threshold", "best_f1"}, {"threshold_at", 0.9}}).contradictions(), "\n"),
        "/threshold_at: is not used with \"threshold\": \"best_f1\"; expected to be left out, got 0.9");
    EXPECT_TRUE(task_with("multi_label", {{"threshold", "recall"}, {"threshold_at", 0.9}}).contradictions().empty());
}

TEST(MultiLabel, CountsNothingThatIsNotKnown) {
    const float nan = std::nanf("");
    const Rows probabilities = {{0.9F, 0.2F}, {0.6F, 0.7F}, {0.1F, 0.4F}};
    const EvaluationRecord all = evaluated(TaskKind::multi_label, probabilities, {{1, nan}, {nan, 1}, {0, nan}});
    const MultiLabelRecord& record = all.multi_label();
    EXPECT_EQ(all.images, 3);
    EXPECT_EQ(record.exact_match, 1);  // what is known is right
    EXPECT_EQ(record.hamming_loss, 0);
    EXPECT_EQ(record.mean_average_precision, 1);
    EXPECT_EQ(record.classes[1].known, 1);
    const MetricContext context{.outputs = 2, .task = TaskKind::multi_label};
    const at::Tensor scores = tensor_of({{1, -1}, {1, 1}, {-1, -1}}),
                     targets = tensor_of({{1, nan}, {nan, 1}, {0, nan}});
    EXPECT_EQ(metric_of("exact_match", context, scores, targets), 1);
    EXPECT_EQ(metric_of("hamming_loss", context, scores, targets), 0);
}

TEST(MultiLabel, IsNotMeasuredWhereNothingIsKnown) {
    const float nan = std::nanf("");
    const EvaluationRecord all =
        evaluated(TaskKind::multi_label, {{0.9F, 0.2F}, {0.6F, 0.7F}}, {{nan, nan}, {nan, nan}});
    for (const MeasuredMetric& metric : all.metrics()) EXPECT_TRUE(std::isnan(metric.value)) << metric.name;
    EXPECT_TRUE(std::isnan(all.multi_label().classes[0].average_precision));
    const MetricContext context{.outputs = 2, .task = TaskKind::multi_label};
    const at::Tensor scores = tensor_of({{1, -1}}), targets = tensor_of({{nan, nan}});
    for (const char* name : {"exact_match", "hamming_loss", "macro_f1", "micro_f1", "mean_average_precision"})
        EXPECT_TRUE(std::isnan(metric_of(name, context, scores, targets))) << name;
    // An image that says nothing counts nowhere.
    const EvaluationRecord one = evaluated(TaskKind::multi_label, {{0.1F, 0.2F}, {0.6F, 0.7F}}, {{1, 0}, {nan, nan}});
    EXPECT_EQ(one.multi_label().exact_match, 0);
    EXPECT_EQ(metric_of("exact_match", context, tensor_of({{-1, -1}, {1, 1}}), tensor_of({{1, 0}, {nan, nan}})), 0);
}

TEST(Regression, IsNotMeasuredWhereNothingIsKnown) {
    const float nan = std::nanf("");
    const EvaluationRecord all = evaluated(TaskKind::regression, {{3}, {4}}, {{nan}, {nan}});
    for (const MeasuredMetric& metric : all.metrics()) EXPECT_TRUE(std::isnan(metric.value)) << metric.name;
    const MetricContext context{.outputs = 1, .task = TaskKind::regression};
    for (const char* name : {"mae", "rmse", "r2"})
        EXPECT_TRUE(std::isnan(metric_of(name, context, tensor_of({{3}}), tensor_of({{nan}})))) << name;
}

TEST(Regression, RefusesNumbersThatCannotBeLearnt) {
    const auto problem = [](const Rows& rows) {
        const std::vector<Sample> samples = samples_with(rows);
        return error_message<ConfigError>([&] {
            (void)task_with("regression", Json::object()).build({.classes = {"age", "day"}, .training = samples});
        });
    };
    EXPECT_THAT(problem({{1, std::nanf("")}, {2, std::nanf("")}}),
                "/data/list/target_columns: \"day\": no training image has a number there");
    // From 20,240,101 on float32 goes in steps of 2; the deviation of these is 4.
    EXPECT_THAT(problem({{1, 20240100}, {2, 20240108}}),
                ::testing::AllOf(::testing::StartsWith("/data/list/target_columns: \"day\": numbers as large as"),
                                 ::testing::HasSubstr("subtract an offset")));
    EXPECT_THAT(problem({{1, 1.7e9F}, {2, 1.7e9F}}), ::testing::HasSubstr("subtract an offset"));
    const std::vector<Sample> fine = samples_with({{1, 20240100}, {2, 20241100}});
    EXPECT_NO_THROW((void)task_with("regression", Json::object()).build({.classes = {"age", "day"}, .training = fine}));
}

TEST(Regression, StandardisesInsideAndMeasuresInTheUnitsOfTheData) {
    const std::vector<Sample> samples = samples_with({{10, 1}, {30, std::nanf("")}, {20, 3}});
    const auto task = task_with("regression", Json::object()).build({.classes = {"x", "y"}, .training = samples});
    const TargetScale scale = task->target_scale();
    EXPECT_EQ(scale.mean, (std::vector<float>{20, 2}));
    EXPECT_NEAR(scale.std[0], std::sqrt(200.0 / 3), 1e-5);
    EXPECT_EQ(scale.std[1], 1);
    EXPECT_EQ(task->counts(samples), (std::vector<std::int64_t>{3, 2}));
    const at::Tensor targets = task->targets(samples);
    EXPECT_NEAR(targets[0][0].item<double>(), -10 / std::sqrt(200.0 / 3), 1e-6);
    EXPECT_TRUE(std::isnan(targets[1][1].item<double>()));
    // Always the mean: errors 10, 10, 0 and 1, 1 in the units of the data.
    const MetricContext context{.outputs = 2, .task = TaskKind::regression, .scale = scale.std};
    EXPECT_NEAR(metric_of("mae", context, at::zeros_like(targets), targets), (20.0 / 3 + 1) / 2, 1e-5);
    EXPECT_NEAR(metric_of("r2", context, at::zeros_like(targets), targets), 0, 1e-6);
}

TEST(Regression, TakesTargetsThatNeverChange) {
    const std::vector<Sample> samples = samples_with({{7}, {7}});
    const auto task = task_with("regression", Json::object()).build({.classes = {"x"}, .training = samples});
    EXPECT_EQ(task->target_scale().std[0], 1);
    EXPECT_EQ(task->targets(samples).abs().max().item<double>(), 0);
}

}  // namespace
}  // namespace graft

// tests/golden/evaluation.json: what scikit-learn and scipy say.
#include <gtest/gtest.h>

#include <cmath>

#include "config/json.hpp"
#include "core/random.hpp"
#include "statistics/classification_metrics.hpp"
#include "statistics/intervals.hpp"
#include "statistics/temperature.hpp"

namespace graft {
namespace {

/// Of one kind; there are some.
Json evaluation_goldens(const char* kind) {
    Json goldens = parse_json_file(GRAFT_TEST_DIR "/golden/evaluation.json").at(kind);
    if (goldens.empty()) ADD_FAILURE() << "no goldens of " << kind;
    return goldens;
}

void expect_same(double found, const Json& wanted, const std::string& what) {
    if (wanted.is_null())
        EXPECT_TRUE(std::isnan(found)) << what;
    else
        EXPECT_NEAR(found, wanted.get<double>(), 1e-7) << what;
}

EvaluationRecord evaluated(const Json& of) {
    std::vector<std::string> classes;
    for (std::size_t k = 0; k < of.at("scores").at(0).size(); ++k) classes.push_back("class " + std::to_string(k));
    ClassificationMetrics metrics({.classes = classes, .top_k = {2}});
    for (std::size_t i = 0; i < of.at("labels").size(); ++i)
        metrics.add(of.at("labels").at(i), of.at("scores").at(i).get<std::vector<float>>());
    return metrics.finish(of.at("name"));
}

const MeasuredMetric& figure(const EvaluationRecord& record, const std::string& name) {
    const std::vector<MeasuredMetric>& figures = record.classification().figures;
    return *std::ranges::find(figures, name, &MeasuredMetric::name);
}

TEST(EvaluationGoldens, FiguresAreThoseOfScikitLearn) {
    for (const Json& of : evaluation_goldens("classification")) {
        const std::string name = of.at("name");
        const EvaluationRecord record = evaluated(of);
        EXPECT_EQ(record.classification().figures.size(), of.at("figures").size()) << name;
        for (const MeasuredMetric& each : record.classification().figures)
            expect_same(each.value, of.at("figures").at(each.name), name + ": " + each.name);
        EXPECT_EQ(Json(record.classification().confusion), of.at("confusion")) << name;
        for (std::size_t k = 0; k < of.at("roc_auc").size(); ++k) {
            const ClassRecord& c = record.classification().classes[k];
            expect_same(c.roc_auc, of.at("roc_auc")[k], name + ": roc_auc of " + c.name);
            expect_same(c.average_precision, of.at("average_precision")[k], name + ": precision of " + c.name);
        }
    }
}

TEST(EvaluationGoldens, IntervalsOfSharesAreWilsons) {
    for (const Json& of : evaluation_goldens("wilson")) {
        const Interval interval = wilson(of.at("part"), of.at("whole"));
        expect_same(interval.low, of.at("interval")[0], of.dump());
        expect_same(interval.high, of.at("interval")[1], of.dump());
    }
    EXPECT_TRUE(std::isnan(wilson(0, 0).low));
}

TEST(EvaluationGoldens, McNemarsTestIsTheExactBinomialOne) {
    for (const Json& of : evaluation_goldens("mcnemar"))
        EXPECT_NEAR(mcnemar_exact(of.at("one"), of.at("other")), of.at("p").get<double>(), 1e-9) << of.dump();
}

TEST(EvaluationGoldens, IntervalsOfTheBootstrapAgreeWithAnotherOne) {
    const Json of = evaluation_goldens("bootstrap");
    const EvaluationRecord record = evaluated(of);
    for (const std::string name : {"macro_f1", "roc_auc"}) {
        const double low = of.at(name)[0], high = of.at(name)[1], tolerance = 0.1 * (high - low);
        EXPECT_NEAR(figure(record, name).interval.low, low, tolerance) << name;
        EXPECT_NEAR(figure(record, name).interval.high, high, tolerance) << name;
    }
    EXPECT_EQ(figure(record, "macro_f1").interval.low, figure(evaluated(of), "macro_f1").interval.low);
}

TEST(EvaluationGoldens, TemperaturesHaveTheLeastLoss) {
    for (const Json& of : evaluation_goldens("temperature")) {
        std::vector<float> scores;
        for (const Json& row : of.at("scores"))
            for (const Json& score : row) scores.push_back(score);
        const auto labels = of.at("labels").get<std::vector<std::int64_t>>();
        const TemperatureFit fit = fit_temperature(scores, labels);
        EXPECT_EQ(fit.reason, "");
        EXPECT_NEAR(fit.temperature, of.at("temperature").get<double>(), 1e-6) << of.at("name");
        expect_same(loss_at(scores, labels, 1), of.at("before"), "before");
        expect_same(loss_at(scores, labels, fit.temperature), of.at("after"), "after");
    }
}

TEST(EvaluationGoldens, TenThousandImagesOfTenClassesHaveAThousandResamples) {
    std::vector<std::string> classes;
    for (int k = 0; k < 10; ++k) classes.push_back(std::to_string(k));
    ClassificationMetrics metrics({.classes = classes, .top_k = {5}});
    Rng rng = Rng::stream(0, "scores");
    for (int i = 0; i < 10000; ++i) {
        std::vector<float> scores(10);
        float sum = 0;
        for (float& score : scores) sum += score = static_cast<float>(rng.uniform());
        for (float& score : scores) score /= sum;
        metrics.add(static_cast<std::int64_t>(rng.below(10)), scores);
    }
    EXPECT_EQ(metrics.finish("").classification().bootstrap.ranking_resamples, 1000);
}

}  // namespace
}  // namespace graft

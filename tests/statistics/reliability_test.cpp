#include "statistics/reliability.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "graft/record/decision.hpp"
#include "statistics/temperature.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Two images at 0.95, of which one is right, two at 0.55, both right.
std::vector<Confidence> four_images() {
    return {{0.95F, true, 0.1}, {0.95F, false, 3.0}, {0.55F, true, 0.6}, {0.55F, true, 0.6}};
}

TEST(Reliability, BinsImagesByTheProbabilityOfTheirLikeliestClass) {
    const Reliability reliability = reliability_of(four_images(), {});
    ASSERT_EQ(reliability.bins.size(), 15U);
    EXPECT_EQ(reliability.bins[14].images, 2);
    EXPECT_EQ(reliability.bins[14].accuracy, 0.5);
    EXPECT_NEAR(reliability.bins[14].confidence, 0.95, 1e-7);
    EXPECT_EQ(reliability.bins[8].images, 2);  // (8/15, 9/15]
    EXPECT_EQ(reliability.bins[8].accuracy, 1);
    EXPECT_NEAR(reliability.ece, (2 * 0.45 + 2 * 0.45) / 4, 1e-7);
    EXPECT_NEAR(reliability.loss, 4.3 / 4, 1e-12);
    EXPECT_TRUE(std::isnan(reliability.ece_interval.low));  // no resamples
}

TEST(Reliability, OfNothingIsNothing) {
    EXPECT_EQ(reliability_of({}, {.resamples = 10}).ece, 0);
    EXPECT_TRUE(coverage_of({}).empty());
}

TEST(Reliability, IntervalIsTheSameEveryTimeAndMirroredAtTheValue) {
    std::vector<Confidence> images;  // 80 % sure, and 80 % right: the true error is 0
    for (int i = 0; i < 500; ++i) images.push_back({0.8F, i % 5 != 0, 0.5});
    const Reliability one = reliability_of(images, {.resamples = 200});
    EXPECT_EQ(one.ece_interval.high, reliability_of(images, {.resamples = 200}).ece_interval.high);
    EXPECT_NEAR(one.ece, 0, 1e-7);
    EXPECT_EQ(one.ece_interval.low, 0);
}

TEST(Coverage, KeepsImagesThatAreEquallySureTogether) {
    const std::vector<CoveragePoint> points = coverage_of(four_images());
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[0].coverage, 1);
    EXPECT_EQ(points[0].accuracy, 0.75);
    EXPECT_FLOAT_EQ(static_cast<float>(points[0].min_confidence), 0.55F);
    EXPECT_EQ(points[1].coverage, 0.5);
    EXPECT_EQ(points[1].accuracy, 0.5);
}

TEST(ConfidenceOf, IsSoftmaxOverTheTemperature) {
    const Confidence image = confidence_of(std::vector{2.F, 0.F, 0.F}, 1, 2);
    const double largest = std::exp(1.0) / (std::exp(1.0) + 2);
    EXPECT_NEAR(image.probability, largest, 1e-7);
    EXPECT_FALSE(image.right);
    EXPECT_NEAR(image.loss, -std::log(1 / (std::exp(1.0) + 2)), 1e-12);
}

TEST(ScoresBehind, UndoTheTemperature) {
    const std::vector<float> scores = {2, 0.5F, -1};
    const std::vector<float> probabilities = {std::exp(1.F), std::exp(0.25F), std::exp(-0.5F)};  // but for their sum
    const std::vector<float> behind = scores_behind(probabilities, 2);
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(behind[k], scores[k], 1e-6);
}

TEST(FitTemperature, LeavesItAtOneWhereImagesCannotTell) {
    const std::vector<float> few(2 * 19, 0);
    EXPECT_THAT(fit_temperature(few, std::vector<std::int64_t>(19)).reason, HasSubstr("at least 20"));
    std::vector<float> sure;
    for (int i = 0; i < 50; ++i) sure.insert(sure.end(), {1.F, 0.F});
    const TemperatureFit right = fit_temperature(sure, std::vector<std::int64_t>(50));
    EXPECT_EQ(right.temperature, 1);
    EXPECT_THAT(right.reason, HasSubstr("right"));
}

TEST(FitTemperature, LeavesItAtOneWhereTheGainIsNotSignificant) {
    std::vector<float> scores;  // ln 4 apart: 80 % sure; 41 of 50 are right
    std::vector<std::int64_t> labels;
    for (int i = 0; i < 50; ++i) {
        scores.insert(scores.end(), {std::log(4.F), 0.F});
        labels.push_back(i < 41 ? 0 : 1);
    }
    const TemperatureFit fit = fit_temperature(scores, labels);
    EXPECT_EQ(fit.temperature, 1);
    EXPECT_THAT(fit.reason, HasSubstr("no significant difference"));
}

TEST(FitTemperature, FindsTheTemperatureByHand) {
    std::vector<float> scores;  // 4 apart; 75 % are right, so that 4 / T = ln 3
    std::vector<std::int64_t> labels;
    for (int i = 0; i < 400; ++i) {
        scores.insert(scores.end(), {4.F, 0.F});
        labels.push_back(i % 4 == 0 ? 1 : 0);
    }
    EXPECT_NEAR(fit_temperature(scores, labels).temperature, 4 / std::log(3.0), 1e-6);
}

TEST(Decision, AnswersWhereTheLikeliestClassIsLikelyEnough) {
    const std::vector<float> probabilities = {0.25F, 0.5F, 0.125F};
    EXPECT_TRUE(Decision{}.answers(probabilities));
    EXPECT_FALSE(Decision{}.may_refuse());
    EXPECT_TRUE((Decision{.min_confidence = 0.5}.answers(probabilities)));
    EXPECT_FALSE((Decision{.min_confidence = 0.51}.answers(probabilities)));
    EXPECT_TRUE((Decision{.min_margin = 0.25}.answers(probabilities)));
    EXPECT_FALSE((Decision{.min_margin = 0.26}.answers(probabilities)));
}

}  // namespace
}  // namespace graft

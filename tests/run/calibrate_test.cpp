#include "run/calibrate.hpp"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <span>

#include "recording_reporter.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Five images of two classes, the first of which is always the likeliest.
class Deciding : public ::testing::Test {
protected:
    static constexpr std::array<float, 5> kLikeliest = {0.9F, 0.8F, 0.7F, 0.6F, 0.55F};

    /// @param right which of them are
    Decision decide_on(const DecisionOptions& options, const std::array<bool, 5>& right, double temperature = 1,
                       std::span<const float> distances = {}) {
        std::vector<float> scores;
        std::vector<Confidence> images;
        for (std::size_t i = 0; i < kLikeliest.size(); ++i) {
            for (const float probability : {kLikeliest[i], 1 - kLikeliest[i]})
                scores.push_back(static_cast<float>(temperature * std::log(double{probability})));
            images.push_back(confidence_of(std::span(scores).last(2), right[i] ? 0 : 1, temperature));
        }
        return decide(options, {at::tensor(scores).reshape({5, 2}), images, temperature, distances}, reporter_);
    }

    testing::RecordingReporter reporter_;
};

TEST_F(Deciding, TheAccuracyIsThatOfTheImagesThatGetAnAnswer) {
    const std::array right = {true, true, false, true, true};
    EXPECT_NEAR(decide_on({{}, 0.8}, right).min_confidence, 0.55, 1e-6);  // 4 of 5
    EXPECT_NEAR(decide_on({{}, 0.85}, right).min_confidence, 0.8, 1e-6);  // 2 of 2
    // With a margin of 0.15 the last image (0.55 - 0.45) gets no answer: 3 of 4 are right.
    EXPECT_NEAR(decide_on({{.min_margin = 0.15}, 0.75}, right).min_confidence, 0.6, 1e-6);
    EXPECT_NEAR(decide_on({{.min_margin = 0.15}, 0.8}, right).min_confidence, 0.8, 1e-6);
    EXPECT_NEAR(decide_on({{.min_margin = 0.15}, 0.8}, right, 2.5).min_confidence, 0.8, 1e-6);
    EXPECT_THAT(reporter_.warnings, IsEmpty());
}

TEST_F(Deciding, SaysWhereNoProbabilityGivesTheAccuracy) {
    const std::array none = {false, false, false, false, false};
    EXPECT_EQ(decide_on({{.min_confidence = 0.5}, 0.9}, none).min_confidence, 0);
    const Decision by_margin = decide_on({{.min_margin = 0.9}, 0.9}, none);
    EXPECT_EQ(by_margin.min_confidence, 0);
    EXPECT_EQ(by_margin.min_margin, 0.9);
    EXPECT_THAT(reporter_.warnings,
                ElementsAre("/decision/accuracy: no probability gives 0.9 on the validation images, the highest "
                            "accuracy is 0.0000: the model always answers",
                            "/decision/accuracy: no probability gives 0.9 on the validation images, the highest "
                            "accuracy is 0.0000: the model answers by its margin alone"));
    reporter_.warnings.clear();
    (void)decide_on({{}, 0.9}, {false, true, true, true, false});  // right of the first so many: 0, 1/2, 2/3, 3/4, 3/5
    EXPECT_THAT(reporter_.warnings, ElementsAre(::testing::HasSubstr(", the highest accuracy is 0.7500: ")));
}

TEST_F(Deciding, ByDistanceLeavesTheAskedShareOfTheImagesAnAnswer) {
    const std::array<bool, 5> right = {true, true, false, true, true};
    const std::array distances = {0.25F, 0.11111F, 0.9F, 0.5F, 0.375F};
    const auto limit = [&](double share) {
        return *decide_on({.known_share = share}, right, 1, distances).max_distance;
    };
    EXPECT_EQ(limit(0.2), 0.1112);  // rounded up
    EXPECT_EQ(limit(0.6), 0.375);   // 3 of 5
    EXPECT_EQ(limit(0.61), 0.5);
    EXPECT_EQ(limit(0.95), 0.9);
    EXPECT_EQ(limit(1e-9), 0.1112);  // at least one
    // Of the four nearest all are right; the third, which is wrong, is too far.
    const Decision both = decide_on({.accuracy = 1.0, .known_share = 0.8}, right, 1, distances);
    EXPECT_EQ(both.max_distance, 0.5);
    EXPECT_NEAR(both.min_confidence, 0.55, 1e-6);
}

TEST_F(Deciding, IsWhatTheConfigSaysWithoutAnAccuracy) {
    const Decision decision = decide_on({{.min_confidence = 0.5, .min_margin = 0.2}, {}}, {});
    EXPECT_EQ(decision.min_confidence, 0.5);
    EXPECT_EQ(decision.min_margin, 0.2);
}

}  // namespace
}  // namespace graft

/// @file
/// Scores of CleanVision, hashes of imagededup and label errors of cleanlab, from tests/golden/insight_goldens.py.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <opencv2/core.hpp>

#include "config/json.hpp"
#include "insight/confident_learning.hpp"
#include "insight/picture_facts.hpp"

namespace graft {
namespace {

Json insight_golden(const char* kind) {
    Json goldens = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "insight.json").at(kind);
    if (goldens.empty()) ADD_FAILURE() << "no goldens of " << kind;
    return goldens;
}

/// The waves that insight_goldens.py draws.
cv::Mat drawn(const Json& shape) {
    const int base = shape[2], contrast = shape[3], period = shape[4];
    cv::Mat rgb(shape[1].get<int>(), shape[0].get<int>(), CV_8UC3);
    for (int y = 0; y < rgb.rows; ++y)
        for (int x = 0; x < rgb.cols; ++x)
            for (int channel = 0; channel < 3; ++channel) {
                const int wave = (x * (3 + channel) + y * (5 - channel) + x * y / 97) % (2 * period);
                const int value = base - contrast + 2 * contrast * std::abs(wave - period) / period;
                rgb.at<cv::Vec3b>(y, x)[channel] = static_cast<unsigned char>(std::clamp(value, 0, 255));
            }
    return rgb;
}

int bits_that_differ(std::uint64_t hash, const std::string& bits) {
    int count = 0;
    for (std::size_t i = 0; i < bits.size(); ++i) count += (hash >> (63 - i) & 1) != (bits[i] == '1') ? 1 : 0;
    return count;
}

TEST(InsightGolden, ScoresOfPicturesAreThoseOfCleanVision) {
    for (const Json& golden : insight_golden("pictures")) {
        SCOPED_TRACE(golden.at("name"));
        const PictureFacts facts = measure_picture(drawn(golden.at("shape")));
        EXPECT_NEAR(facts.brightest, golden.at("brightest").get<double>(), 1e-4);
        EXPECT_NEAR(facts.darkest, golden.at("darkest").get<double>(), 2e-4);
        EXPECT_NEAR(facts.information, golden.at("information").get<double>(), 1e-6);
        EXPECT_NEAR(facts.sharpness, golden.at("sharpness").get<double>(), 2e-3);
    }
}

TEST(InsightGolden, HashesArePHashesOfImagededup) {
    for (const Json& golden : insight_golden("pictures")) {
        if (golden.at("name") == "flat") continue;  // rounding errors alone
        SCOPED_TRACE(golden.at("name"));
        // A pixel of the small picture may be rounded the other way: two bits next to the median.
        EXPECT_LE(bits_that_differ(perceptual_hash(drawn(golden.at("shape"))), golden.at("hash")),
                  golden.at("name") == "large" ? 4 : 2);
    }
}

class ConfidentLearningGolden : public ::testing::Test {
protected:
    struct Case {
        std::vector<std::int64_t> labels;
        std::vector<float> values;
        std::size_t classes = 0;
        [[nodiscard]] HeldOutProbabilities probabilities() const { return {values, classes}; }
    };
    static Case read(const Json& golden) {
        Case one{.labels = golden.at("labels"), .values = {}, .classes = golden.at("probabilities")[0].size()};
        for (const Json& row : golden.at("probabilities"))
            for (const Json& value : row) one.values.push_back(value);
        return one;
    }
};

TEST_F(ConfidentLearningGolden, JointIsThatOfCleanlab) {
    for (const Json& golden : insight_golden("labels")) {
        SCOPED_TRACE(golden.at("name"));
        const Case one = read(golden);
        EXPECT_EQ(Json(confident_joint(one.labels, one.probabilities())), golden.at("joint"));
    }
}

TEST_F(ConfidentLearningGolden, LabelErrorsAreThoseOfCleanlabInItsOrder) {
    for (const Json& golden : insight_golden("labels")) {
        SCOPED_TRACE(golden.at("name"));
        const Case one = read(golden);
        std::vector<std::size_t> found;
        for (const LabelError& error : find_label_errors(one.labels, one.probabilities())) found.push_back(error.image);
        EXPECT_EQ(Json(found), golden.at("errors"));
    }
}

TEST(ConfidentLearning, AnImageThatIsSurelyOfAnotherClassIsFound) {
    const std::vector<std::int64_t> labels = {0, 0, 0, 1, 1, 1};
    const std::vector<float> values = {0.9F, 0.1F, 0.8F, 0.2F, 0.1F, 0.9F, 0.2F, 0.8F, 0.1F, 0.9F, 0.3F, 0.7F};
    const std::vector<LabelError> errors = find_label_errors(labels, {values, 2});
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].image, 2U);
    EXPECT_EQ(errors[0].suggested, 1);
    EXPECT_FLOAT_EQ(errors[0].probability, 0.1F);
}

}  // namespace
}  // namespace graft

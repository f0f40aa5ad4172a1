#include "deploy/reference_vectors.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <opencv2/core.hpp>

#include "config/json.hpp"
#include "core/files.hpp"
#include "deploy/tiny_model.hpp"
#include "graft/deploy/predictor.hpp"
#include "graft/graft.h"

namespace graft {
namespace {

using ::testing::HasSubstr;

/// [rows,2]
at::Tensor pairs(const std::vector<float>& numbers) { return at::tensor(numbers).reshape({-1, 2}); }

TEST(ReferenceVectors, DistancesAreBetweenDirections) {
    const ReferenceVectors references = make_reference_vectors(pairs({5, 0, 0, 0.01F}), 1);  // east and north
    EXPECT_EQ(references.images, 2);
    EXPECT_EQ(references.length, 2);
    EXPECT_NEAR(distance_from(references, at::tensor({7.0F, 0.0F})), 0, 1e-6);
    EXPECT_NEAR(distance_from(references, at::tensor({-2.0F, 0.0F})), std::sqrt(2.0), 1e-6);  // to the north
    EXPECT_NEAR(distance_from(references, at::tensor({3.0F, 4.0F})), std::sqrt(2 - 2 * 0.8), 1e-6);
    EXPECT_NEAR(distance_from(references, at::tensor({0.0F, 0.0F})), 1, 1e-6);  // no direction
}

TEST(ReferenceVectors, TheDistanceIsToTheAskedNeighbour) {
    const ReferenceVectors second = make_reference_vectors(pairs({1, 0, 0, 1, -1, 0}), 2);
    EXPECT_NEAR(distance_from(second, at::tensor({1.0F, 0.0F})), std::sqrt(2.0), 1e-6);
    const ReferenceVectors third = make_reference_vectors(pairs({1, 0, 0, 1, -1, 0}), 3);
    EXPECT_NEAR(distance_from(third, at::tensor({1.0F, 0.0F})), 2, 1e-6);
}

TEST(ReferenceVectors, AreScikitLearnsNeighbours) {
    const Json golden = Json::parse(read_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "neighbours.json"));
    const auto rows = [](const Json& list) {
        std::vector<at::Tensor> all;
        for (const Json& row : list) all.push_back(at::tensor(row.get<std::vector<float>>()));
        return all;
    };
    const std::vector<at::Tensor> asked = rows(golden.at("asked"));
    for (const auto& [k, distances] : golden.at("distances").items()) {
        const ReferenceVectors references =
            make_reference_vectors(at::stack(rows(golden.at("vectors"))), std::stoll(k));
        for (std::size_t i = 0; i < asked.size(); ++i)
            EXPECT_NEAR(distance_from(references, asked[i]), distances[i].get<double>(), 2e-6) << k << " " << i;
    }
}

TEST(ReferenceVectors, AreTheSameFromTheirBytes) {
    const ReferenceVectors made = make_reference_vectors(pairs({0.3F, 0.7F, -2, 5, 1, 1}), 1);
    EXPECT_EQ(bytes_of(made).size(), 12U);
    ReferenceVectors read{.neighbour = 1, .images = 3, .length = 2, .stored = {}, .rows = {}};
    take_bytes(read, bytes_of(made), "m.pt");
    EXPECT_TRUE(at::equal(read.rows, made.rows));
    EXPECT_EQ(bytes_of(read), bytes_of(made));
    EXPECT_EQ(error_of([&] { take_bytes(read, "abc", "m.pt"); }),
              "m.pt: references.f16 has 3 bytes; the 3 vectors of 2 numbers that graft.json names have 12");
    const std::string infinite = std::string("\x00\x7c", 2) + bytes_of(made).substr(2);
    EXPECT_EQ(error_of([&] { take_bytes(read, infinite, "m.pt"); }),
              "m.pt: references.f16 holds numbers that are not finite");
}

/// format6.pt compares with a picture that is all red and one that is yellow; 0.5 is too far.
class DecidingByDistance : public ::testing::Test {
protected:
    static cv::Mat coloured(int red, int green, int blue) { return {16, 12, CV_8UC3, cv::Scalar(red, green, blue)}; }
    [[nodiscard]] Prediction of(const cv::Mat& rgb) const {
        return predictor_.prediction_of_pixels(rgb, ColourOrder::rgb);
    }

    const std::filesystem::path model_ = stored_model("format6.pt");
    const Predictor predictor_{model_};
};

TEST_F(DecidingByDistance, AStrangerIsUnknown) {
    EXPECT_EQ(predictor_.decision().max_distance, 0.5);
    const Prediction red = of(coloured(90, 0, 0)), blue = of(coloured(0, 0, 200)), orange = of(coloured(200, 100, 0));
    EXPECT_NEAR(*red.distance, 0, 1e-3);
    EXPECT_NEAR(*blue.distance, std::sqrt(2.0), 1e-6);
    // (2, 1) / sqrt(5) and (1, 1) / sqrt(2): a cosine of 3 / sqrt(10).
    EXPECT_NEAR(*orange.distance, std::sqrt(2 - 2 * 3 / std::sqrt(10.0)), 1e-4);
    EXPECT_TRUE(predictor_.answer(red));
    EXPECT_FALSE(predictor_.answer(blue));
    EXPECT_TRUE(predictor_.found(blue).empty());
    EXPECT_EQ(predictor_.answer(orange)->name, predictor_.top(orange.values, 1).front().name);
    EXPECT_TRUE(Predictor(model_, {.max_distance = 2.0}).answer(blue));
}

TEST_F(DecidingByDistance, ProbabilitiesAreTheModelsOwn) {
    const cv::Mat picture = coloured(10, 120, 40);
    const std::vector<float> plain = Predictor(stored_model("format3.pt")).predict_pixels(picture, ColourOrder::rgb);
    const std::vector<float> found = predictor_.predict_pixels(picture, ColourOrder::rgb);
    ASSERT_EQ(found.size(), plain.size());
    for (std::size_t k = 0; k < plain.size(); ++k) EXPECT_NEAR(found[k], plain[k], 1e-6);
    EXPECT_FALSE(Predictor(stored_model("format3.pt")).prediction_of_pixels(picture, ColourOrder::rgb).distance);
}

TEST_F(DecidingByDistance, ManyPicturesHaveTheDistancesOfSingleOnes) {
    const std::vector<cv::Mat> pictures = {coloured(9, 0, 0), cv::Mat(), coloured(0, 0, 200), coloured(30, 20, 90)};
    const std::vector<Prediction> many = predictor_.predict_pixels(pictures, ColourOrder::rgb, 2);
    for (const std::size_t i : {0U, 2U, 3U}) EXPECT_NEAR(*many[i].distance, *of(pictures[i]).distance, 1e-5);
    EXPECT_FALSE(many[1].distance);
}

TEST_F(DecidingByDistance, ProbabilitiesAloneAreNoAnswer) {
    const std::vector<float> sure = {0.1F, 0.8F, 0.1F};
    EXPECT_THAT(error_of([&] { (void)predictor_.answer(sure); }), HasSubstr("ask with a Prediction"));
    EXPECT_THAT(error_of([&] { (void)predictor_.found(sure); }), HasSubstr("ask with a Prediction"));
    EXPECT_FALSE(predictor_.answer({.values = sure, .error = {}}));  // however near it may be
    EXPECT_THAT(error_of([] { const Predictor none(stored_model("format5.pt"), {.max_distance = 1.0}); }),
                HasSubstr("max_distance: the model knows no distances"));
}

TEST_F(DecidingByDistance, TheCInterfaceGivesTheDistanceBehindTheValues) {
    graft_predictor* loaded = nullptr;
    ASSERT_EQ(graft_predictor_load(model_.c_str(), &loaded), GRAFT_DONE) << graft_last_error();
    std::array<float, 4> values{};
    std::size_t index = 7;
    for (const auto& [blue, is_known] : {std::pair(0, true), std::pair(255, false)}) {
        const cv::Mat rgb = coloured(255 - blue, 0, blue);
        ASSERT_EQ(graft_predict_pixels(loaded, rgb.data, 12, 16, 36, GRAFT_RGB, values.data(), 4), GRAFT_DONE);
        EXPECT_EQ(values[3], *of(rgb).distance);
        ASSERT_EQ(graft_predictor_answer(loaded, values.data(), 4, &index), GRAFT_DONE);
        EXPECT_EQ(index != GRAFT_UNKNOWN, is_known);
    }
    EXPECT_EQ(graft_predictor_answer(loaded, values.data(), 3, &index), GRAFT_WRONG_ARGUMENT);
    EXPECT_THAT(graft_last_error(), HasSubstr("ask it for 4 numbers"));
    graft_predictor_free(loaded);
    ASSERT_EQ(graft_predictor_load(stored_model("format5.pt").c_str(), &loaded), GRAFT_DONE);
    const cv::Mat rgb = coloured(1, 2, 3);
    ASSERT_EQ(graft_predict_pixels(loaded, rgb.data, 12, 16, 36, GRAFT_RGB, values.data(), 4), GRAFT_DONE);
    EXPECT_TRUE(std::isnan(values[3]));
    EXPECT_EQ(graft_predictor_answer(loaded, values.data(), 4, &index), GRAFT_DONE);
    graft_predictor_free(loaded);
}

}  // namespace
}  // namespace graft

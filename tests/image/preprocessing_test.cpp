#include "image/preprocessing.hpp"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "config/read.hpp"
#include "image/network_inputs.hpp"
#include "pictures.hpp"

namespace graft {
namespace {

using testing::equal;
using testing::grey;
using testing::input_of;
using testing::noise;
using testing::red;
using Rows = std::vector<std::vector<int>>;

Preprocessing cropped(std::int64_t height, std::int64_t width, double fraction) {
    Preprocessing preprocessing = input_of(height, width);
    preprocessing.resize = ResizeMode::center_crop;
    preprocessing.crop_fraction = fraction;
    return preprocessing;
}

std::vector<std::string> problems_of(const std::string& text) {
    Preprocessing preprocessing;
    return read_options(Json::parse(text), [&](Fields& fields) { describe(fields, preprocessing); });
}

TEST(Preprocessing, ShrinksByTheMeanOfWholeBlocks) {
    const cv::Mat rgb = grey({{0, 4, 100, 108}, {8, 12, 104, 112}});
    EXPECT_EQ(red(resize_to_input(rgb, input_of(1, 2))), (Rows{{6, 106}}));
}

TEST(Preprocessing, ShrinksByAreaWherePixelsAreCutInParts) {
    // Three pixels on two: each takes one whole and one half pixel, (30 + 60 / 2) / 1.5 and (60 / 2 + 120) / 1.5.
    EXPECT_EQ(red(resize_to_input(grey({{30, 60, 120}}), input_of(1, 2))), (Rows{{40, 100}}));
}

TEST(Preprocessing, ShrinkingDoesNotAlias) {
    cv::Mat stripes(64, 64, CV_8UC3);
    for (int x = 0; x < 64; ++x) stripes.col(x).setTo(cv::Scalar::all(x % 2 == 0 ? 0 : 200));
    const cv::Mat small = resize_to_input(stripes, input_of(16, 16));
    EXPECT_TRUE(equal(small, cv::Mat(16, 16, CV_8UC3, cv::Scalar::all(100))));
}

TEST(Preprocessing, EnlargesBilinearlyBetweenPixelCentres) {
    // Centres of 4 pixels on 2 lie at -0.25, 0.25, 0.75 and 1.25; beyond the outer centres nothing is extrapolated.
    EXPECT_EQ(red(resize_to_input(grey({{0, 200}}), input_of(1, 4))), (Rows{{0, 50, 150, 200}}));
}

TEST(Preprocessing, EnlargesNearestByPixelCentres) {
    // Centres of 5 pixels on 3 lie in pixels 0 (0.3), 0 (0.9), 1 (1.5), 2 (2.1) and 2 (2.7).
    EXPECT_EQ(red(resize_to_input(grey({{10, 20, 30}}), input_of(1, 5, Interpolation::nearest))),
              (Rows{{10, 10, 20, 30, 30}}));
}

TEST(Preprocessing, EnlargesBicubicallyAsOpenCvDoes) {
    const cv::Mat rgb = noise(9, 7);
    cv::Mat expected;
    cv::resize(rgb, expected, {20, 30}, 0, 0, cv::INTER_CUBIC);
    EXPECT_TRUE(equal(resize_to_input(rgb, input_of(30, 20, Interpolation::bicubic)), expected));
}

TEST(Preprocessing, ReducesTheLongSideBeforeItEnlargesTheShortOne) {
    const cv::Mat rgb = grey({{0, 40, 100, 140}});  // [1,4] to [2,2]
    EXPECT_EQ(red(resize_to_input(rgb, input_of(2, 2, Interpolation::nearest))), (Rows{{20, 120}, {20, 120}}));
}

TEST(Preprocessing, KeepsAPictureOfTheInputsSizeAndCopiesIt) {
    const cv::Mat rgb = noise(6, 5);
    const cv::Mat result = resize_to_input(rgb, input_of(6, 5));
    EXPECT_TRUE(equal(result, rgb));
    EXPECT_NE(result.data, rgb.data);
}

TEST(Preprocessing, ResultIsContinuousAlsoWhenOnlyCropped) {
    const cv::Mat result = resize_to_input(noise(8, 8), cropped(4, 4, 0.5));
    EXPECT_TRUE(result.isContinuous());
    EXPECT_TRUE(equal(result, noise(8, 8)({2, 2, 4, 4})));
}

TEST(Preprocessing, SquashTakesTheWholePicture) {
    EXPECT_EQ(input_window({500, 375}, input_of(224, 224)), cv::Rect(0, 0, 500, 375));
}

TEST(Preprocessing, CentreCropTakesTheLargestWindowOfTheInputsShape) {
    EXPECT_EQ(input_window({500, 375}, cropped(224, 224, 1)), cv::Rect(62, 0, 375, 375));
    EXPECT_EQ(input_window({375, 500}, cropped(224, 224, 1)), cv::Rect(0, 62, 375, 375));
    EXPECT_EQ(input_window({400, 400}, cropped(100, 200, 1)), cv::Rect(0, 100, 400, 200));
}

TEST(Preprocessing, CentreCropKeepsTheFractionOfEachSide) {
    EXPECT_EQ(input_window({32, 32}, cropped(224, 224, 0.875)), cv::Rect(2, 2, 28, 28));
    EXPECT_EQ(input_window({500, 375}, cropped(224, 224, 0.875)), cv::Rect(86, 23, 328, 328));  // 328.125, rounded
}

TEST(Preprocessing, CentreCropOfATinyPictureKeepsAPixel) {
    EXPECT_EQ(input_window({1, 1}, cropped(224, 224, 0.1)), cv::Rect(0, 0, 1, 1));
    EXPECT_EQ(input_window({1, 300}, cropped(10, 1000, 1)), cv::Rect(0, 149, 1, 1));
}

TEST(Preprocessing, EnlargedCropKnowsNothingOfWhatWasCutOff) {
    cv::Mat rgb(4, 4, CV_8UC3, cv::Scalar::all(255));
    rgb({1, 1, 2, 2}).setTo(cv::Scalar::all(10));
    EXPECT_TRUE(equal(resize_to_input(rgb, cropped(8, 8, 0.5)), cv::Mat(8, 8, CV_8UC3, cv::Scalar::all(10))));
}

TEST(Preprocessing, ReducedPictureIsNeverLongerThanTheInput) {
    EXPECT_EQ(reduce_to_input(noise(50, 20), input_of(32, 32)).rgb.size(), cv::Size(20, 32));
    EXPECT_EQ(reduce_to_input(noise(20, 50), input_of(32, 32)).rgb.size(), cv::Size(32, 20));
}

TEST(Preprocessing, IsWrittenAndReadBack) {
    Preprocessing written = cropped(300, 200, 0.9);
    written.interpolation = Interpolation::bicubic;
    written.mean = {127, 126, 125};
    written.std = {128, 129, 130};
    const Json document = write_options([&](Fields& fields) { describe(fields, written); });
    EXPECT_EQ(
        document.dump(),
        R"({"height":300,"width":200,"resize":"center_crop","crop_fraction":0.9,)"
        R"("interpolation":"bicubic","mean":[127.0,126.0,125.0],"std":[128.0,129.0,130.0],"reduced_decode":false})");
    Preprocessing read;
    EXPECT_TRUE(read_options(document, [&](Fields& fields) { describe(fields, read); }).empty());
    EXPECT_EQ(read, written);
}

TEST(Preprocessing, RefusesWhatCannotBe) {
    EXPECT_EQ(problems_of(R"({"height": 0})").size(), 1U);
    EXPECT_EQ(problems_of(R"({"crop_fraction": 0})").size(), 1U);
    EXPECT_EQ(problems_of(R"({"crop_fraction": 1.01})").size(), 1U);
    EXPECT_EQ(problems_of(R"({"resize": "crop"})").size(), 1U);
    EXPECT_EQ(problems_of(R"({"mean": [1, 2]})").size(), 1U);
    EXPECT_EQ(problems_of(R"({"std": [1, 2, 0]})").size(), 1U);
    EXPECT_TRUE(problems_of(R"({"crop_fraction": 1, "mean": [0, 0, 0]})").empty());
}

}  // namespace
}  // namespace graft

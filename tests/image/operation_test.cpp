#include "image/augment/operation.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "config/json.hpp"
#include "config/read.hpp"
#include "graft/core/errors.hpp"
#include "image/augment/augmentation.hpp"
#include "pictures.hpp"

namespace graft {
namespace {

using testing::equal;
using testing::grey;
using testing::picture_from_hex;
using testing::red;
using testing::smooth;
using Rows = std::vector<std::vector<int>>;

Operation operation(const std::string& name, const Json& options, cv::Size input) {
    OperationPlugin plugin = builtin_operations().find(name)->make();
    EXPECT_TRUE(read_options(options, [&](Fields& fields) { plugin.describe(fields); }).empty());
    EXPECT_EQ(plugin.contradictions(), std::vector<std::string>{});
    return plugin.build({.input = input});
}

cv::Mat applied(const std::string& name, const Json& options, const cv::Mat& rgb, std::uint64_t seed = 0) {
    Rng rng(seed);
    return std::get<PictureOperation>(operation(name, options, rgb.size()))(rgb, rng);
}

std::vector<std::string> contradictions(const std::string& name, const Json& options) {
    OperationPlugin plugin = builtin_operations().find(name)->make();
    EXPECT_TRUE(read_options(options, [&](Fields& fields) { plugin.describe(fields); }).empty());
    return plugin.contradictions();
}

TEST(GaussianBlur, WeighsNeighboursAsTheFormulaSays) {
    // exp(-1 / (2 * 0.5 * 0.5)) = 0.1353: weights 0.1065, 0.7870, 0.1065; a point of 200 becomes 157.4, beside it 21.3,
    // across both 0.1065 * 0.1065 * 200 = 2.27, and 0.787 * 0.787 * 200 = 123.9 in the middle
    const cv::Mat point = grey({{0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}, {0, 0, 200, 0, 0}, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}});
    const cv::Mat blurred = applied("gaussian_blur", {{"kernel_size", 3}, {"sigma", 0.5}}, point);
    EXPECT_EQ(red(blurred),
              (Rows{{0, 0, 0, 0, 0}, {0, 2, 17, 2, 0}, {0, 17, 124, 17, 0}, {0, 2, 17, 2, 0}, {0, 0, 0, 0, 0}}));
}

TEST(GaussianBlur, MirrorsThePictureAboutItsOutermostPixels) {
    // 1/(1 + 2 * 0.6065) = 0.4519 and 0.2741: (0.4519 * 0 + 2 * 0.2741 * 100) at both ends
    const cv::Mat row = grey({{0, 100, 0}, {0, 100, 0}});
    EXPECT_EQ(red(applied("gaussian_blur", {{"kernel_size", 3}, {"sigma", 1}}, row)),
              (Rows{{55, 45, 55}, {55, 45, 55}}));
}

TEST(GaussianBlur, GivesTorchvisionsPixels) {
    const Json goldens = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "operations.json");
    const int height = goldens["height"], width = goldens["width"];
    const cv::Mat picture = picture_from_hex(goldens["rgb"], height, width);
    for (const Json& golden : goldens["gaussian_blur"]) {
        const cv::Mat blurred =
            applied("gaussian_blur", {{"kernel_size", golden["kernel_size"]}, {"sigma", golden["sigma"]}}, picture);
        EXPECT_TRUE(equal(blurred, picture_from_hex(golden["rgb"], height, width))) << golden["kernel_size"];
    }
}

TEST(GaussianBlur, DrawsItsWidth) {
    const Json options = {{"kernel_size", 5}, {"sigma", {0.5, 2}}};
    const cv::Mat picture = smooth(20, 20);
    EXPECT_FALSE(equal(applied("gaussian_blur", options, picture, 1), applied("gaussian_blur", options, picture, 2)));
    Rng rng(1);
    const double sigma = rng.uniform(0.5, 2);
    EXPECT_TRUE(equal(applied("gaussian_blur", options, picture, 1),
                      applied("gaussian_blur", {{"kernel_size", 5}, {"sigma", sigma}}, picture)));
}

TEST(GaussianBlur, NamesOptionsThatCannotBe) {
    EXPECT_EQ(contradictions("gaussian_blur", {{"kernel_size", 4}}),
              std::vector<std::string>{"/kernel_size: found 4, allowed are odd numbers"});
    EXPECT_EQ(contradictions("gaussian_blur", {{"sigma", {2, 1}}}),
              std::vector<std::string>{"/sigma: found [2, 1], allowed is low <= high"});
    EXPECT_THROW((void)operation("gaussian_blur", {{"kernel_size", 9}}, {4, 100}), ConfigError);
}

/// Where a picture of one colour was filled with another; nothing where it was not.
std::optional<cv::Rect> erased_part(const cv::Mat& rgb, int value) {
    cv::Mat plane, places;
    cv::extractChannel(rgb, plane, 0);
    cv::findNonZero(plane == value, places);
    if (places.empty()) return std::nullopt;
    const cv::Rect part = cv::boundingRect(places);
    EXPECT_EQ(static_cast<int>(places.total()), part.area()) << "it is a rectangle";
    return part;
}

TEST(RandomErasing, FillsARectangleOfTheDrawnSizeAnywhere) {
    // a quarter of 64 pixels, as high as wide: 4x4; corners 0 to 4 each way
    const Json options = {{"p", 1}, {"scale", {0.25, 0.25}}, {"ratio", {1, 1}}, {"value", 9}};
    const cv::Mat picture(8, 8, CV_8UC3, cv::Scalar::all(100));
    std::map<int, int> columns, rows;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        const std::optional<cv::Rect> part = erased_part(applied("random_erasing", options, picture, seed), 9);
        ASSERT_TRUE(part);
        ASSERT_EQ(part->size(), cv::Size(4, 4));
        ++columns[part->x];
        ++rows[part->y];
    }
    for (const auto& counts : {columns, rows}) {
        ASSERT_EQ(counts.size(), 5U);
        EXPECT_EQ(counts.begin()->first, 0);
        for (const auto& [at, count] : counts) EXPECT_NEAR(count, 100, 40) << at;
    }
}

TEST(RandomErasing, RoundsHeightAndWidthAsTorchvisionDoes) {
    // 0.2 * 10 * 20 = 40 pixels, ratio 2: sqrt(80) = 8.94 high, sqrt(20) = 4.47 wide
    const Json options = {{"p", 1}, {"scale", {0.2, 0.2}}, {"ratio", {2, 2}}, {"value", 9}};
    const cv::Mat picture(10, 20, CV_8UC3, cv::Scalar::all(100));
    const std::optional<cv::Rect> part = erased_part(applied("random_erasing", options, picture), 9);
    ASSERT_TRUE(part);
    EXPECT_EQ(part->size(), cv::Size(4, 9));
}

TEST(RandomErasing, LeavesThePictureWhereNoRectangleIsSmaller) {
    const cv::Mat picture = smooth(8, 8);
    const Json whole = {{"p", 1}, {"scale", {1, 1}}, {"ratio", {1, 1}}};
    EXPECT_TRUE(equal(applied("random_erasing", whole, picture), picture));
}

TEST(RandomErasing, HappensInAShareOfTheViews) {
    const cv::Mat picture(8, 8, CV_8UC3, cv::Scalar::all(100));
    const auto share = [&](double p) {
        int erased = 0;
        for (std::uint64_t seed = 0; seed < 400; ++seed)
            erased +=
                equal(applied("random_erasing", {{"p", p}, {"scale", {0.1, 0.3}}}, picture, seed), picture) ? 0 : 1;
        return erased / 400.0;
    };
    EXPECT_EQ(share(0), 0);
    EXPECT_NEAR(share(0.25), 0.25, 0.08);
    EXPECT_EQ(share(1), 1);
}

TEST(RandomErasing, FillsWithAColour) {
    const cv::Mat picture(8, 8, CV_8UC3, cv::Scalar::all(100));
    const Json options = {{"p", 1}, {"scale", {0.25, 0.25}}, {"ratio", {1, 1}}, {"value", {1, 2, 3}}};
    const cv::Mat erased = applied("random_erasing", options, picture);
    const std::optional<cv::Rect> part = erased_part(erased, 1);
    ASSERT_TRUE(part);
    EXPECT_EQ(erased.at<cv::Vec3b>(part->tl()), cv::Vec3b(1, 2, 3));
}

TEST(RandomErasing, NamesOptionsThatCannotBe) {
    EXPECT_EQ(contradictions("random_erasing", {{"scale", {0.3, 0.1}}}),
              std::vector<std::string>{"/scale: found [0.3, 0.1], allowed is low <= high"});
    EXPECT_EQ(contradictions("random_erasing", {{"ratio", {2, 1}}}),
              std::vector<std::string>{"/ratio: found [2, 1], allowed is low <= high"});
    EXPECT_EQ(contradictions("random_erasing", {{"value", {1, 2}}}),
              std::vector<std::string>{"/value: found two numbers, allowed are one or three"});
}

TEST(Operations, AreReadFromAListAndCheckedWithTheirPlaceInIt) {
    AugmentationOptions options;
    const Json config = {{"operations", {"random_erasing", {{"name", "gaussian_blur"}, {"kernel_size", 4}}}}};
    EXPECT_TRUE(read_options(config, [&](Fields& fields) { describe(fields, options); }).empty());
    EXPECT_TRUE(enabled(options));
    ASSERT_EQ(options.operations.size(), 2U);
    EXPECT_EQ(options.operations[0].name(), "random_erasing");
    EXPECT_EQ(check_augmentation(options),
              std::vector<std::string>{"/augmentation/operations/1/kernel_size: found 4, allowed are odd numbers"});
    EXPECT_EQ(read_options({{"operations", {"blur"}}}, [&](Fields& fields) { describe(fields, options); }).size(), 1U);
}

}  // namespace
}  // namespace graft

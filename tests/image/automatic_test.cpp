/// @file
/// Pixels and magnitudes of torchvision with Pillow, from tests/golden/automatic_goldens.py.
#include "image/augment/automatic.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <map>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <span>

#include "config/json.hpp"
#include "config/read.hpp"
#include "graft/core/errors.hpp"
#include "image/augment/adjustments.hpp"
#include "image/augment/augmentation.hpp"
#include "pictures.hpp"

namespace graft {
namespace {

using testing::equal;
using testing::grey;
using testing::largest_difference;
using testing::picture_from_hex;
using testing::red;
using testing::smooth;
using Rows = std::vector<std::vector<int>>;

const Json& goldens() {
    static const Json json = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "automatic.json");
    return json;
}
cv::Mat golden_picture(const Json& hex) { return picture_from_hex(hex, goldens()["height"], goldens()["width"]); }
cv::Mat source() { return golden_picture(goldens()["rgb"]); }

OperationPlugin plugin(const std::string& name, const Json& options = Json::object()) {
    OperationPlugin made = builtin_operations().find(name)->make();
    EXPECT_TRUE(read_options(options, [&](Fields& fields) { made.describe(fields); }).empty());
    return made;
}
cv::Mat drawn(const std::string& name, const Json& options, const cv::Mat& rgb, std::uint64_t seed = 0) {
    Rng rng(seed);
    return std::get<PictureOperation>(plugin(name, options).build({.input = rgb.size()}))(rgb, rng);
}

TEST(AutomaticStep, GivesTorchvisionsPixels) {
    for (const Json& golden : goldens()["steps"]) {
        const AutomaticStep step = enum_named<AutomaticStep>(golden["step"].get<std::string>()).value();
        const StepRendering rendering{
            .interpolation = enum_named<StepInterpolation>(golden["interpolation"].get<std::string>()).value(),
            .fill = golden["fill"].get<std::vector<double>>()};
        const cv::Mat result = stepped(source(), step, golden["magnitude"], rendering);
        EXPECT_EQ(largest_difference(result, golden_picture(golden["rgb"])), 0)
            << golden["step"] << " " << golden["magnitude"] << " " << golden["interpolation"];
    }
}

TEST(AutomaticStep, HasTorchvisionsMagnitudes) {
    for (const Json& golden : goldens()["magnitudes"]) {
        const AutomaticStep step = enum_named<AutomaticStep>(golden["step"].get<std::string>()).value();
        const MagnitudeTable table =
            golden["table"] == "rand_augment" ? MagnitudeTable::rand_augment : MagnitudeTable::trivial_augment_wide;
        const auto values = golden["values"].get<std::vector<double>>();
        EXPECT_EQ(is_signed(step), golden["signed"].get<bool>());
        for (std::size_t bin = 0; bin < values.size(); ++bin) {
            EXPECT_EQ(magnitude_of(step, table, static_cast<int>(bin), golden["bins"], {224, 96}), values[bin])
                << golden["step"] << ", " << bin << " of " << golden["bins"];
        }
    }
}

TEST(Adjustments, EvenOutAndStretchHistogramsAsPillow) {
    const Json& many = goldens()["many"];
    const cv::Mat picture = picture_from_hex(many["rgb"], 24, 24);
    EXPECT_TRUE(equal(equalized(picture), picture_from_hex(many["equalize"], 24, 24)));
    EXPECT_TRUE(equal(auto_contrasted(picture), picture_from_hex(many["autocontrast"], 24, 24)));
}

TEST(Adjustments, LeaveAPictureOfOneColour) {
    const cv::Mat plain = grey({{77, 77, 77}, {77, 77, 77}, {77, 77, 77}});
    EXPECT_TRUE(equal(auto_contrasted(plain), plain));
    EXPECT_TRUE(equal(equalized(plain), plain));
    EXPECT_TRUE(equal(with_sharpness(plain, 0), plain));
    EXPECT_TRUE(equal(with_hue(plain, 0.3), plain));
    EXPECT_TRUE(equal(with_contrast(plain, 5), plain));
}

TEST(ColourJitter, GivesTorchvisionsPixels) {
    for (const Json& golden : goldens()["jitter"]) {
        Json options = {{"brightness", 0}, {"contrast", 0}, {"saturation", 0}, {"hue", 0}};
        options[golden["change"].get<std::string>()] = {golden["value"], golden["value"]};
        EXPECT_EQ(largest_difference(drawn("colour_jitter", options, source()), golden_picture(golden["rgb"])), 0)
            << golden["change"] << " " << golden["value"];
    }
}

TEST(ColourJitter, DrawsTheOrderOfItsChanges) {
    // brightness 2 and contrast 0.5 of 100 and 200 (mean 150, after the brightness 228):
    // brightness first 200, 255 -> 214, 241; contrast first 125, 175 -> 250, 255
    const cv::Mat picture = grey({{100, 200}});
    const Json options = {{"brightness", {2, 2}}, {"contrast", {0.5, 0.5}}, {"saturation", 0}, {"hue", 0}};
    std::map<Rows, int> seen;
    for (std::uint64_t seed = 0; seed < 200; ++seed) ++seen[red(drawn("colour_jitter", options, picture, seed))];
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_NEAR((seen[Rows{{214, 241}}]), 100, 40);
    EXPECT_NEAR((seen[Rows{{250, 255}}]), 100, 40);
}

TEST(ColourJitter, DrawsTheSameForOneChangeWhateverElseIsOn) {
    const cv::Mat picture = smooth(8, 8);
    const Json alone = {{"brightness", 0.5}, {"contrast", 0}, {"saturation", 0}};
    Rng rng(5);
    std::array<int, 4> order{0, 1, 2, 3};
    shuffle(std::span<int>(order), rng);
    EXPECT_TRUE(equal(drawn("colour_jitter", alone, picture, 5), with_brightness(picture, rng.uniform(0.5, 1.5))));
}

TEST(ColourJitter, NamesOptionsThatCannotBe) {
    EXPECT_EQ(plugin("colour_jitter", {{"contrast", {2, 1}}}).contradictions(),
              std::vector<std::string>{"/contrast: found [2, 1], allowed is low <= high"});
    EXPECT_EQ(plugin("colour_jitter", {{"hue", -0.1}}).contradictions(),
              std::vector<std::string>{"/hue: found -0.1, a single number is how far the hue may be turned either way: "
                                       "allowed are 0 to 0.5"});
}

TEST(RandomCrop, GivesTorchvisionsPixels) {
    for (const Json& golden : goldens()["crops"]) {
        const Json options = {{"padding", 3}, {"padding_mode", golden["padding_mode"]}, {"fill", 40}};
        std::uint64_t seed = 0;  // the first that draws what the golden was cut at
        for (;; ++seed) {
            Rng rng(seed);
            const int down = static_cast<int>(rng.below(7)) - 3, right = static_cast<int>(rng.below(7)) - 3;
            if (down == golden["down"] && right == golden["right"]) break;
        }
        EXPECT_TRUE(equal(drawn("random_crop", options, source(), seed), golden_picture(golden["rgb"])))
            << golden["padding_mode"] << " " << golden["down"];
    }
}

TEST(RandomCrop, TakesAShareOfTheSideOrPixels) {
    const cv::Mat picture(32, 64, CV_8UC3, cv::Scalar::all(100));  // an eighth: 4 rows and 8 columns at most
    int highest = 0, widest = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        cv::Mat seen, places;
        cv::extractChannel(drawn("random_crop", {{"padding", 0.125}}, picture, seed), seen, 0);
        cv::findNonZero(seen, places);
        const cv::Rect part = cv::boundingRect(places);
        highest = std::max(highest, 32 - part.height);
        widest = std::max(widest, 64 - part.width);
    }
    EXPECT_EQ(highest, 4);
    EXPECT_EQ(widest, 8);
}

TEST(RandomCrop, NamesOptionsThatCannotBe) {
    EXPECT_EQ(plugin("random_crop", {{"fill", {1, 2}}}).contradictions(),
              std::vector<std::string>{"/fill: found two numbers, allowed are one or three"});
    EXPECT_THROW((void)plugin("random_crop", {{"padding", 32}, {"padding_mode", "reflect"}}).build({.input = {32, 32}}),
                 ConfigError);
    EXPECT_NO_THROW(
        (void)plugin("random_crop", {{"padding", 32}, {"padding_mode", "symmetric"}}).build({.input = {32, 32}}));
}

cv::Rect drawn_window(const Json& options, cv::Size picture, std::uint64_t seed) {
    Rng rng(seed);
    return std::get<WindowOperation>(plugin("random_resized_crop", options).build({.input = {32, 32}}))(picture, rng);
}

TEST(RandomResizedCrop, DrawsAPartOfThatAreaAndRatioAnywhere) {
    // a quarter of 40x20 pixels, twice as wide as high: 20x10, at 0..20 and 0..10
    const Json options = {{"scale", {0.25, 0.25}}, {"ratio", {2, 2}}};
    std::map<int, int> columns, rows;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        const cv::Rect part = drawn_window(options, {40, 20}, seed);
        ASSERT_EQ(part.size(), cv::Size(20, 10));
        ++columns[part.x];
        ++rows[part.y];
    }
    ASSERT_EQ(columns.size(), 21U);
    ASSERT_EQ(rows.size(), 11U);
    for (const auto& [at, count] : rows) EXPECT_NEAR(count, 2000 / 11.0, 60) << at;
}

TEST(RandomResizedCrop, TakesTheMiddleWhereNothingFits) {
    // torchvision: 100x10 is wider than 4/3: 13 pixels of the middle; 10x100 narrower than 3/4: round(13.3) rows
    const Json whole = {{"scale", {1, 1}}};
    EXPECT_EQ(drawn_window(whole, {100, 10}, 0), cv::Rect(43, 0, 13, 10));
    EXPECT_EQ(drawn_window(whole, {10, 100}, 0), cv::Rect(0, 43, 10, 13));
}

TEST(RandomResizedCrop, NamesOptionsThatCannotBe) {
    EXPECT_EQ(plugin("random_resized_crop", {{"ratio", {2, 1}}}).contradictions(),
              std::vector<std::string>{"/ratio: found [2, 1], allowed is low <= high"});
}

TEST(RandomResizedCrop, MayOnlyBeTheFirst) {
    AugmentationOptions options;
    options.operations = {plugin("random_erasing"), plugin("random_resized_crop")};
    EXPECT_EQ(
        check_augmentation(options),
        std::vector<std::string>{"/augmentation/operations/1: random_resized_crop cuts its part out of the picture "
                                 "before anything else is done to it: it may only be the first of the list"});
    options.operations = {plugin("random_resized_crop"), plugin("random_erasing")};
    EXPECT_TRUE(check_augmentation(options).empty());
}

TEST(RandAugment, DoesDrawnStepsOfOneStrength) {
    const cv::Mat picture = smooth(40, 50);
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        Rng rng(seed);
        cv::Mat expected = picture;
        for (int i = 0; i < 3; ++i) {
            const auto step = static_cast<AutomaticStep>(rng.below(14));
            const double sign = rng.uniform() < 0.5 && is_signed(step) ? -1 : 1;
            expected = stepped(expected, step,
                               sign * magnitude_of(step, MagnitudeTable::rand_augment, 12, 31, picture.size()), {});
        }
        EXPECT_TRUE(equal(drawn("rand_augment", {{"num_ops", 3}, {"magnitude", 12}}, picture, seed), expected));
    }
}

TEST(RandAugment, NamesOptionsThatCannotBe) {
    EXPECT_EQ(plugin("rand_augment", {{"magnitude", 31}, {"fill", {1, 2}}}).contradictions(),
              (std::vector<std::string>{"/fill: found two numbers, allowed are one or three",
                                        "/magnitude: found 31, allowed are 0 to 30, for there are 31 strengths"}));
}

TEST(TrivialAugment, DoesOneStepOfADrawnStrength) {
    const cv::Mat picture = smooth(40, 50);
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        Rng rng(seed);
        const auto step = static_cast<AutomaticStep>(rng.below(14));
        const auto bin = static_cast<int>(rng.below(31));
        const double sign = rng.uniform() < 0.5 && is_signed(step) ? -1 : 1;
        const double magnitude = magnitude_of(step, MagnitudeTable::trivial_augment_wide, bin, 31, picture.size());
        EXPECT_TRUE(equal(drawn("trivial_augment", Json::object(), picture, seed),
                          stepped(picture, step, sign * magnitude, {})));
    }
}

TEST(RandomColourChanges, ChangeAShareOfTheViewsAsTheirOptionsSay) {
    const cv::Mat picture = smooth(20, 30);
    EXPECT_TRUE(equal(drawn("random_autocontrast", {{"p", 1}}, picture), auto_contrasted(picture)));
    EXPECT_TRUE(equal(drawn("random_equalize", {{"p", 1}}, picture), equalized(picture)));
    EXPECT_TRUE(equal(drawn("random_posterize", {{"p", 1}, {"bits", 2}}, picture), posterized(picture, 2)));
    EXPECT_TRUE(equal(drawn("random_solarize", {{"p", 1}, {"threshold", 90}}, picture), solarized(picture, 90)));
    EXPECT_TRUE(equal(drawn("random_adjust_sharpness", {{"p", 1}, {"sharpness_factor", 3}}, picture),
                      with_sharpness(picture, 3)));
    EXPECT_TRUE(equal(drawn("random_invert", {{"p", 1}}, picture), cv::Scalar::all(255) - picture));
    EXPECT_TRUE(equal(drawn("random_grayscale", {{"p", 1}}, picture), greyscale(picture)));
    for (const char* name : {"random_autocontrast", "random_equalize", "random_posterize", "random_solarize",
                             "random_adjust_sharpness", "random_invert", "random_grayscale"}) {
        int changed = 0;
        for (std::uint64_t seed = 0; seed < 200; ++seed)
            changed += equal(drawn(name, {{"p", 0.25}}, picture, seed), picture) ? 0 : 1;
        EXPECT_NEAR(changed, 50, 25) << name;
    }
}

TEST(Greyscale, WeighsTheColoursAsPillow) {
    cv::Mat rgb(1, 3, CV_8UC3);
    rgb.at<cv::Vec3b>(0, 0) = {255, 0, 0};  // 0.299 * 255 = 76.2
    rgb.at<cv::Vec3b>(0, 1) = {0, 255, 0};  // 149.7
    rgb.at<cv::Vec3b>(0, 2) = {0, 0, 255};  // 29.1
    EXPECT_EQ(red(greyscale(rgb)), (Rows{{76, 150, 29}}));
}

}  // namespace
}  // namespace graft

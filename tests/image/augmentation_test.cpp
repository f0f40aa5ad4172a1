#include "image/augment/augmentation.hpp"

#include <gtest/gtest.h>

#include "config/read.hpp"

namespace graft {
namespace {

using Problems = std::vector<std::string>;

AugmentationOptions read(const std::string& text) {
    AugmentationOptions options;
    EXPECT_EQ(read_options(Json::parse(text), [&](Fields& fields) { describe(fields, options); }), Problems{});
    return options;
}

Problems problems_of(const std::string& text) {
    AugmentationOptions options;
    return read_options(Json::parse(text), [&](Fields& fields) { describe(fields, options); });
}

Json written(AugmentationOptions options) {
    return write_options([&](Fields& fields) { describe(fields, options); });
}

TEST(Augmentation, VariesNothingByDefault) {
    EXPECT_FALSE(enabled(AugmentationOptions()));
    EXPECT_FALSE(
        enabled(read(R"({"fill_mode": "wrap", "cval": 9, "zoom_range": [1, 1], "brightness_range": [1, 1]})")));
    EXPECT_EQ(check_augmentation(AugmentationOptions()), Problems{});
}

TEST(Augmentation, IsEnabledByEachKindAlone) {
    for (const char* text :
         {R"({"rotation_range": 1})", R"({"width_shift_range": 0.1})", R"({"height_shift_range": 0.1})",
          R"({"shear_range": 1})", R"({"zoom_range": 0.1})", R"({"horizontal_flip": true})",
          R"({"vertical_flip": true})", R"({"brightness_range": [0.5, 1]})", R"({"channel_shift_range": 1})",
          R"({"zoom_range": [0.9, 0.9]})"})
        EXPECT_TRUE(enabled(read(text))) << text;
}

TEST(Augmentation, ReadsKerassNames) {
    const AugmentationOptions options =
        read(R"({"rotation_range": 20, "width_shift_range": 0.2, "height_shift_range": 0.1, "shear_range": 5,
                 "zoom_range": [0.8, 1.1], "horizontal_flip": true, "vertical_flip": true,
                 "brightness_range": [0.5, 1.5], "channel_shift_range": 10, "fill_mode": "reflect", "cval": 7})");
    const AugmentationOptions expected{20, 0.2, 0.1, 5, {0.8, 1.1}, true, true, {0.5, 1.5}, 10, FillMode::reflect, 7};
    EXPECT_EQ(written(options), written(expected));
    EXPECT_EQ(check_augmentation(options), Problems{});
}

TEST(Augmentation, IsWrittenAndReadBack) {
    AugmentationOptions options{20, 0.2, 3, 5, {0.25}, true, false, {0.5, 1.5}, 10, FillMode::constant, 7.5};
    options.operations = {builtin_operations().find("random_erasing")->make()};
    const Json document = written(options);
    const AugmentationOptions again = read(document.dump());
    EXPECT_EQ(written(again), document);
    EXPECT_EQ(again.zoom_range, options.zoom_range);
    EXPECT_EQ(again.fill_mode, FillMode::constant);
    EXPECT_EQ(again.operations.at(0).name(), "random_erasing");
}

TEST(Augmentation, TakesASingleZoomAsFactorsAroundOne) {
    const FactorRange factors = zoom_factors(read(R"({"zoom_range": 0.25})"));
    EXPECT_DOUBLE_EQ(factors.low, 0.75);
    EXPECT_DOUBLE_EQ(factors.high, 1.25);
}

TEST(Augmentation, TakesAPairAsTheFactorsThemselves) {
    const FactorRange factors = zoom_factors(read(R"({"zoom_range": [0.5, 0.8]})"));
    EXPECT_DOUBLE_EQ(factors.low, 0.5);
    EXPECT_DOUBLE_EQ(factors.high, 0.8);
}

TEST(Augmentation, RefusesValuesOutOfTheirRange) {
    for (const char* text :
         {R"({"rotation_range": -1})", R"({"rotation_range": 181})", R"({"width_shift_range": -0.1})",
          R"({"height_shift_range": -0.1})", R"({"shear_range": 90})", R"({"zoom_range": []})",
          R"({"zoom_range": [1, 1, 1]})", R"({"brightness_range": [-1, 1]})", R"({"channel_shift_range": 256})",
          R"({"cval": 256})", R"({"cval": -1})", R"({"fill_mode": "mirror"})"})
        EXPECT_EQ(problems_of(text).size(), 1U) << text;
}

TEST(Augmentation, SaysWhatIsWrongWithAZoomRange) {
    AugmentationOptions options;
    options.zoom_range = {1.2, 0.8};
    EXPECT_EQ(check_augmentation(options),
              Problems{"/augmentation/zoom_range: found [1.2, 0.8], two numbers are the lowest and the highest factor: "
                       "allowed are 0 < low <= high"});
    options.zoom_range = {0, 1.5};
    EXPECT_EQ(check_augmentation(options),
              Problems{"/augmentation/zoom_range: found [0, 1.5], two numbers are the lowest and the highest factor: "
                       "allowed are 0 < low <= high"});
    options.zoom_range = {1};
    EXPECT_EQ(check_augmentation(options),
              Problems{"/augmentation/zoom_range: found [1], a single number z means the factors 1-z to 1+z: allowed "
                       "are 0 <= z < 1"});
}

TEST(Augmentation, SaysWhatIsWrongWithABrightnessRange) {
    AugmentationOptions options;
    options.brightness_range = {1.5, 0.5};
    EXPECT_EQ(check_augmentation(options),
              Problems{"/augmentation/brightness_range: found [1.5, 0.5], allowed are 0 <= low <= high"});
    options.brightness_range = {0.5};
    EXPECT_EQ(check_augmentation(options),
              Problems{"/augmentation/brightness_range: found [0.5], allowed is [low, high], or [] for no change"});
}

TEST(Augmentation, ReportsAllProblemsAtOnce) {
    AugmentationOptions options;
    options.zoom_range = {2, 1};
    options.brightness_range = {2, 1};
    EXPECT_EQ(check_augmentation(options).size(), 2U);
}

}  // namespace
}  // namespace graft

/// @file
/// Views as Keras renders them, from tests/golden/augmentation_goldens.py. Keras interpolates in floating point;
/// cv::warpAffine and cv::remap round each position to 1/32 pixel, which moves a value by up to 1/64 of the difference
/// of its neighbours on each axis. That is below rounding on smooth pictures and up to 8 levels between black and
/// white neighbours; the noise here is uniform, the hardest picture there is.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "config/json.hpp"
#include "image/augment/view.hpp"
#include "pictures.hpp"

namespace graft {
namespace {

using testing::largest_difference;
using testing::mean_difference;
using testing::picture_from_hex;

View view_from_json(const Json& json) {
    View view;
    view.theta = json.value("theta", view.theta);
    view.shift_x = json.value("shift_x", view.shift_x);
    view.shift_y = json.value("shift_y", view.shift_y);
    view.shear = json.value("shear", view.shear);
    view.zoom_x = json.value("zoom_x", view.zoom_x);
    view.zoom_y = json.value("zoom_y", view.zoom_y);
    view.flip_horizontal = json.value("flip_horizontal", view.flip_horizontal);
    view.flip_vertical = json.value("flip_vertical", view.flip_vertical);
    view.brightness = json.value("brightness", view.brightness);
    view.channel_shift = json.value("channel_shift", view.channel_shift);
    return view;
}

struct Difference {
    std::string name;
    double largest = 0, mean = 0;
};

/// graft against Keras, for every golden case of that picture; warped ones or those that only change colours.
std::vector<Difference> differences(const std::string& picture, bool warped) {
    const Json goldens = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "augmentation.json");
    const int size = goldens["pictures"][picture]["size"];
    const cv::Mat source = picture_from_hex(goldens["pictures"][picture]["rgb"], size, size);
    Preprocessing preprocessing;
    preprocessing.height = preprocessing.width = size;
    std::vector<Difference> all;
    for (const Json& golden : goldens["cases"]) {
        const View view = view_from_json(golden["view"]);
        const bool is_warped = view.theta != 0 || view.shift_x != 0 || view.shear != 0 || view.zoom_x != 1;
        if (golden["picture"] != picture || is_warped != warped) continue;
        AugmentationOptions options;
        options.fill_mode = enum_named<FillMode>(golden["fill_mode"].get<std::string>()).value();
        options.cval = goldens["cval"];
        const cv::Mat rendered = render_view(source, view, options, preprocessing);
        const cv::Mat expected = picture_from_hex(golden["rgb"], size, size);
        all.push_back({std::string(golden["name"]) + ", " + std::string(golden["fill_mode"]),
                       largest_difference(rendered, expected), mean_difference(rendered, expected)});
    }
    return all;
}

TEST(ViewGolden, SmoothPicturesAgreeWithKerasToWithinRoundingInEveryFillMode) {
    const std::vector<Difference> all = differences("smooth", true);
    EXPECT_EQ(all.size(), 24U);
    for (const Difference& difference : all) {
        EXPECT_LE(difference.largest, 1) << difference.name;
        EXPECT_LE(difference.mean, 0.15) << difference.name;
    }
}

TEST(ViewGolden, NoiseAgreesWithKerasToWithinThePrecisionOfPositions) {
    const std::vector<Difference> all = differences("noise", true);
    EXPECT_EQ(all.size(), 13U);
    for (const Difference& difference : all) {
        EXPECT_LE(difference.largest, 8) << difference.name;
        EXPECT_LE(difference.mean, 1.2) << difference.name;
    }
}

TEST(ViewGolden, ColoursAgreeWithKerasToWithinRounding) {
    const std::vector<Difference> all = differences("noise", false);
    EXPECT_EQ(all.size(), 5U);
    for (const Difference& difference : all) EXPECT_LE(difference.largest, 1) << difference.name;
}

}  // namespace
}  // namespace graft

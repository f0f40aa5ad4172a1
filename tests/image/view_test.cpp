#include "image/augment/view.hpp"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "image/network_inputs.hpp"
#include "pictures.hpp"

namespace graft {
namespace {

using testing::equal;
using testing::grey;
using testing::input_of;
using testing::largest_difference;
using testing::mean_difference;
using testing::noise;
using testing::red;
using testing::smooth;
using Rows = std::vector<std::vector<int>>;

AugmentationOptions filled(FillMode mode, double cval = 0) {
    AugmentationOptions options;
    options.fill_mode = mode;
    options.cval = cval;
    return options;
}

View turned(double theta) {
    View view;
    view.theta = theta;
    return view;
}

View shifted(double x, double y) {
    View view;
    view.shift_x = x;
    view.shift_y = y;
    return view;
}

View zoomed(double x, double y) {
    View view;
    view.zoom_x = x;
    view.zoom_y = y;
    return view;
}

View flipped(bool horizontal, bool vertical) {
    View view;
    view.flip_horizontal = horizontal;
    view.flip_vertical = vertical;
    return view;
}

/// A picture at its own size.
cv::Mat rendered(const cv::Mat& rgb, const View& view, FillMode mode = FillMode::nearest, double cval = 0) {
    return render_view(rgb, view, filled(mode, cval), input_of(rgb.rows, rgb.cols));
}

/// A view of which every part is in use.
View busy_view() {
    View view;
    view.theta = 12;
    view.shift_x = 9.5;
    view.shift_y = -14.25;
    view.shear = 7;
    view.zoom_x = 0.9;
    view.zoom_y = 1.1;
    return view;
}

TEST(RenderView, IdentityIsTheResizedPicture) {
    for (const Interpolation interpolation : {Interpolation::nearest, Interpolation::bilinear, Interpolation::bicubic})
        for (const cv::Size size : {cv::Size(32, 32), cv::Size(90, 20), cv::Size(200, 160), cv::Size(48, 64)}) {
            const cv::Mat rgb = noise(size.height, size.width);
            const Preprocessing preprocessing = input_of(64, 48, interpolation);
            EXPECT_TRUE(equal(render_view(rgb, View(), {}, preprocessing), resize_to_input(rgb, preprocessing)));
        }
}

TEST(RenderView, FlipsAloneAreTheResizedPictureFlipped) {
    const cv::Mat rgb = noise(20, 90);
    const Preprocessing preprocessing = input_of(64, 48, Interpolation::bicubic);
    cv::Mat expected;
    cv::flip(resize_to_input(rgb, preprocessing), expected, 1);
    EXPECT_TRUE(equal(render_view(rgb, flipped(true, false), {}, preprocessing), expected));
    cv::flip(resize_to_input(rgb, preprocessing), expected, 0);
    EXPECT_TRUE(equal(render_view(rgb, flipped(false, true), {}, preprocessing), expected));
    cv::flip(resize_to_input(rgb, preprocessing), expected, -1);
    EXPECT_TRUE(equal(render_view(rgb, flipped(true, true), {}, preprocessing), expected));
}

TEST(RenderView, FlippedTwiceIsThePictureItself) {
    const cv::Mat rgb = noise(13, 17);
    for (const View& view : {flipped(true, false), flipped(false, true), flipped(true, true)})
        EXPECT_TRUE(equal(rendered(rendered(rgb, view), view), rgb));
}

TEST(RenderView, FlipsWhatIsWarped) {
    const cv::Mat rgb = smooth(40, 60);
    View view = busy_view();
    cv::Mat expected;
    cv::flip(rendered(rgb, view), expected, -1);
    view.flip_horizontal = view.flip_vertical = true;
    EXPECT_LE(largest_difference(rendered(rgb, view), expected), 1);
}

TEST(RenderView, LeavesTheSourceAsItIs) {
    const cv::Mat rgb = noise(16, 16), before = rgb.clone();
    View view;
    view.brightness = 0.5;
    view.channel_shift = 20;
    const cv::Mat result = rendered(rgb, view);
    EXPECT_TRUE(equal(rgb, before));
    EXPECT_NE(rendered(rgb, View()).data, rgb.data);
}

TEST(RenderView, PositiveThetaTurnsCounterClockwiseAboutTheCentre) {
    const cv::Mat rgb = noise(9, 9);
    cv::Mat expected;
    cv::rotate(rgb, expected, cv::ROTATE_90_COUNTERCLOCKWISE);
    EXPECT_TRUE(equal(rendered(rgb, turned(90)), expected));
    cv::rotate(rgb, expected, cv::ROTATE_90_CLOCKWISE);
    EXPECT_TRUE(equal(rendered(rgb, turned(-90)), expected));
}

TEST(RenderView, TurningBy90DegreesKeepsEvenPicturesAndEveryFillModeExact) {
    const cv::Mat rgb = noise(8, 8);
    cv::Mat expected;
    cv::rotate(rgb, expected, cv::ROTATE_90_COUNTERCLOCKWISE);
    for (const FillMode mode : {FillMode::nearest, FillMode::reflect, FillMode::wrap, FillMode::constant})
        EXPECT_TRUE(equal(rendered(rgb, turned(90), mode, 77), expected));
}

TEST(RenderView, TurnsAPictureThatIsNotSquareAboutItsOwnCentre) {
    const cv::Mat rgb = noise(6, 11);
    cv::Mat expected;
    cv::rotate(rgb, expected, cv::ROTATE_180);
    EXPECT_TRUE(equal(rendered(rgb, turned(180)), expected));
}

TEST(RenderView, WidthShiftMovesAlongTheWidthAlsoWhenThePictureIsNotSquare) {
    const cv::Mat rgb = grey({{1, 2, 3, 4}, {5, 6, 7, 8}});
    EXPECT_EQ(red(rendered(rgb, shifted(1, 0))), (Rows{{2, 3, 4, 4}, {6, 7, 8, 8}}));
    EXPECT_EQ(red(rendered(rgb, shifted(-1, 0))), (Rows{{1, 1, 2, 3}, {5, 5, 6, 7}}));
}

TEST(RenderView, HeightShiftMovesAlongTheHeightAlsoWhenThePictureIsNotSquare) {
    const cv::Mat rgb = grey({{1, 2, 3, 4}, {5, 6, 7, 8}});
    EXPECT_EQ(red(rendered(rgb, shifted(0, 1))), (Rows{{5, 6, 7, 8}, {5, 6, 7, 8}}));
    EXPECT_EQ(red(rendered(rgb, shifted(0, -1))), (Rows{{1, 2, 3, 4}, {1, 2, 3, 4}}));
}

TEST(RenderView, ZoomBelowOneMagnifiesItsAxisAboutTheCentre) {
    const cv::Mat rgb = grey({{0, 40, 80, 120, 160}, {0, 40, 80, 120, 160}});
    EXPECT_EQ(red(rendered(rgb, zoomed(0.5, 1)))[0], (std::vector{40, 60, 80, 100, 120}));
    EXPECT_EQ(red(rendered(rgb, zoomed(2, 1)))[0], (std::vector{0, 0, 80, 160, 160}));
    EXPECT_EQ(red(rendered(rgb, zoomed(1, 0.5))), red(rgb));
}

TEST(RenderView, ShearsByTheMatrixOfKeras) {
    View view;
    view.shear = 30;  // sin 0.5, cos 0.866
    const cv::Matx23d matrix = view_matrix(view, {5, 3});
    const cv::Vec2d centre = matrix * cv::Vec3d(2, 1, 1), below = matrix * cv::Vec3d(2, 2, 1);
    EXPECT_NEAR(centre[0], 2, 1e-12);
    EXPECT_NEAR(centre[1], 1, 1e-12);
    EXPECT_NEAR(below[0], 1.5, 1e-12);
    EXPECT_NEAR(below[1], 1.8660254, 1e-6);
}

TEST(RenderView, FillsBeyondTheEdgeAsTheModeSays) {
    const cv::Mat rgb = grey({{10, 20, 30, 40}});
    const View view = shifted(2, 0);
    EXPECT_EQ(red(rendered(rgb, view, FillMode::nearest)), (Rows{{30, 40, 40, 40}}));
    EXPECT_EQ(red(rendered(rgb, view, FillMode::reflect)), (Rows{{30, 40, 40, 30}}));
    EXPECT_EQ(red(rendered(rgb, view, FillMode::wrap)), (Rows{{30, 40, 20, 30}}));  // 40 and 10 fall together
    EXPECT_EQ(red(rendered(rgb, view, FillMode::constant, 7)), (Rows{{30, 40, 7, 7}}));
}

TEST(RenderView, FillsAPictureOfOnePixel) {
    const cv::Mat rgb = grey({{90}});
    for (const FillMode mode : {FillMode::nearest, FillMode::reflect, FillMode::wrap})
        EXPECT_EQ(red(rendered(rgb, shifted(3.5, -2), mode)), (Rows{{90}}));
    EXPECT_EQ(red(rendered(rgb, shifted(3.5, -2), FillMode::constant, 7)), (Rows{{7}}));
}

TEST(RenderView, ConstantIsNotMixedIntoTheEdgeOfAnEnlargedPicture) {
    const cv::Mat rgb(8, 8, CV_8UC3, cv::Scalar::all(200));
    const cv::Mat result = render_view(rgb, shifted(4, 0), filled(FillMode::constant, 0), input_of(56, 56));
    EXPECT_TRUE(equal(result.colRange(0, 52), cv::Mat(56, 52, CV_8UC3, cv::Scalar::all(200))));
    EXPECT_TRUE(equal(result.colRange(52, 56), cv::Mat(56, 4, CV_8UC3, cv::Scalar::all(0))));
}

TEST(RenderView, OneWarpEnlargesAsTheBilinearResizeDoes) {
    // A turn too small to move anything takes the way of the warp.
    const Preprocessing preprocessing = input_of(224, 224);
    for (const FillMode mode : {FillMode::nearest, FillMode::reflect, FillMode::wrap, FillMode::constant}) {
        const cv::Mat rgb = smooth(32, 32);
        const cv::Mat warped = render_view(rgb, turned(1e-12), filled(mode, 255), preprocessing);
        EXPECT_LE(largest_difference(warped, resize_to_input(rgb, preprocessing)), 1);
    }
    const cv::Mat rough = noise(32, 32);
    const cv::Mat warped = render_view(rough, turned(1e-12), {}, preprocessing);
    EXPECT_LE(largest_difference(warped, resize_to_input(rough, preprocessing)), 8);  // 1/64 pixel per axis
}

TEST(RenderView, OneWarpIsTheWarpOfTheResizedPictureInEveryFillMode) {
    const cv::Mat rgb = smooth(40, 30);
    for (const FillMode mode : {FillMode::nearest, FillMode::reflect, FillMode::wrap, FillMode::constant}) {
        const Preprocessing preprocessing = input_of(120, 150);
        const cv::Mat once = render_view(rgb, busy_view(), filled(mode, 90), preprocessing);
        const cv::Mat twice =
            render_view(resize_to_input(rgb, preprocessing), busy_view(), filled(mode, 90), preprocessing);
        EXPECT_LE(largest_difference(once, twice), 2);
        EXPECT_LE(mean_difference(once, twice), 0.35);
    }
}

TEST(RenderView, WarpsWhatNearestAndBicubicHaveEnlarged) {
    const cv::Mat rgb = noise(20, 20);
    for (const Interpolation interpolation : {Interpolation::nearest, Interpolation::bicubic}) {
        const Preprocessing preprocessing = input_of(60, 60, interpolation);
        EXPECT_TRUE(equal(render_view(rgb, busy_view(), {}, preprocessing),
                          render_view(resize_to_input(rgb, preprocessing), busy_view(), {}, preprocessing)));
    }
}

TEST(RenderView, AveragesAreasBeforeItWarpsALargePicture) {
    const cv::Mat rgb = noise(300, 200);
    const Preprocessing preprocessing = input_of(64, 64);
    EXPECT_TRUE(equal(render_view(rgb, busy_view(), {}, preprocessing),
                      render_view(resize_to_input(rgb, preprocessing), busy_view(), {}, preprocessing)));
}

TEST(RenderView, ViewsOfAReducedPictureAreThoseOfThePicture) {
    const cv::Mat rgb = noise(100, 90);
    Preprocessing preprocessing = input_of(64, 48);
    preprocessing.resize = ResizeMode::center_crop;
    const ReducedImage reduced = reduce_to_input(rgb, preprocessing);
    for (const View& view : {View(), busy_view(), flipped(true, false)})
        EXPECT_TRUE(equal(render_view(reduced, view, {}, preprocessing), render_view(rgb, view, {}, preprocessing)));
}

TEST(RenderView, NeverShowsWhatACentreCropCutOff) {
    cv::Mat rgb(40, 40, CV_8UC3, cv::Scalar::all(255));
    rgb({10, 10, 20, 20}).setTo(cv::Scalar::all(50));
    Preprocessing preprocessing = input_of(30, 30);
    preprocessing.resize = ResizeMode::center_crop;
    preprocessing.crop_fraction = 0.5;
    for (const FillMode mode : {FillMode::nearest, FillMode::reflect, FillMode::wrap, FillMode::constant})
        EXPECT_TRUE(equal(render_view(rgb, busy_view(), filled(mode, 50), preprocessing),
                          cv::Mat(30, 30, CV_8UC3, cv::Scalar::all(50))));
}

TEST(RenderView, BrightnessMultipliesAndSaturates) {
    View view;
    view.brightness = 1.5;
    EXPECT_EQ(red(rendered(grey({{0, 10, 101, 200}}), view)), (Rows{{0, 15, 152, 255}}));
    view.brightness = 0;
    EXPECT_EQ(red(rendered(grey({{0, 10, 101, 200}}), view)), (Rows{{0, 0, 0, 0}}));
}

TEST(RenderView, ChannelShiftStaysWithinThePicturesOwnRange) {
    View view;
    view.channel_shift = 30.4;
    EXPECT_EQ(red(rendered(grey({{20, 60, 150, 170}}), view)), (Rows{{50, 90, 170, 170}}));
    view.channel_shift = -50;
    EXPECT_EQ(red(rendered(grey({{20, 60, 150, 170}}), view)), (Rows{{20, 20, 100, 120}}));
}

TEST(RenderView, IsOfTheInputsSizeTypeAndContinuous) {
    const cv::Mat result = render_view(noise(31, 57), busy_view(), {}, input_of(40, 24));
    EXPECT_EQ(result.size(), cv::Size(24, 40));
    EXPECT_EQ(result.type(), CV_8UC3);
    EXPECT_TRUE(result.isContinuous());
}

}  // namespace
}  // namespace graft

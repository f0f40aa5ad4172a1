#include <gtest/gtest.h>

#include <algorithm>

#include "image/augment/view.hpp"

namespace graft {
namespace {

AugmentationOptions everything() {
    return {20, 0.2, 3, 10, {0.8, 1.1}, true, true, {0.5, 1.5}, 25, FillMode::nearest, 0};
}

TEST(DrawView, TakesNothingButTheIdentityFromOptionsThatVaryNothing) {
    Rng rng(1);
    EXPECT_EQ(draw_view(AugmentationOptions(), {224, 224}, rng), View());
}

TEST(DrawView, StaysWithinTheRangesAndFillsThem) {
    Rng rng(2);
    View low = draw_view(everything(), {200, 100}, rng), high = low;
    int horizontal = 0, vertical = 0;
    for (int i = 0; i < 2000; ++i) {
        const View view = draw_view(everything(), {200, 100}, rng);
        for (double View::*part : {&View::theta, &View::shift_x, &View::shift_y, &View::shear, &View::zoom_x,
                                   &View::zoom_y, &View::brightness, &View::channel_shift}) {
            low.*part = std::min(low.*part, view.*part);
            high.*part = std::max(high.*part, view.*part);
        }
        horizontal += view.flip_horizontal;
        vertical += view.flip_vertical;
    }
    const auto expect_range = [&](double View::*part, double least, double most) {
        const double slack = (most - least) / 100;
        EXPECT_TRUE(low.*part >= least && low.*part < least + slack) << low.*part << " for " << least;
        EXPECT_TRUE(high.*part <= most && high.*part > most - slack) << high.*part << " for " << most;
    };
    expect_range(&View::theta, -20, 20);
    expect_range(&View::shift_x, -40, 40);  // 0.2 of the width
    expect_range(&View::shift_y, -3, 3);    // pixels
    expect_range(&View::shear, -10, 10);
    expect_range(&View::zoom_x, 0.8, 1.1);
    expect_range(&View::zoom_y, 0.8, 1.1);
    expect_range(&View::brightness, 0.5, 1.5);
    expect_range(&View::channel_shift, -25, 25);
    EXPECT_NEAR(horizontal, 1000, 100);
    EXPECT_NEAR(vertical, 1000, 100);
}

TEST(DrawView, ZoomsTheAxesIndependently) {
    Rng rng(3);
    const View view = draw_view(everything(), {10, 10}, rng);
    EXPECT_NE(view.zoom_x, view.zoom_y);
}

TEST(DrawView, TakesItsNumbersInTheDocumentedOrder) {
    Rng rng(4), same(4);
    const View view = draw_view(everything(), {200, 100}, rng);
    const View expected{same.uniform(-20, 20),  same.uniform(-40, 40),  same.uniform(-3, 3), same.uniform(-10, 10),
                        same.uniform(0.8, 1.1), same.uniform(0.8, 1.1), same.bernoulli(0.5), same.bernoulli(0.5),
                        same.uniform(0.5, 1.5), same.uniform(-25, 25)};
    EXPECT_EQ(view, expected);
    EXPECT_EQ(rng.uniform(), same.uniform());
}

TEST(DrawView, OneKindDoesNotChangeWhatIsDrawnForAnother) {
    AugmentationOptions fewer = everything();
    fewer.rotation_range = fewer.width_shift_range = 0;
    fewer.zoom_range = {0};
    fewer.horizontal_flip = false;
    Rng rng(5), same(5);
    const View all = draw_view(everything(), {50, 50}, rng), few = draw_view(fewer, {50, 50}, same);
    EXPECT_EQ(few.theta, 0);
    EXPECT_EQ(few.shift_y, all.shift_y);
    EXPECT_EQ(few.shear, all.shear);
    EXPECT_EQ(few.flip_vertical, all.flip_vertical);
    EXPECT_EQ(few.brightness, all.brightness);
    EXPECT_EQ(few.channel_shift, all.channel_shift);
}

}  // namespace
}  // namespace graft

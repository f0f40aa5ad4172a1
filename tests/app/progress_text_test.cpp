#include "app/terminal/progress_text.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "core/text_layout.hpp"

namespace graft {
namespace {

Progress images(std::size_t done, std::size_t total, double seconds) {
    return {.phase = "epoch 1/3", .unit = "images", .done = done, .total = total, .seconds = seconds};
}

TEST(ProgressText, SaysHowFarHowFastAndHowLong) {
    Progress progress = images(992, 1600, 0.8);
    progress.detail = "loss 0.3113";
    EXPECT_EQ(progress_text(progress), " 62 %  992/1600 images  1,240 images/s  0:00 left  loss 0.3113");
}

TEST(ProgressText, LeavesOutWhatIsNotKnownYet) {
    EXPECT_EQ(progress_text(images(0, 1600, 0)), "  0 %  0/1600 images");
    EXPECT_EQ(progress_text(images(0, 1600, 5)), "  0 %  0/1600 images");
    EXPECT_EQ(progress_text(images(5, 1600, 0)), "  0 %  5/1600 images");
}

TEST(ProgressText, CountsNoEarlierWorkAsItsSpeed) {
    Progress progress = images(900, 1000, 10);
    progress.earlier = 800;
    EXPECT_EQ(progress_text(progress), " 90 %  900/1000 images  10 images/s  0:10 left");
    progress.done = 800;
    EXPECT_EQ(progress_text(progress), " 80 %  800/1000 images");
}

TEST(ProgressText, RoundsThePercentageDown) {
    EXPECT_EQ(progress_text(images(1599, 1600, 0)), " 99 %  1599/1600 images");
    EXPECT_EQ(progress_text(images(1600, 1600, 0)), "100 %  1600/1600 images");
}

TEST(ProgressText, WritesSlowRatesWithDecimals) {
    EXPECT_EQ(progress_text(images(1, 10, 4)), " 10 %  1/10 images  0.25 images/s  0:36 left");
    EXPECT_EQ(progress_text(images(5, 10, 2)), " 50 %  5/10 images  2.5 images/s  0:02 left");
    EXPECT_EQ(progress_text(images(199, 200, 20)), " 99 %  199/200 images  10 images/s  0:00 left");
    EXPECT_EQ(progress_text(images(1, 7201, 1)), "  0 %  1/7201 images  1.0 images/s  2:00:00 left");
}

TEST(ProgressText, SurvivesAPhaseOfNothingAndMoreDoneThanExpected) {
    EXPECT_EQ(progress_text(images(0, 0, 1)), "100 %  0/0 images");
    EXPECT_EQ(progress_text(images(12, 10, 1)), "100 %  12/10 images  12 images/s  0:00 left");
    EXPECT_EQ(share_done(images(12, 10, 1)), 1);
    EXPECT_EQ(share_done(images(0, 0, 1)), 1);
    EXPECT_EQ(share_done(images(1, 4, 1)), 0.25);
}

TEST(ProgressBar, FillsHalfCells) {
    EXPECT_EQ(progress_bar(0, 4, false), "    ");
    EXPECT_EQ(progress_bar(0.5, 4, false), "==  ");
    EXPECT_EQ(progress_bar(0.625, 4, false), "==- ");
    EXPECT_EQ(progress_bar(1, 4, false), "====");
    EXPECT_EQ(progress_bar(0.625, 4, true), "━━╸ ");
}

TEST(ProgressBar, StaysWithinItsCells) {
    EXPECT_EQ(progress_bar(-1, 3, false), "   ");
    EXPECT_EQ(progress_bar(7, 3, false), "===");
    for (int percent = 0; percent <= 100; ++percent)
        EXPECT_EQ(display_width(progress_bar(percent / 100.0, 19, true)), 19) << percent;
}

TEST(DurationText, HasHoursOnlyWhereThereAreAny) {
    EXPECT_EQ(duration_text(0), "0:00");
    EXPECT_EQ(duration_text(7.4), "0:07");
    EXPECT_EQ(duration_text(59.6), "1:00");
    EXPECT_EQ(duration_text(754), "12:34");
    EXPECT_EQ(duration_text(3599), "59:59");
    EXPECT_EQ(duration_text(3723), "1:02:03");
    EXPECT_EQ(duration_text(360'000), "100:00:00");
    EXPECT_EQ(duration_text(-5), "0:00");
}

}  // namespace
}  // namespace graft

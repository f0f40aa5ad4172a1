#include "report/plot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "report/figures.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

auto near(const std::vector<double>& values) { return ::testing::Pointwise(::testing::DoubleNear(1e-9), values); }

std::vector<double> ticks(double low, double high, std::size_t count, bool whole = false) {
    return tick_places({.name = "", .low = low, .high = high, .whole = whole}, count);
}

/// The picture is 420 x 250 with margins 50, 74, 34 and 36: x lies in 50..346, y in 214..34.
Plot unit_plot() { return {"n", "d", {.name = "x", .low = 0, .high = 10}, {.name = "", .low = 0, .high = 1}}; }

TEST(Ticks, AreOneTwoOrFiveTimesAPowerOfTenApart) {
    EXPECT_THAT(ticks(0, 1, 4), near({0, 0.5, 1}));
    EXPECT_THAT(ticks(0, 0.8, 4), near({0, 0.2, 0.4, 0.6, 0.8}));
    EXPECT_THAT(ticks(0.7, 1, 4), near({0.7, 0.8, 0.9, 1.0}));
    EXPECT_THAT(ticks(0, 250, 4), near({0, 100, 200}));
}

TEST(Ticks, AreWholeWhereNothingIsBetween) { EXPECT_THAT(ticks(1, 3, 6, true), ElementsAre(1, 2, 3)); }

TEST(Ticks, OfNothingAreOne) {
    EXPECT_THAT(ticks(2, 2, 4), ElementsAre(2));
    EXPECT_THAT(ticks(0, std::nan(""), 4), ElementsAre(0));
}

TEST(Ticks, OfNextToNothingHaveNoSign) {
    EXPECT_EQ(tick_text(-1e-12, TickText::percent), "0 %");
    EXPECT_EQ(tick_text(0.125, TickText::percent), "12.5 %");
}

TEST(Axis, BeginsAtZeroOrBelow) {
    EXPECT_EQ(axis_from_zero("", std::vector{0.5, 2.0}).low, 0);
    EXPECT_DOUBLE_EQ(axis_from_zero("", std::vector{0.5, 2.0}).high, 2.08);
    EXPECT_EQ(axis_from_zero("", std::vector{-1.0, 2.0}).low, -1);
    EXPECT_EQ(axis_from_zero("", std::vector{std::nan("")}).high, 1);
}

TEST(Plot, DrawsALineThroughItsPoints) {
    Plot plot = unit_plot();
    plot.add_line(std::vector<PlotPoint>{{0, 0}, {5, 0.5}, {10, 1}}, "k1", "end");
    EXPECT_THAT(plot.svg().text(), HasSubstr("<path d=\"M50 214L198 124L346 34\" class=\"line k1\">"));
    EXPECT_THAT(plot.svg().text(), HasSubstr("<text x=\"352\" y=\"38\" class=\"name k1\">end</text>"));
}

TEST(Plot, LeavesAGapWhereThereIsNoNumber) {
    Plot plot = unit_plot();
    plot.add_line(std::vector<PlotPoint>{{0, 0}, {5, std::nan("")}, {10, 1}}, "k1");
    EXPECT_THAT(plot.svg().text(), HasSubstr("d=\"M50 214M346 34\""));
}

TEST(Plot, MovesLabelsApartThatWouldCoverEachOther) {
    Plot plot = unit_plot();
    plot.add_line(std::vector<PlotPoint>{{0, 0.5}, {1, 0.5}}, "k0", "a");
    plot.add_line(std::vector<PlotPoint>{{0, 0.5}, {1, 0.5}}, "k1", "b");
    EXPECT_THAT(plot.svg().text(), HasSubstr("y=\"128\" class=\"name k0\">a<"));
    EXPECT_THAT(plot.svg().text(), HasSubstr("y=\"142\" class=\"name k1\">b<"));
}

TEST(Plot, IsAnImageWithWordsForScreenReaders) {
    const Plot plot("loss <1>", "It fell.", {.name = "x"}, {.name = ""});
    EXPECT_THAT(plot.svg().text(), HasSubstr("role=\"img\" aria-label=\"loss &lt;1&gt;. It fell.\""));
    EXPECT_THAT(plot.svg().text(), HasSubstr("<title>loss &lt;1&gt;</title><desc>It fell.</desc>"));
}

TEST(Plot, OfAFileHasItsOwnColours) {
    EXPECT_THAT(unit_plot().file(), HasSubstr("<style>"));
    EXPECT_THAT(unit_plot().svg().text(), Not(HasSubstr("<style>")));
}

// Values of scipy.stats.binomtest(hits, of).proportion_ci(method="wilson").
TEST(ShareInterval, IsWilsons) {
    EXPECT_NEAR(share_interval(231, 240).low, 0.930280, 1e-6);
    EXPECT_NEAR(share_interval(231, 240).high, 0.980148, 1e-6);
    EXPECT_NEAR(share_interval(0, 10).high, 0.277533, 1e-6);
    EXPECT_EQ(share_interval(0, 10).low, 0);
    EXPECT_NEAR(share_interval(10, 10).high, 1, 1e-12);
    EXPECT_EQ(share_interval(0, 0).low, 0);
    EXPECT_EQ(share_interval(0, 0).high, 1);
}

TEST(Percent, HasOneDigitAndSaysHundredOnlyOfAll) {
    EXPECT_EQ(percent(0.9625), "96.2 %");
    EXPECT_EQ(percent(1), "100 %");
    EXPECT_EQ(percent(0.9999), "99.9 %");
    EXPECT_EQ(percent(0.5), "50 %");
    EXPECT_EQ(percent(std::nan("")), "–");
}

TEST(ConfusedCells, AreTheOnesOffTheDiagonalMostFirst) {
    const auto cells = confused_cells({{5, 1, 0}, {3, 9, 1}, {0, 0, 2}});
    ASSERT_EQ(cells.size(), 3U);
    EXPECT_EQ(cells[0].truth, 1U);
    EXPECT_EQ(cells[0].predicted, 0U);
    EXPECT_EQ(cells[0].count, 3);
    EXPECT_EQ(cells[1].truth, 0U);
    EXPECT_EQ(cells[2].truth, 1U);
}

}  // namespace
}  // namespace graft

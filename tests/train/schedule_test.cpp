#include "train/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "train/fake_control.hpp"

namespace graft {
namespace {

TEST(Cosine, FallsFromTheWholeRateToNothing) {
    const Schedule schedule = plugin_with(builtin_schedules(), "cosine", Json::object()).build({2, 2});
    EXPECT_DOUBLE_EQ(schedule(0), 1);
    EXPECT_DOUBLE_EQ(schedule(1), (1 + std::cos(std::numbers::pi / 4)) / 2);
    EXPECT_DOUBLE_EQ(schedule(2), 0.5);
    EXPECT_DOUBLE_EQ(schedule(3), (1 + std::cos(3 * std::numbers::pi / 4)) / 2);
}

TEST(Cosine, EndsAtTheFinalFactor) {
    const Schedule schedule = plugin_with(builtin_schedules(), "cosine", {{"final_factor", 0.2}}).build({1, 2});
    EXPECT_DOUBLE_EQ(schedule(0), 1);
    EXPECT_DOUBLE_EQ(schedule(1), 0.6);
}

TEST(Constant, IsAlwaysOne) {
    const Schedule schedule = plugin_with(builtin_schedules(), "constant", Json::object()).build({3, 3});
    EXPECT_EQ(schedule(0), 1);
    EXPECT_EQ(schedule(8), 1);
}

}  // namespace
}  // namespace graft

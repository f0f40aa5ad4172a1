#include "train/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numbers>
#include <set>

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

TEST(Cosine, RisesInALineBeforeIfAskedTo) {
    const Json options = {{"warm_up_epochs", 0.5}, {"warm_up_factor", 0.2}};
    const Schedule schedule = plugin_with(builtin_schedules(), "cosine", options).build({4, 1});
    EXPECT_DOUBLE_EQ(schedule(0), 0.2);
    EXPECT_DOUBLE_EQ(schedule(1), 0.6);
    EXPECT_DOUBLE_EQ(schedule(2), 1);
    EXPECT_DOUBLE_EQ(schedule(3), 0.5);
}

// golden/schedules.json, written by golden/schedule_goldens.py.
TEST(ScheduleGolden, EveryStepIsTheOneOfTorchOptim) {
    const Json golden = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "schedules.json");
    const ScheduleContext context{golden.at("steps_per_epoch").get<std::int64_t>(),
                                  golden.at("epochs").get<std::int64_t>()};
    std::set<std::string> names{"constant"};
    for (const Json& entry : golden.at("cases")) {
        const auto name = entry.at("name").get<std::string>();
        names.insert(name);
        const Schedule schedule = plugin_with(builtin_schedules(), name, entry.at("options")).build(context);
        const auto rates = entry.at("rates").get<std::vector<double>>();
        for (std::size_t step = 0; step < rates.size(); ++step)
            EXPECT_NEAR(schedule(static_cast<std::int64_t>(step)), rates[step], 1e-9)
                << name << " " << entry.at("options") << ", step " << step;
    }
    const std::vector<std::string> known = builtin_schedules().names();
    EXPECT_EQ(names, std::set<std::string>(known.begin(), known.end())) << "a schedule has no golden numbers";
}

}  // namespace
}  // namespace graft

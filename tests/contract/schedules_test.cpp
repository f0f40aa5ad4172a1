// What every built-in schedule must keep, whoever adds it.
#include <gtest/gtest.h>

#include <cmath>

#include "contract/plugin_contract.hpp"
#include "train/schedule.hpp"

namespace graft {
namespace {

class EverySchedule : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] const ScheduleRow& row() const { return *builtin_schedules().find(GetParam()); }
};

TEST_P(EverySchedule, DescribesItsOptions) { testing::expect_describes_itself(row()); }

TEST_P(EverySchedule, GivesAFactorForEveryStep) {
    for (const ScheduleContext context : {ScheduleContext{10, 6}, ScheduleContext{1, 1}, ScheduleContext{1, 100}}) {
        const Schedule schedule = row().make().build(context);
        for (std::int64_t step = 0; step < context.steps(); ++step) {
            const double factor = schedule(step);
            EXPECT_TRUE(std::isfinite(factor) && factor >= 0 && factor <= 1) << step << ": " << factor;
            EXPECT_EQ(schedule(step), factor) << "a schedule has no memory";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Builtin, EverySchedule, ::testing::ValuesIn(builtin_schedules().names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace graft

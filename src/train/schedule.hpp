/// @file
/// How the learning rate moves by plan. One file each in train/schedules/, one line each in
/// train/schedules/builtin_schedules.inc.
#pragma once

#include <cstdint>
#include <functional>

#include "config/fields.hpp"
#include "config/plugin.hpp"
#include "core/registry.hpp"

namespace graft {

/// Step of the phase, counted from 0 -> what the learning rate is multiplied by in it.
using Schedule = std::function<double(std::int64_t step)>;

/// What a schedule learns about its phase when it is built.
struct ScheduleContext {
    std::int64_t steps_per_epoch = 1, epochs = 1;
    [[nodiscard]] std::int64_t steps() const { return steps_per_epoch * epochs; }
};

using SchedulePlugin = Plugin<Schedule, ScheduleContext>;
using ScheduleRow = PluginRow<Schedule, ScheduleContext>;

#define GRAFT_SCHEDULE(name) [[nodiscard]] ScheduleRow name##_row();
#include "train/schedules/builtin_schedules.inc"
#undef GRAFT_SCHEDULE

/// graft's own schedules.
[[nodiscard]] const Registry<ScheduleRow>& builtin_schedules();

}  // namespace graft

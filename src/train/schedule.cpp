#include "train/schedule.hpp"

namespace graft {

const Registry<ScheduleRow>& builtin_schedules() {
    static const Registry<ScheduleRow> table{
#define GRAFT_SCHEDULE(name) name##_row(),
#include "train/schedules/builtin_schedules.inc"
#undef GRAFT_SCHEDULE
    };
    return table;
}

}  // namespace graft

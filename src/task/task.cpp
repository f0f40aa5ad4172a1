#include "task/task.hpp"

namespace graft {

const Registry<TaskRow>& builtin_tasks() {
    static const Registry<TaskRow> table{
#define GRAFT_TASK(name) name##_row(),
#include "task/tasks/builtin_tasks.inc"
#undef GRAFT_TASK
    };
    return table;
}

}  // namespace graft

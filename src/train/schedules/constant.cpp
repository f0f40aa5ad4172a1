/// The learning rate stays as it is, but for what callbacks make of it.
#include "train/schedule.hpp"

namespace graft {
namespace {

struct ConstantOptions {};
void describe(Fields&, ConstantOptions&) {}

Schedule build(const ConstantOptions&, const ScheduleContext&) {
    return [](std::int64_t) { return 1.0; };
}

}  // namespace

ScheduleRow constant_row() { return plugin_row<ScheduleRow, ConstantOptions>("constant", "The learning rate stays"); }

}  // namespace graft

/// The learning rate stays as it is, but for what callbacks make of it.
#include "train/schedules/warm_up.hpp"

namespace graft {
namespace {

struct ConstantOptions {
    WarmUp warm_up;
};

void describe(Fields& fields, ConstantOptions& options) { describe_warm_up(fields, options.warm_up); }

Schedule build(const ConstantOptions& options, const ScheduleContext& context) {
    return after_warm_up(options.warm_up, context, [](std::int64_t) { return [](std::int64_t) { return 1.0; }; });
}

}  // namespace

ScheduleRow constant_row() { return plugin_row<ScheduleRow, ConstantOptions>("constant", "The learning rate stays"); }

}  // namespace graft

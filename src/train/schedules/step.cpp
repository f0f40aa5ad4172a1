/// Falls by a factor every so many epochs: torch.optim's StepLR.
#include <cmath>

#include "train/schedules/warm_up.hpp"

namespace graft {
namespace {

struct StepOptions {
    double every_epochs = 10, factor = 0.1;
    WarmUp warm_up;
};

void describe(Fields& fields, StepOptions& options) {
    fields.field("every_epochs", options.every_epochs, "After how many epochs it falls, each time.", above(0));
    fields.field("factor", options.factor, "By what it is multiplied each time.", strictly_between(0, 1));
    describe_warm_up(fields, options.warm_up);
}

Schedule build(const StepOptions& options, const ScheduleContext& context) {
    const std::int64_t every = std::max<std::int64_t>(steps_of(options.every_epochs, context), 1);
    return after_warm_up(options.warm_up, context, [&](std::int64_t) {
        return [every, factor = options.factor](std::int64_t step) {
            return std::pow(factor, static_cast<double>(step / every));
        };
    });
}

}  // namespace

ScheduleRow step_row() {
    return plugin_row<ScheduleRow, StepOptions>("step", "Falls by a factor every so many epochs");
}

}  // namespace graft

/// Falls by a factor at given epochs: torch.optim's MultiStepLR.
#include <algorithm>
#include <cmath>
#include <vector>

#include "train/schedules/warm_up.hpp"

namespace graft {
namespace {

struct MultiStepOptions {
    std::vector<double> epochs;
    double factor = 0.1;
    WarmUp warm_up;
};

void describe(Fields& fields, MultiStepOptions& options) {
    fields.field("epochs", options.epochs, "The epochs at whose beginning it falls, counted from the warm-up's end.",
                 {.items = above(0), .shortest = 0, .longest = 1000});
    fields.field("factor", options.factor, "By what it is multiplied each time.", strictly_between(0, 1));
    describe_warm_up(fields, options.warm_up);
}

Schedule build(const MultiStepOptions& options, const ScheduleContext& context) {
    std::vector<std::int64_t> steps;
    for (const double epoch : options.epochs) steps.push_back(steps_of(epoch, context));
    return after_warm_up(options.warm_up, context, [&](std::int64_t) {
        return [steps, factor = options.factor](std::int64_t step) {
            const auto passed = std::ranges::count_if(steps, [&](std::int64_t fall) { return fall <= step; });
            return std::pow(factor, static_cast<double>(passed));
        };
    });
}

}  // namespace

ScheduleRow multi_step_row() {
    return plugin_row<ScheduleRow, MultiStepOptions>("multi_step", "Falls by a factor at given epochs");
}

}  // namespace graft

/// Falls by the same factor in each epoch, a little in every step: torch.optim's ExponentialLR with the factor's root.
#include <cmath>

#include "train/schedules/warm_up.hpp"

namespace graft {
namespace {

struct ExponentialOptions {
    double factor_per_epoch = 0.9;
    WarmUp warm_up;
};

void describe(Fields& fields, ExponentialOptions& options) {
    fields.field("factor_per_epoch", options.factor_per_epoch, "What is left of it after an epoch.",
                 strictly_between(0, 1));
    describe_warm_up(fields, options.warm_up);
}

Schedule build(const ExponentialOptions& options, const ScheduleContext& context) {
    const double per_epoch = static_cast<double>(context.steps_per_epoch);
    return after_warm_up(options.warm_up, context, [&](std::int64_t) {
        return [per_epoch, factor = options.factor_per_epoch](std::int64_t step) {
            return std::pow(factor, static_cast<double>(step) / per_epoch);
        };
    });
}

}  // namespace

ScheduleRow exponential_row() {
    return plugin_row<ScheduleRow, ExponentialOptions>(
        "exponential", "Falls by the same factor in each epoch, a little in every step");
}

}  // namespace graft

/// A line from the learning rate to a share of it, over all steps of the phase: torch.optim's LinearLR.
#include "train/schedules/warm_up.hpp"

namespace graft {
namespace {

struct LinearOptions {
    double final_factor = 0;
    WarmUp warm_up;
};

void describe(Fields& fields, LinearOptions& options) {
    fields.field("final_factor", options.final_factor, "Share of the learning rate that is left at the end.",
                 between(0, 1));
    describe_warm_up(fields, options.warm_up);
}

Schedule build(const LinearOptions& options, const ScheduleContext& context) {
    return after_warm_up(options.warm_up, context, [&](std::int64_t steps) {
        return [low = options.final_factor, all = static_cast<double>(steps)](std::int64_t step) {
            return 1 + (low - 1) * std::min(static_cast<double>(step) / all, 1.0);
        };
    });
}

}  // namespace

ScheduleRow linear_row() {
    return plugin_row<ScheduleRow, LinearOptions>("linear", "A line down to a share of the learning rate");
}

}  // namespace graft

/// Half a cosine from the learning rate to a share of it, over all steps of the phase: torch.optim's CosineAnnealingLR
/// in closed form (Loshchilov and Hutter 2017, without restarts).
#include <cmath>
#include <numbers>

#include "train/schedules/warm_up.hpp"

namespace graft {
namespace {

struct CosineOptions {
    double final_factor = 0;
    WarmUp warm_up;
};

void describe(Fields& fields, CosineOptions& options) {
    fields.field("final_factor", options.final_factor, "Share of the learning rate left at the end.", between(0, 1));
    describe_warm_up(fields, options.warm_up);
}

Schedule build(const CosineOptions& options, const ScheduleContext& context) {
    return after_warm_up(options.warm_up, context, [&](std::int64_t steps) {
        return [low = options.final_factor, all = static_cast<double>(steps)](std::int64_t step) {
            return low + (1 - low) * (1 + std::cos(std::numbers::pi * static_cast<double>(step) / all)) / 2;
        };
    });
}

}  // namespace

ScheduleRow cosine_row() { return plugin_row<ScheduleRow, CosineOptions>("cosine", "Half a cosine down"); }

}  // namespace graft

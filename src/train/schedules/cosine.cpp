/// Half a cosine from the learning rate to a share of it, over all steps of the phase: torch.optim's CosineAnnealingLR
/// in closed form (Loshchilov and Hutter 2017, without restarts).
#include <cmath>
#include <numbers>

#include "train/schedule.hpp"

namespace graft {
namespace {

struct CosineOptions {
    double final_factor = 0;
};

void describe(Fields& fields, CosineOptions& options) {
    fields.field("final_factor", options.final_factor, "Share of the learning rate left at the end.", between(0, 1));
}

Schedule build(const CosineOptions& options, const ScheduleContext& context) {
    const double low = options.final_factor;
    return [low, steps = static_cast<double>(context.steps())](std::int64_t step) {
        return low + (1 - low) * (1 + std::cos(std::numbers::pi * static_cast<double>(step) / steps)) / 2;
    };
}

}  // namespace

ScheduleRow cosine_row() { return plugin_row<ScheduleRow, CosineOptions>("cosine", "Half a cosine down"); }

}  // namespace graft

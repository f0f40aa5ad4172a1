/// Half a cosine again and again, each time as long or longer: torch.optim's CosineAnnealingWarmRestarts.
#include <cmath>
#include <numbers>

#include "train/schedules/warm_up.hpp"

namespace graft {
namespace {

struct CosineRestartsOptions {
    double first_epochs = 10;
    std::int64_t times = 1;
    double final_factor = 0;
    WarmUp warm_up;
};

void describe(Fields& fields, CosineRestartsOptions& options) {
    fields.field("first_epochs", options.first_epochs, "Epochs of the first half cosine.", above(0));
    fields.field("times", options.times, "How many times as long as the one before it each one is.", between(1, 100));
    fields.field("final_factor", options.final_factor, "Share of the learning rate that is left at the end of each.",
                 between(0, 1));
    describe_warm_up(fields, options.warm_up);
}

Schedule build(const CosineRestartsOptions& options, const ScheduleContext& context) {
    const std::int64_t first = std::max<std::int64_t>(steps_of(options.first_epochs, context), 1);
    return after_warm_up(options.warm_up, context, [&](std::int64_t) {
        return [first, times = options.times, low = options.final_factor](std::int64_t step) {
            std::int64_t begin = 0, length = first;
            while (step >= begin + length) {
                begin += length;
                length *= times;
            }
            const double part = static_cast<double>(step - begin) / static_cast<double>(length);
            return low + (1 - low) * (1 + std::cos(std::numbers::pi * part)) / 2;
        };
    });
}

}  // namespace

ScheduleRow cosine_restarts_row() {
    return plugin_row<ScheduleRow, CosineRestartsOptions>("cosine_restarts",
                                                          "Half a cosine, begun anew again and again");
}

}  // namespace graft

/// (1 - step / steps) to a power, over all steps of the phase: torch.optim's PolynomialLR.
#include <cmath>

#include "train/schedules/warm_up.hpp"

namespace graft {
namespace {

struct PolynomialOptions {
    double power = 2;
    WarmUp warm_up;
};

void describe(Fields& fields, PolynomialOptions& options) {
    fields.field("power", options.power, "1 is a line; more falls faster at first.", above(0));
    describe_warm_up(fields, options.warm_up);
}

Schedule build(const PolynomialOptions& options, const ScheduleContext& context) {
    return after_warm_up(options.warm_up, context, [&](std::int64_t steps) {
        return [power = options.power, all = static_cast<double>(steps)](std::int64_t step) {
            return std::pow(std::max(1 - static_cast<double>(step) / all, 0.0), power);
        };
    });
}

}  // namespace

ScheduleRow polynomial_row() {
    return plugin_row<ScheduleRow, PolynomialOptions>("polynomial",
                                                      "Falls to nothing as a power of the steps that are left");
}

}  // namespace graft

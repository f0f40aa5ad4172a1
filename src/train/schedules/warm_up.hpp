/// @file
/// A linear warm-up in front of a schedule: torch.optim's LinearLR, then the schedule over the steps that are left, as
/// SequentialLR puts them together.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "train/schedule.hpp"

namespace graft {

struct WarmUp {
    double epochs = 0;
    double factor = 0.01;
};

inline void describe_warm_up(Fields& fields, WarmUp& options) {
    fields.field("warm_up_epochs", options.epochs,
                 "Epochs, also parts of one, in which the learning rate rises in a line before the schedule begins.",
                 at_least(0));
    fields.field("warm_up_factor", options.factor, "Share of the learning rate that the warm-up begins with.",
                 between(0, 1));
}

/// Whole steps in a number of epochs.
[[nodiscard]] inline std::int64_t steps_of(double epochs, const ScheduleContext& context) {
    return static_cast<std::int64_t>(std::llround(epochs * static_cast<double>(context.steps_per_epoch)));
}

/// @param make from the number of steps that are left -> the schedule of those, counted from 0
template <class Make>
[[nodiscard]] Schedule after_warm_up(const WarmUp& options, const ScheduleContext& context, const Make& make) {
    const std::int64_t steps = std::min(steps_of(options.epochs, context), context.steps());
    Schedule rest = make(std::max<std::int64_t>(context.steps() - steps, 1));
    if (steps == 0) return rest;
    return [steps, low = options.factor, rest = std::move(rest)](std::int64_t step) {
        if (step >= steps) return rest(step - steps);
        return low + (1 - low) * static_cast<double>(step) / static_cast<double>(steps);
    };
}

}  // namespace graft

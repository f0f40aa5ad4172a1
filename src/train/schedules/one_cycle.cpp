/// Up and down once over all steps of the phase (Smith and Topin 2018): torch.optim's OneCycleLR, two phases, with the
/// optimizer's learning rate as max_lr; the momentum stays.
#include <cmath>
#include <numbers>

#include "core/enum_names.hpp"
#include "train/schedule.hpp"

namespace graft {
namespace {

enum class Anneal { cos, linear };

}  // namespace

template <>
inline constexpr auto enum_names<Anneal> = std::to_array<std::string_view>({"cos", "linear"});

namespace {

struct OneCycleOptions {
    double pct_start = 0.3, div_factor = 25, final_div_factor = 1e4;
    Anneal anneal = Anneal::cos;
};

void describe(Fields& fields, OneCycleOptions& options) {
    fields.field("pct_start", options.pct_start, "Share of the steps in which the learning rate rises.", between(0, 1));
    fields.field("div_factor", options.div_factor, "It begins at the learning rate divided by this.", at_least(1));
    fields.field("final_div_factor", options.final_div_factor, "It ends at where it began, divided by this.",
                 at_least(1));
    fields.choice("anneal", options.anneal, "Along half a cosine or a line, up and down.");
}

double between_both(Anneal anneal, double from, double to, double part) {
    if (anneal == Anneal::linear) return from + (to - from) * part;
    return to + (from - to) * (1 + std::cos(std::numbers::pi * part)) / 2;
}

Schedule build(const OneCycleOptions& options, const ScheduleContext& context) {
    const double steps = static_cast<double>(context.steps());
    const double top = options.pct_start * steps - 1, end = steps - 1;
    const double begin_at = 1 / options.div_factor, end_at = begin_at / options.final_div_factor;
    return [=, anneal = options.anneal](std::int64_t step) {
        const double at = static_cast<double>(step);
        if (at <= top) return between_both(anneal, begin_at, 1, top > 0 ? at / top : 1);
        return between_both(anneal, 1, end_at, end > top ? std::min((at - top) / (end - top), 1.0) : 1);
    };
}

}  // namespace

ScheduleRow one_cycle_row() {
    return plugin_row<ScheduleRow, OneCycleOptions>("one_cycle", "Up and down once over all steps of the phase");
}

}  // namespace graft

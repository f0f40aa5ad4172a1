#include "config/limits_text.hpp"

#include <cmath>

#include "core/text.hpp"

namespace graft {

bool within(double value, const Limits& limits) {
    if (!std::isfinite(value)) return false;
    if (limits.minimum && (limits.above_minimum ? value <= *limits.minimum : value < *limits.minimum)) return false;
    if (limits.maximum && (limits.below_maximum ? value >= *limits.maximum : value > *limits.maximum)) return false;
    return true;
}

namespace {

std::string range_text(const std::string& type, const Limits& limits) {
    if (limits.minimum && limits.maximum)
        return type + " in " + (limits.above_minimum ? "(" : "[") + number_as_text(*limits.minimum) + ", " +
               number_as_text(*limits.maximum) + (limits.below_maximum ? ")" : "]");
    if (limits.minimum) return type + (limits.above_minimum ? " > " : " >= ") + number_as_text(*limits.minimum);
    if (limits.maximum) return type + (limits.below_maximum ? " < " : " <= ") + number_as_text(*limits.maximum);
    return type;
}

}  // namespace

std::string number_text(const std::string& type, const Limits& limits) {
    const std::string range = range_text(type, limits);
    return limits.nothing.empty() ? range : format_text("{} or \"{}\"", range, limits.nothing);
}

std::string list_text(const ListLimits& limits) {
    const auto items = [](std::size_t count) { return count_of(count, "item"); };
    if (!limits.longest) return limits.shortest == 0 ? "a list" : "a list of at least " + items(limits.shortest);
    if (limits.shortest == 0) return "a list of at most " + items(*limits.longest);
    if (limits.shortest == *limits.longest) return "a list of " + items(*limits.longest);
    return format_text("a list of {} to {}", limits.shortest, items(*limits.longest));
}

}  // namespace graft

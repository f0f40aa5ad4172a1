#include "config/limits_text.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace graft {

std::string number_as_text(double value) {
    const double size = std::abs(value);
    const bool plain = size == 0 || (size >= 1e-4 && size < 1e15);
    char text[32];
    const auto end =
        std::to_chars(text, text + sizeof text, value, plain ? std::chars_format::fixed : std::chars_format::general);
    return {text, end.ptr};
}

std::string four_digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

bool within(double value, const Limits& limits) {
    if (!std::isfinite(value)) return false;
    if (limits.minimum && (limits.above_minimum ? value <= *limits.minimum : value < *limits.minimum)) return false;
    if (limits.maximum && (limits.below_maximum ? value >= *limits.maximum : value > *limits.maximum)) return false;
    return true;
}

std::string number_text(const std::string& type, const Limits& limits) {
    if (limits.minimum && limits.maximum)
        return type + " in " + (limits.above_minimum ? "(" : "[") + number_as_text(*limits.minimum) + ", " +
               number_as_text(*limits.maximum) + (limits.below_maximum ? ")" : "]");
    if (limits.minimum) return type + (limits.above_minimum ? " > " : " >= ") + number_as_text(*limits.minimum);
    if (limits.maximum) return type + (limits.below_maximum ? " < " : " <= ") + number_as_text(*limits.maximum);
    return type;
}

std::string list_text(const ListLimits& limits) {
    const auto items = [](std::size_t count) { return std::to_string(count) + (count == 1 ? " item" : " items"); };
    if (!limits.longest) return limits.shortest == 0 ? "a list" : "a list of at least " + items(limits.shortest);
    if (limits.shortest == 0) return "a list of at most " + items(*limits.longest);
    if (limits.shortest == *limits.longest) return "a list of " + items(*limits.longest);
    return "a list of " + std::to_string(limits.shortest) + " to " + items(*limits.longest);
}

}  // namespace graft

/// @file
/// CSV as RFC 4180 has it.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace graft {

/// The fewest digits that give the same number when they are read again.
template <std::floating_point Number>
[[nodiscard]] std::string shortest(Number value) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// The double that is written like the float: 0.1, not 0.10000000149011612.
[[nodiscard]] inline double as_written(float value) {
    const std::string text = shortest(value);
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// The field as it stands in a CSV line: quoted when it holds a comma, a quote or a line break.
[[nodiscard]] inline std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

}  // namespace graft

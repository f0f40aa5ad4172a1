/// @file
/// Where remarks and progress go, and how they may look there.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace graft {

struct Screen {
    std::ostream& out;
    bool terminal = false;  ///< a line can be redrawn
    bool colours = false;
    bool unicode = false;  ///< what is not ASCII can be shown
    std::function<std::size_t()> columns = [] { return std::size_t{80}; };
    std::function<std::chrono::steady_clock::time_point()> now = &std::chrono::steady_clock::now;
};

/// Standard error as it is: a terminal or not, with colours unless NO_COLOR is set, as wide as its window.
[[nodiscard]] Screen standard_error_screen();

enum class Colour { red, yellow, cyan };

/// The text in a colour where the screen has colours, else the text alone.
[[nodiscard]] std::string painted(const Screen& screen, Colour colour, std::string_view text);

}  // namespace graft

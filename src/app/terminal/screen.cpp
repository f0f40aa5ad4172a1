#include "app/terminal/screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <iostream>

#include "core/folders.hpp"

namespace graft {
namespace {

/// The character set as POSIX finds it: the first of the three variables that is not empty decides.
bool locale_is_utf8() {
    std::string locale;
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
        if (locale.empty()) locale = environment(name);
    std::ranges::transform(locale, locale.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

std::size_t window_columns() {
    winsize window{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0) return 80;
    return window.ws_col;
}

const char* code_of(Colour colour) {
    switch (colour) {
        case Colour::red: return "\x1b[31m";
        case Colour::yellow: return "\x1b[33m";
        case Colour::cyan: return "\x1b[36m";
    }
    return "";
}

}  // namespace

Screen standard_error_screen() {
    const bool terminal = ::isatty(STDERR_FILENO) != 0 && environment("TERM") != "dumb";
    return {.out = std::cerr,
            .terminal = terminal,
            .colours = terminal && environment("NO_COLOR").empty(),
            .unicode = locale_is_utf8(),
            .columns = window_columns};
}

std::string painted(const Screen& screen, Colour colour, std::string_view text) {
    if (!screen.colours || text.empty()) return std::string(text);
    return code_of(colour) + std::string(text) + "\x1b[0m";
}

}  // namespace graft

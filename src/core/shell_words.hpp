/// @file
/// Text as a shell takes it.
#pragma once

#include <string>
#include <string_view>

namespace graft {

/// In single quotes for bash and zsh, where nothing but the quote itself is special.
[[nodiscard]] inline std::string shell_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

/// Quoted only where it has to be.
[[nodiscard]] inline std::string shell_word(std::string_view text) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=:,";
    return !text.empty() && text.find_first_not_of(plain) == std::string_view::npos ? std::string(text)
                                                                                    : shell_quoted(text);
}

}  // namespace graft

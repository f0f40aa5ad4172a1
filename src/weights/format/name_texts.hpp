/// @file
/// How messages about the names in a weights file are put.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

[[noreturn]] inline void fail(std::string_view where, const std::string& problem) {
    throw DataError(format_text("{}: {}", where, problem));
}

[[nodiscard]] inline std::string in_quotes(std::string_view text) { return format_text("\"{}\"", printable(text)); }

/// `"a", "b", 3 more`.
[[nodiscard]] inline std::string some_of(std::vector<std::string> texts) {
    constexpr std::size_t most = 8;
    if (texts.size() > most + 1) {
        const std::size_t more = texts.size() - most;
        texts.resize(most);
        texts.push_back(format_text("{} more", more));
    }
    return joined(texts);
}

}  // namespace graft

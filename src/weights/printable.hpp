/// @file
/// Text that comes out of a file somebody else wrote: checked, and made safe to show on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace graft {

/// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates).
[[nodiscard]] bool is_utf8(std::string_view text);

/// `text` without control characters and broken UTF-8 (each such byte becomes '?'), at most 100 bytes of it.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace graft

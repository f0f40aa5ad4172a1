/// @file
/// Bytes as text: base64 (RFC 4648), with padding and without line breaks.
#pragma once

#include <string>
#include <string_view>

namespace graft {

[[nodiscard]] std::string base64(std::string_view bytes);

/// Throws DataError when the text has other characters, or is cut off.
[[nodiscard]] std::string from_base64(std::string_view text);

}  // namespace graft

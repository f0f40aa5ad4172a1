/// @file
/// What can be found out about a model or weights file, as `graft inspect` shows it.
#pragma once

#include <cstdint>
#include <filesystem>

#include "config/json.hpp"

namespace graft {

/// What the file is, what it says of itself, and what it shows.
/// @param side pixels of the square pictures that a network of unknown input size is shown
/// @throws DataError when it is of no kind that graft knows, or damaged
[[nodiscard]] Json facts_of(const std::filesystem::path& file, std::int64_t side);

/// The same for people.
[[nodiscard]] std::string text_of(const Json& facts);

}  // namespace graft

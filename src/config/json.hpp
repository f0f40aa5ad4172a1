/// @file
/// JSON text as written by people: strict, with errors that say where.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

namespace graft {

using Json = nlohmann::ordered_json;

/// Parses one JSON document; a byte order mark of UTF-8 may stand before it. Throws ConfigError naming `source` for
/// UTF-16 and NUL bytes, for bad syntax (with line and column), for a number
/// that no double holds, for a key written twice in one object and for nesting deeper than 100.
[[nodiscard]] Json parse_json(std::string_view text, const std::string& source);

/// Reads and parses a file. Throws ConfigError; a file that cannot be read too.
[[nodiscard]] Json parse_json_file(const std::filesystem::path& file);

/// Applies `/json/pointer=value` assignments to a document; a value that is not JSON is taken as a string, one that
/// is not UTF-8 as escaped() writes it. Missing
/// objects on the way are made; `-` appends to a list. Throws ConfigError, after all were looked at, when an assignment
/// has no `=`, no pointer, points into something that is not an object or list, or beyond the end of a list.
void apply_assignments(Json& document, std::span<const std::string> assignments);

/// Sets or takes away what a JSON pointer names; the places it may lead to are those of apply_assignments. To take away
/// what is not there changes nothing. Throws ConfigError.
void set_value(Json& document, const std::string& pointer, Json value);
void erase_value(Json& document, const std::string& pointer);

/// A document as it goes into a file: indented by two spaces, with a final newline. Text in it that is not UTF-8, such
/// as a path, is written as shown() shows it.
[[nodiscard]] std::string pretty(const Json& document);
/// The same as one line without line break.
[[nodiscard]] std::string json_line(const Json& document);

/// True for UTF-8: JSON holds no other text, and writing other text throws.
[[nodiscard]] bool fits_into_json(const std::string& text);

}  // namespace graft

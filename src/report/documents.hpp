/// @file
/// JSON files that graft wrote, read with errors that name the file.
#pragma once

#include <filesystem>

#include "config/json.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

[[nodiscard]] inline bool is_readable(const std::filesystem::path& file) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(file, ignored);
}

/// Calls `read`. Whatever is wrong with what it reads is a DataError that names the file.
template <class Read>
auto read_as_part_of(const std::filesystem::path& file, Read read) {
    try {
        return read();
    } catch (const Json::exception&) {
        throw DataError(format_text("{}: is not what graft writes under this name", file));
    } catch (const ConfigError& error) {
        throw DataError(error.what());
    }
}

/// Calls `read` on the document in a file.
template <class Read>
auto read_document(const std::filesystem::path& file, Read read) {
    return read_as_part_of(file, [&] { return read(parse_json_file(file)); });
}

}  // namespace graft

/// @file
/// What several commands do with their results.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "config/json.hpp"
#include "core/files.hpp"

namespace CLI {
class App;
}

namespace graft {

/// `--force`: files that are already there are replaced.
void takes_force(CLI::App& command, bool& force);

/// To be called before any work is done. Whatever has the name counts, a dangling link too.
/// @param named_by the argument that chose the name: "--output"
/// @throws ConfigError when something is there, unless it is to be replaced
void expect_free(const std::filesystem::path& file, bool force, std::string_view named_by);

/// For the writing itself: a file that has come in the meantime is not replaced either.
[[nodiscard]] inline Present present(bool force) { return force ? Present::replaced : Present::kept; }

/// Prints a document to standard output, indented.
void print_json(const Json& document);

}  // namespace graft

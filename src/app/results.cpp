#include "app/results.hpp"

#include <CLI/App.hpp>
#include <iostream>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

void takes_force(CLI::App& command, bool& force) {
    command.add_flag("--force", force, "Replace files that are already there");
}

void expect_free(const std::filesystem::path& file, bool force, std::string_view named_by) {
    std::error_code ignored;
    if (!force && std::filesystem::exists(std::filesystem::symlink_status(file, ignored)))
        throw ConfigError(
            format_text("{}: {} is already there; name another file, or --force to replace it", named_by, file));
}

void print_json(const Json& document) { std::cout << pretty(document); }

}  // namespace graft

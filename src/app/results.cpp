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

void expect_accuracy(const std::string& what, double accuracy, const std::optional<double>& least) {
    if (least && !(accuracy >= *least))
        throw GateError(format_text("{} is {}, below the {} that --fail-under asks for", what, number_as_text(accuracy),
                                    number_as_text(*least)));
}

}  // namespace graft

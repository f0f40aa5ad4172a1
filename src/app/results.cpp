#include "app/results.hpp"

#include <filesystem>
#include <iostream>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

void print_json(const Json& document) { std::cout << pretty(document); }

void expect_accuracy(const std::string& what, double accuracy, const std::optional<double>& least) {
    if (least && !(accuracy >= *least))
        throw GateError(what + " is " + number_as_text(accuracy) + ", below the " + number_as_text(*least) +
                        " that --fail-under asks for");
}

void expect_nothing_at(const std::string& file, const std::string& advice) {
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, ignored)))
        throw ConfigError(file + ": is already there; " + advice);
}

}  // namespace graft

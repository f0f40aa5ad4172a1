#include "graft/core/errors.hpp"

namespace graft {
namespace {

std::string join_problems(const std::vector<std::string>& problems) {
    if (problems.size() == 1) return problems.front();
    std::string text = std::to_string(problems.size()) + " problems:";
    for (const std::string& problem : problems) text += "\n  " + problem;
    return text;
}

}  // namespace

ConfigError::ConfigError(std::vector<std::string> problems)
    : Error(join_problems(problems), ExitCode::usage), problems_(std::move(problems)) {}

}  // namespace graft

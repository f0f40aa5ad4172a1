#include "graft/core/errors.hpp"

namespace graft {
namespace {

std::string join_problems(const std::vector<std::string>& problems) {
    if (problems.size() == 1) return problems.front();
    constexpr std::size_t kMostShown = 20;
    std::string text = std::to_string(problems.size()) + " problems:";
    for (std::size_t i = 0; i < problems.size() && i < kMostShown; ++i) text += "\n  " + problems[i];
    if (problems.size() > kMostShown) text += "\n  and " + std::to_string(problems.size() - kMostShown) + " more";
    return text;
}

}  // namespace

ConfigError::ConfigError(std::vector<std::string> problems)
    : Error(join_problems(problems), ExitCode::usage), problems_(std::move(problems)) {}

}  // namespace graft

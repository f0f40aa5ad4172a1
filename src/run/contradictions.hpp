/// @file
/// What the declarations of a config's sections cannot say, because it concerns several fields or a table.
#pragma once

#include <string>
#include <vector>

#include "run/run_options.hpp"

namespace graft {

/// What is wrong with the config as a whole, each with its pointer.
[[nodiscard]] std::vector<std::string> contradictions(const RunOptions& config, const Tables& tables);

}  // namespace graft

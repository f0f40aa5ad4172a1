/// @file
/// What a config says of stages that the network does not have, or that do not train.
#pragma once

#include <string>
#include <vector>

#include "network/architecture.hpp"
#include "run/run_options.hpp"

namespace graft {

/// What is wrong with where the network is cut, what is mixed there and what has a learning rate, each with its
/// pointer.
[[nodiscard]] std::vector<std::string> stage_problems(const Architecture& architecture, const RunOptions& options,
                                                      const Tables& tables);

/// The same of the architecture that the config names, at its image size, whether its weights are there or not; a
/// network that is known by its file alone is not looked at.
[[nodiscard]] std::vector<std::string> stage_problems(const RunOptions& options, const Tables& tables);

}  // namespace graft

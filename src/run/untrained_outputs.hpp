/// @file
/// Outputs of which no training image is an example.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/sample.hpp"
#include "network/layers.hpp"
#include "task/task.hpp"

namespace graft {

/// The classes, where they are found one by one, that no training image has: nothing can be learnt of them but that.
[[nodiscard]] std::vector<std::int64_t> untrained_outputs(const Task& task, std::span<const Sample> training);

/// Sets the head so that its outputs' scores are low for every image: sigmoid(-20) is 2e-9.
void never_find(const TorchModule& head, std::span<const std::int64_t> outputs);

}  // namespace graft

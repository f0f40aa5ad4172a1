/// @file
/// `"keep": "best"`: the model gets the weights of the epoch with the lowest loss.
#pragma once

#include <memory>
#include <span>

#include "graft/train/callback.hpp"
#include "record/metric.hpp"

namespace graft {

/// Watches val_loss, or loss where there is none, and restores the best weights when training ends.
[[nodiscard]] std::shared_ptr<Callback> keep_best(std::span<const ProducedMetric> metrics);

}  // namespace graft

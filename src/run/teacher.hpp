/// @file
/// A graft model that a run learns from.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "graft/core/reporter.hpp"
#include "graft/deploy/predictor.hpp"
#include "run/dataset.hpp"
#include "run/run_options.hpp"
#include "train/distillation.hpp"

namespace graft {

/// The teacher of /training/distillation; null where there is none.
/// @throws ConfigError where it has other classes than the run or is of another task, or the run is no classification;
///         DataError where the file is no graft model
[[nodiscard]] std::shared_ptr<const Predictor> load_teacher(const RunOptions& options, const Task& task);

/// What the teacher says of the training images; nothing without one. Its classes may be in another order.
/// @throws DataError for an image that it cannot read; Interrupted
[[nodiscard]] std::optional<Distillation> ask_teacher(const std::shared_ptr<const Predictor>& teacher,
                                                      const Dataset& dataset, const RunOptions& options,
                                                      const std::stop_token& stop, Reporter& reporter);

}  // namespace graft

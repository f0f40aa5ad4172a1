/// @file
/// What happened in each epoch of a training, and how it ended. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graft/core/export.hpp"

namespace graft {

/// One row of the history.
struct GRAFT_EXPORT EpochRecord {
    std::int64_t epoch = 0;                               ///< counted from 0, over all phases
    std::int64_t phase = 0;                               ///< counted from 0
    double learning_rate = 0;                             ///< of the first parameter group, when the epoch began
    double seconds = 0;                                   ///< wall time of the epoch
    std::vector<std::pair<std::string, double>> metrics;  ///< "loss", "accuracy", "val_loss", … in a fixed order

    /// The metric of that name; nothing when the run does not produce it.
    [[nodiscard]] std::optional<double> metric(std::string_view name) const;
};

enum class TrainingEnd {
    completed,            ///< all epochs were trained
    stopped_by_callback,  ///< a callback asked for the end
    interrupted,          ///< a stop was requested; what was finished is saved
};

}  // namespace graft

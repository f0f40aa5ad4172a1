/// @file
/// What happened in each epoch. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft {

/// One row of the history.
struct EpochRecord {
    std::int64_t epoch = 0;                               ///< counted from 0
    double learning_rate = 0;                             ///< the one used in this epoch
    double seconds = 0;                                   ///< wall time of the epoch
    std::vector<std::pair<std::string, double>> metrics;  ///< "loss", "accuracy", "val_loss", … in a fixed order

    /// The metric of that name; nothing when the run does not produce it.
    [[nodiscard]] std::optional<double> metric(std::string_view name) const;
};

/// CSV with a header line: epoch, learning_rate, the metrics, seconds. Rows end in "\n"; the separator is a comma.
[[nodiscard]] std::string history_csv(const std::vector<EpochRecord>& history, char separator = ',');

}  // namespace graft

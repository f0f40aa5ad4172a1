/// @file
/// The history as a file.
#pragma once

#include <string>
#include <vector>

#include "graft/record/history.hpp"

namespace graft {

/// CSV with a header line: epoch, learning_rate, the metrics, seconds. Rows end in "\n"; the separator is a comma.
[[nodiscard]] std::string history_csv(const std::vector<EpochRecord>& history, char separator = ',');

}  // namespace graft

/// @file
/// The history as CSV and as JSON.
#pragma once

#include <string>
#include <vector>

#include "config/json.hpp"
#include "graft/record/history.hpp"

namespace graft {

/// CSV with a header line: epoch, learning_rate, the metrics, seconds. Rows end in "\n"; the separator is a comma.
[[nodiscard]] std::string history_csv(const std::vector<EpochRecord>& history, char separator = ',');

/// A list of objects: epoch, phase (where it is not the first), learning_rate, the metrics by name, seconds. What is
/// not finite becomes null.
[[nodiscard]] Json to_json(const std::vector<EpochRecord>& history);
/// Reads it back to the last bit; null becomes NaN. Throws Json::exception for another document.
[[nodiscard]] std::vector<EpochRecord> history_from_json(const Json& rows);

}  // namespace graft

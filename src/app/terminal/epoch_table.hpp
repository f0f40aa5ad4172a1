/// @file
/// The epochs of a training as a table that grows by a line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "graft/record/history.hpp"

namespace graft {

/// Values as a row of bars, the lowest to the highest: "█▄▂▁". A blank where there is no number.
[[nodiscard]] std::string sparkline(std::span<const double> values);

struct EpochTable {
    std::int64_t epochs = 0;  ///< that will be trained at most
    bool unicode = true;      ///< without, there are no bars
};
/// The names of the columns. @param history at least one epoch
[[nodiscard]] std::string header_text(const EpochTable& table, const std::vector<EpochRecord>& history);
/// The last epoch: its figures, its time, and the course of the loss up to it.
[[nodiscard]] std::string row_text(const EpochTable& table, const std::vector<EpochRecord>& history);

}  // namespace graft

/// @file
/// Where, when and at what cost something ran.
#pragma once

#include <ctime>
#include <string>

#include "core/clock.hpp"
#include "record/run_record.hpp"
#include "run/run_options.hpp"

namespace graft {

/// Writes machine, device, date, duration and peak memory into the record of a run that ends now.
void add_circumstances(RunRecord& record, const RunOptions& options, Clock::time_point start);

enum class UpTo { minutes, seconds };
/// "2026-01-31 12:00 UTC" or "2026-01-31 12:00:59 UTC".
[[nodiscard]] std::string utc_text(std::time_t time, UpTo precision);

}  // namespace graft

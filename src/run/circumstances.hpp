/// @file
/// Where, when and at what cost something ran.
#pragma once

#include <chrono>

#include "record/run_record.hpp"

namespace graft {

/// Writes machine, date, duration and peak memory into the record of a run that ends now.
void add_circumstances(RunRecord& record, std::chrono::steady_clock::time_point start);

}  // namespace graft

/// @file
/// What `graft train` says of a run: all of it from the record, whose figures are those of the weights in model.pt.
#pragma once

#include <filesystem>
#include <string>

#include "record/run_record.hpp"

namespace graft {

/// The test's report, or without one the kept epoch's metrics; then where run and model lie.
[[nodiscard]] std::string outcome_text(const RunRecord& outcome, const std::filesystem::path& folder);

/// What record.json of the run folder says about the outcome, and where it lies.
[[nodiscard]] Json outcome_json(const RunRecord& outcome, const std::filesystem::path& folder);

}  // namespace graft

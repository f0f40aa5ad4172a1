/// @file
/// Evaluations of several folders side by side.
#pragma once

#include <span>
#include <string>

#include "graft/record/evaluation.hpp"

namespace graft {

/// A line per folder and one for all of them.
[[nodiscard]] std::string folders_text(std::span<const EvaluationRecord> folders, const EvaluationRecord& total);

}  // namespace graft

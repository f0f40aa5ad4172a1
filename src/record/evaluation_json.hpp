/// @file
/// What an evaluation found, to JSON and back: evaluation.json, and `test` in record.json.
#pragma once

#include "config/json.hpp"
#include "graft/record/evaluation.hpp"

namespace graft {

/// Numbers that are not known become null.
[[nodiscard]] Json to_json(const EvaluationRecord& record);
/// Reads it back; null becomes NaN, and what an earlier graft did not write is left empty. Throws Json::exception for
/// another document.
[[nodiscard]] EvaluationRecord evaluation_from_json(const Json& json);

[[nodiscard]] Json to_json(const Reliability& reliability);
[[nodiscard]] Reliability reliability_from_json(const Json& json);

/// [low, high], or null where nothing can be said.
[[nodiscard]] Json to_json(const Interval& interval);
[[nodiscard]] Interval interval_from_json(const Json& json);

}  // namespace graft

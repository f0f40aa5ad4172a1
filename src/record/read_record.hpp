/// @file
/// A run's record back from its JSON: what reports and comparisons are made from.
#pragma once

#include "config/json.hpp"
#include "record/run_record.hpp"

namespace graft {

/// record.json. @throws Json::exception for another document
[[nodiscard]] RunRecord run_record_from_json(const Json& json);

}  // namespace graft

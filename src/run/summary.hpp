/// @file
/// What a run is about to do, in words and in JSON.
#pragma once

#include <string>
#include <vector>

#include "config/json.hpp"
#include "run/assemble.hpp"

namespace graft {

/// Images per class and part, as a table.
[[nodiscard]] std::string data_summary(const AssembledRun& run);

/// Parts of the network with output shapes and parameters, and which of them train, as a table.
[[nodiscard]] std::string model_summary(const AssembledRun& run);

/// Both for record.json.
[[nodiscard]] Json data_summary_json(const AssembledRun& run);
[[nodiscard]] Json model_summary_json(const AssembledRun& run);

}  // namespace graft

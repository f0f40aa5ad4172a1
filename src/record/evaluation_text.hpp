/// @file
/// What an evaluation found, to JSON and to CSV.
#pragma once

#include <string>

#include "config/json.hpp"
#include "graft/record/evaluation.hpp"

namespace graft {

[[nodiscard]] Json to_json(const EvaluationRecord& record);
/// The confusion matrix with names: rows are true classes, columns predicted ones.
[[nodiscard]] std::string confusion_csv(const EvaluationRecord& record);
/// class, precision, recall, f1, support.
[[nodiscard]] std::string classes_csv(const EvaluationRecord& record);

}  // namespace graft

/// @file
/// What an evaluation found, as tables for other programs.
#pragma once

#include <string>
#include <vector>

#include "graft/record/evaluation.hpp"

namespace graft {

/// A file of an evaluation's own tables.
struct EvaluationTable {
    std::string name;  ///< "confusion.csv"
    std::string text;
};
/// Of classes `classes.csv` and `confusion.csv` (rows are true classes, columns predicted ones), of several classes
/// per image `classes.csv`, of numbers `targets.csv`.
[[nodiscard]] std::vector<EvaluationTable> tables_of(const EvaluationRecord& record);

}  // namespace graft

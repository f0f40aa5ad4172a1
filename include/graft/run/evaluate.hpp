/// @file
/// Testing a model from a program: what `graft evaluate` does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <vector>

#include "graft/core/export.hpp"
#include "graft/core/reporter.hpp"
#include "graft/data/policies.hpp"
#include "graft/deploy/predictor.hpp"
#include "graft/record/evaluation.hpp"

namespace graft {

struct EvaluationOptions {
    std::vector<std::int64_t> top_k = {5};  ///< which top-k accuracies beside top-1; those >= K say nothing, left out
    OnBadImage on_bad_image = OnBadImage::fail;
    ClassMismatch class_mismatch = ClassMismatch::fail;
    std::size_t workers = 0;       ///< threads; 0: one per core
    std::filesystem::path output;  ///< folder for evaluation.json, report.txt, tables and predictions.csv; empty: none
    std::stop_token stop;
    Reporter* reporter = nullptr;  ///< lives as long as the call; null: nothing is said
};

/// Classifies every image in the class folders of `folder`, or in a list (.csv, .tsv, .jsonl; columns as in the lists
/// that the model was trained with, else as published programs call them), and counts. Classes are bound by name.
/// @throws DataError when the folder cannot be used, its classes differ or images cannot be read, unless the options
///         say otherwise; Interrupted when a stop was requested; Error when `output` cannot be written
[[nodiscard]] GRAFT_EXPORT EvaluationRecord evaluate(const Predictor& predictor, const std::filesystem::path& folder,
                                                     const EvaluationOptions& options = {});

}  // namespace graft

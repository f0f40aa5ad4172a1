/// @file
/// Evaluation of a model file on a folder of class folders, the way deployment sees the images.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/files.hpp"
#include "data/given_images.hpp"
#include "data/image_check.hpp"
#include "data/image_folder.hpp"
#include "data/list/read_list.hpp"
#include "graft/core/reporter.hpp"
#include "graft/deploy/predictor.hpp"
#include "run/dataset.hpp"
#include "run/run_options.hpp"
#include "task/evaluator.hpp"

namespace graft {

/// The images of class folders or of a list, with the classes of a model. A list need not have the split_column that
/// the model remembers.
/// @throws DataError when they cannot be used
[[nodiscard]] ImageFolder images_for(const Predictor& predictor, const std::filesystem::path& place, ImageChoice choice,
                                     const ScanOptions& scan);

/// How the lists were read that a model was trained with, without their root: the defaults of a model's lists.
[[nodiscard]] ListOptions recorded_list_options(const Predictor& predictor);

struct EvaluateOptions {
    std::vector<std::int64_t> top_k = {5};
    OnBadImage on_bad_image = OnBadImage::fail;
    std::size_t workers = 0;       ///< 0: as measured, else one per core
    std::filesystem::path folder;  ///< for predictions.csv and .jsonl, a line per image; empty: none
    Present present = Present::replaced;
    /// Called for every image that was read; may be empty.
    std::function<void(const Sample& sample, std::span<const float> values)> on_image = {};
};

/// What the model was taught.
[[nodiscard]] TaskKind task_of(const Predictor& predictor);
/// Counts for this model, of no image yet.
[[nodiscard]] std::unique_ptr<Evaluator> evaluator_of(const Predictor& predictor, const EvaluateOptions& options);

/// What was counted, with what is known of the model and of how it was asked.
[[nodiscard]] EvaluationRecord evaluation_of(const Predictor& predictor, const Evaluator& counts,
                                             const std::string& source);

/// @param folder its classes are the predictor's outputs, in the same order
/// @throws DataError listing every image that cannot be read, unless they are to be skipped; Interrupted
[[nodiscard]] std::unique_ptr<Evaluator> evaluate_folder(const Predictor& predictor, const ImageFolder& folder,
                                                         const EvaluateOptions& options, std::stop_token stop,
                                                         Reporter& reporter);

/// Tests a run's model on the test images of its dataset and writes the results into `folder`.
[[nodiscard]] EvaluationRecord evaluate_test(const std::filesystem::path& model, const Dataset& dataset,
                                             const RunOptions& options, const std::filesystem::path& folder,
                                             std::stop_token stop, Reporter& reporter);

/// What evaluate_folder writes: predictions.csv, predictions.jsonl.
[[nodiscard]] std::vector<std::string> prediction_file_names();
/// evaluation.json, report.txt, and every table that an evaluation of some task writes.
[[nodiscard]] std::vector<std::string> evaluation_file_names();
/// Writes those of these files that are of the record's task into `folder`.
void write_evaluation(const std::filesystem::path& folder, const EvaluationRecord& record,
                      Present present = Present::replaced);

}  // namespace graft

/// @file
/// What the validation images say of a trained network: thresholds, the temperature, when to say "unknown", and how it
/// does on each class.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <span>
#include <vector>

#include "deploy/model_info.hpp"
#include "graft/core/reporter.hpp"
#include "record/run_record.hpp"
#include "run/phase_features.hpp"
#include "run/run_options.hpp"
#include "statistics/reliability.hpp"
#include "task/task.hpp"

namespace graft {

/// Of the weights that the network has now. Nothing of it is known where a stop is requested: a resumed run asks then.
struct Calibrated {
    std::vector<float> thresholds;               ///< of multi_label
    std::optional<CalibrationRecord> record;     ///< of classification, where /calibration asks for it
    Decision decision;                           ///< of classification
    std::optional<ReferenceVectors> references;  ///< the same, where it has a max_distance
    /// Of classification: recalls on the validation images, or where there are none on the training images, if the
    /// head alone was trained and its features are kept.
    std::optional<DropRecord> seen;
};
/// @param features of the phase; where asks_features() is false those of another will do
[[nodiscard]] Calibrated calibrate(const RunOptions& options, const Task& task, const Dataset& dataset,
                                   const Phase& phase, const PhaseFeatures& features, Reporter& reporter);

/// Whether calibrate() looks at images at all.
[[nodiscard]] bool asks_features(const RunOptions& options, const Task& task, const Dataset& dataset);

/// What a network makes of the validation images.
struct ValidationImages {
    at::Tensor scores;                        ///< float32 [N,K]
    std::span<const Confidence> confidences;  ///< what the scores make of the N images with that temperature
    double temperature = 1;
    std::span<const float> distances = {};  ///< of the N images; empty where /decision does not ask for them
};
/// When to answer. /decision/known_share is looked for among all images, /decision/accuracy among those that margin
/// and distance let the model answer; where no probability gives it, min_confidence is 0, with a warning.
[[nodiscard]] Decision decide(const DecisionOptions& options, const ValidationImages& images, Reporter& reporter);

/// Puts into the model's info what is applied when it answers.
void apply(const Calibrated& calibrated, ModelInfo& info);

/// Class by class, what was lost between the images that the run saw and the test images; nothing without either.
[[nodiscard]] std::optional<DropRecord> drop_between(const std::optional<DropRecord>& seen,
                                                     const std::optional<EvaluationRecord>& test);

/// Throws ConfigError where the config asks for what the validation images cannot say.
void expect_can_be_calibrated(const RunOptions& options, const Task& task, const Dataset& dataset);

}  // namespace graft

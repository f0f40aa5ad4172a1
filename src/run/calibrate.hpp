/// @file
/// What the validation images say of a trained network: thresholds, the temperature, when to say "unknown", and how it
/// does on each class.
#pragma once

#include <optional>
#include <vector>

#include "deploy/model_info.hpp"
#include "graft/core/reporter.hpp"
#include "record/run_record.hpp"
#include "run/phase_features.hpp"
#include "run/run_options.hpp"
#include "task/task.hpp"

namespace graft {

/// Of the weights that the network has now. Nothing of it is known where a stop is requested: a resumed run asks then.
struct Calibrated {
    std::vector<float> thresholds;            ///< of multi_label
    std::optional<CalibrationRecord> record;  ///< of classification, where /calibration asks for it
    Decision decision;                        ///< of classification
    std::optional<DropRecord> seen;           ///< of classification: recalls on the validation images
};
[[nodiscard]] Calibrated calibrate(const RunOptions& options, const Task& task, const Phase& phase,
                                   const PhaseFeatures& features, Reporter& reporter);

/// Puts into the model's info what is applied when it answers.
void apply(const Calibrated& calibrated, ModelInfo& info);

/// Class by class, what was lost between the images that the run saw and the test images; nothing without either.
[[nodiscard]] std::optional<DropRecord> drop_between(const std::optional<DropRecord>& seen,
                                                     const std::optional<EvaluationRecord>& test);

/// Throws ConfigError where the config asks for what the validation images cannot say.
void expect_can_be_calibrated(const RunOptions& options, const Task& task, const Dataset& dataset);

}  // namespace graft

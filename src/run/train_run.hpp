/// @file
/// The main path: config → assemble → train → evaluate → a run folder.
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "graft/core/reporter.hpp"
#include "graft/run/train.hpp"
#include "record/evaluation_text.hpp"
#include "run/choose_weights.hpp"
#include "run/run_options.hpp"
#include "train/trainer.hpp"

namespace graft {

struct RunOutcome {
    TrainingResult training;
    std::optional<EvaluationRecord> test;  ///< when the config names a test folder and training was not interrupted
    std::filesystem::path folder;
};

/// Trains as the config says and writes the run folder: config.json, split.json, skipped.json, history.csv,
/// checkpoint/, model.pt, test/, record.json. All parts are put together before the first image is read.
/// @throws ConfigError, DataError, Error; Interrupted only when nothing worth keeping was done yet
[[nodiscard]] RunOutcome run_training(const RunOptions& config, const Tables& tables, ExistingRun existing,
                                      std::stop_token stop, Reporter& reporter, MissingWeights missing);

}  // namespace graft

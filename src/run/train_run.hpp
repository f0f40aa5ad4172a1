/// @file
/// The main path: config → dataset → backbone → phases → model.pt → test → record.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

#include "graft/core/reporter.hpp"
#include "graft/run/train.hpp"
#include "record/run_record.hpp"
#include "run/run_options.hpp"

namespace graft {

/// How a run is to go, apart from what it computes.
struct RunControl {
    ExistingRun existing = ExistingRun::refuse;
    MissingWeights missing = MissingWeights::download;
    std::stop_token stop;
    Reporter& reporter;
    /// Called once the run folder is this run's own and may be written into.
    std::function<void(const std::filesystem::path& folder)> on_folder = {};
    /// Called after every epoch, once the history is written.
    std::function<void(const std::vector<EpochRecord>& history)> on_epoch = {};
    /// Asked after each batch: whether somebody wants a checkpoint now.
    std::function<bool()> is_save_asked = {};
};

/// Trains as the config says and writes the run folder: config.json, split.json, batch_sizes.json, skipped.json,
/// findings.json, history.csv, checkpoint/, model.pt, test/, record.json. All parts are put together before the first
/// image is read.
/// @throws ConfigError, DataError, Error; Interrupted before the first epoch was over
[[nodiscard]] RunRecord run_training(const RunOptions& options, const Tables& tables, const RunControl& control);

}  // namespace graft

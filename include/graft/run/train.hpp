/// @file
/// Training from a program: what `graft train` does, with the program's own callbacks and backbones.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "graft/core/export.hpp"
#include "graft/core/reporter.hpp"
#include "graft/network/own_backbone.hpp"
#include "graft/record/evaluation.hpp"
#include "graft/record/history.hpp"
#include "graft/run/run_config.hpp"
#include "graft/train/callback.hpp"

namespace graft {

enum class MissingWeights {
    download,  ///< they are downloaded from the manifest's address, and checked
    refuse,    ///< an error that says where they are and how to download them
};

/// What to do with a run folder that already holds a run.
enum class ExistingRun {
    refuse,     ///< an error
    resume,     ///< go on from its checkpoint, number for number as if there had been no pause
    overwrite,  ///< its results are removed
};

/// What an application adds to a config.
struct TrainOptions {
    ExistingRun existing = ExistingRun::refuse;
    /// Called after those of the config, in this order. On a resume there must be the same ones again.
    std::vector<std::shared_ptr<Callback>> callbacks;
    std::vector<OwnBackbone> backbones;  ///< what /backbone/name may name besides graft's own
    MissingWeights missing_weights = MissingWeights::download;
    std::stop_token stop;          ///< a stop is heeded between batches; the state is saved
    Reporter* reporter = nullptr;  ///< lives as long as the call; null: nothing is said
};

/// The outcome of a run. The run folder holds all of it, and more.
struct TrainRecord {
    TrainingEnd end = TrainingEnd::completed;
    std::string reason;                    ///< of the callback that stopped it, or ""
    std::vector<EpochRecord> history;      ///< a row per epoch, those before a resume included
    std::size_t kept = 0;                  ///< which row of the history the model's weights are of
    std::string kept_because;              ///< "the last epoch", "the best val_loss 0.1234"
    std::optional<EvaluationRecord> test;  ///< nothing without a test folder (/data/test), or when interrupted
    std::filesystem::path folder;          ///< the run folder (docs/commands.md lists its files)
    std::filesystem::path model;           ///< model.pt in it, for Predictor
    std::string json;                      ///< record.json: config, data, model, freeze proof, times, memory
};

/// Trains and tests as the config says and writes the run folder. Everything is put together before the first image is
/// read, so a mistake costs a second. Blocks; uses all cores unless /data/workers says otherwise. One at a time in a
/// process; predictors may be used meanwhile.
/// @throws ConfigError with every problem of the config; DataError for images, folders and weights that cannot be used;
///         Interrupted when a stop was requested before the first epoch was over; Error otherwise; and whatever a
///         callback or the reporter throws
GRAFT_EXPORT TrainRecord train(const RunConfig& config, const TrainOptions& options = {});

/// Checks a config without training. @return it with all defaults written out, JSON
/// @throws ConfigError with every problem that the document alone shows
[[nodiscard]] GRAFT_EXPORT std::string resolved_config(const RunConfig& config,
                                                       const std::vector<OwnBackbone>& backbones = {});

}  // namespace graft

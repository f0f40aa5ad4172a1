/// @file
/// The training loop: epochs over features, a step per batch, validation, callbacks, checkpoints.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "features/features.hpp"
#include "graft/core/reporter.hpp"
#include "network/grafted_model.hpp"
#include "record/history_csv.hpp"
#include "task/loss.hpp"
#include "train/callback_table.hpp"
#include "train/optimizer.hpp"

namespace graft {

struct TrainingOptions {
    std::int64_t epochs = 10;
    std::int64_t batch_size = 32;
    std::uint64_t seed = 0;
};

/// Everything that training needs, put together. References outlive the trainer.
struct TrainingParts {
    TorchModule scion;  ///< features -> class scores; its parameters are trained
    Features& train;
    Features* validation = nullptr;  ///< none: no validation metrics
    Loss loss;
    std::shared_ptr<torch::optim::Optimizer> optimizer;
    std::vector<std::unique_ptr<Callback>> callbacks;  ///< in the order in which they run
    std::function<void(const std::filesystem::path&)> save_model;
    std::function<void(const std::vector<EpochRecord>&)> on_history;  ///< after each epoch, before its checkpoint
    std::filesystem::path checkpoint;                                 ///< the file that the last state goes to
    Json run_identity = Json::object();                               ///< what a checkpoint must agree with
    std::stop_token stop;
};

struct TrainingResult {
    std::vector<EpochRecord> history;
    TrainingEnd end = TrainingEnd::completed;
    std::string reason;  ///< of a callback that stopped it
};

/// The metrics that an EpochRecord will hold: loss, accuracy and, with validation, val_loss, val_accuracy.
/// `loss` is what is minimised, over the epoch's batches as they came; `val_loss` is plain cross entropy.
[[nodiscard]] std::vector<std::string> produced_metrics(bool has_validation);

/// Trains until the epochs are over, a callback stops it, or a stop is requested. A stop loses at most the epoch at
/// hand: the state after every epoch is in the checkpoint.
/// @param resume go on from the checkpoint; number for number as if there had been no pause
/// @throws Error when the loss is not finite and no callback dealt with it, naming epoch and batch; when a callback
/// dealt with it but no epoch had given finite metrics before, so that there is nothing worth keeping
[[nodiscard]] TrainingResult train(TrainingParts parts, const TrainingOptions& options, bool resume,
                                   Reporter& reporter);

}  // namespace graft

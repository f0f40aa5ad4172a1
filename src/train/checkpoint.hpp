/// @file
/// The state of a training run between two epochs, as one file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "network/layers.hpp"
#include "record/history_text.hpp"
#include "train/callback_table.hpp"
#include "train/weights_snapshot.hpp"

namespace torch::optim {
class Optimizer;
}

namespace graft {

struct TrainingState {
    std::int64_t phase = 0, epoch_of_phase = 0;  ///< what comes next
    std::vector<EpochRecord> history;
    std::vector<CallbackState> callbacks;
    bool finished = false;                          ///< no further epoch is due
    std::string reason;                             ///< of the callback that finished it
    Json learning_rates;                            ///< LearningRates::save_state of the phase
    std::int64_t weights_of = 0;                    ///< which row of the history the weights are of
    std::string weights_because;                    ///< why these
    std::shared_ptr<const TensorSnapshot> average;  ///< of the weights, where the run keeps one
};

/// Writes the state, the weights and what the optimizer remembers, whole or not at all.
/// @param run_identity an object: what a run must have in common with this one to go on from here
/// @param weights everything that any phase trains
void save_checkpoint(const std::filesystem::path& file, const Json& run_identity, const TrainingState& state,
                     const TorchModule& weights, const torch::optim::Optimizer& optimizer);

/// Reads the state back; `weights` get the saved values.
/// @throws DataError when the file is absent or damaged, or of graft before 0.2; ConfigError when it is of a run with
/// another identity, naming what differs
[[nodiscard]] TrainingState load_checkpoint(const std::filesystem::path& file, const Json& run_identity,
                                            const TorchModule& weights);
/// The saved values alone. Throws DataError when the file is absent or damaged.
void load_weights(const std::filesystem::path& file, const TorchModule& weights);
/// What the optimizer remembered. Throws DataError when the file is absent or damaged.
void load_optimizer(const std::filesystem::path& file, torch::optim::Optimizer& optimizer);

/// Throws what load_checkpoint would throw for another identity or a damaged file; nothing else is read.
void expect_checkpoint_of(const std::filesystem::path& file, const Json& run_identity);

}  // namespace graft

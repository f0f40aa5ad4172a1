/// @file
/// The state of a training run between two epochs or two batches, as one file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
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

/// An epoch that is not over: what was trained of it.
struct EpochPart {
    std::int64_t batches = 0;
    bool diverged = false;                          ///< a loss was not finite, and a callback dealt with it
    double learning_rate = 0, seconds = 0;          ///< for the history
    std::string measures;                           ///< Measures::keep
    std::vector<at::Tensor> gradients;              ///< of a step that is not complete; empty for those without
    std::shared_ptr<const TensorSnapshot> average;  ///< of the weights so far, where the run keeps one
    std::shared_ptr<const TensorSnapshot> before;   ///< the model's weights after the last whole epoch; none: no such
};

struct TrainingState {
    std::int64_t phase = 0, epoch_of_phase = 0;  ///< what comes next
    std::optional<EpochPart> part;               ///< of the epoch that comes next
    std::vector<EpochRecord> history;
    std::vector<CallbackState> callbacks, phase_callbacks;
    bool finished = false;                          ///< no further epoch is due
    std::string reason;                             ///< of the callback that finished it
    std::string phase_reason;                       ///< of the callback that ended the phase; empty: none did
    Json learning_rates;                            ///< LearningRates::save_state of the phase
    std::int64_t weights_of = 0;                    ///< which row of the history the weights are of
    std::string weights_because;                    ///< why these
    std::shared_ptr<const TensorSnapshot> average;  ///< of the weights, where the run keeps one
};

/// Where the checkpoint goes that was the last one until the next was complete.
[[nodiscard]] std::filesystem::path previous_of(const std::filesystem::path& checkpoint);

/// Writes the state, the weights and what the optimizer remembers, whole or not at all. The last one becomes the
/// previous one.
/// @param run_identity an object: what a run must have in common with this one to go on from here
/// @param weights everything that any phase trains
void save_checkpoint(const std::filesystem::path& file, const Json& run_identity, const TrainingState& state,
                     const TorchModule& weights, const torch::optim::Optimizer& optimizer);

/// Reads the state back; `weights` get the saved values.
/// @throws DataError when the file is absent or damaged, or of graft before 0.2; ConfigError when it is of a run with
/// another identity, naming what differs
[[nodiscard]] TrainingState load_checkpoint(const std::filesystem::path& file, const Json& run_identity,
                                            const TorchModule& weights);
/// What the optimizer remembered. Throws DataError when the file is absent or damaged.
void load_optimizer(const std::filesystem::path& file, torch::optim::Optimizer& optimizer);

/// Whether the file is what save_checkpoint wrote, by the checksum in it. Throws DataError when it cannot be read.
[[nodiscard]] bool is_whole_checkpoint(const std::filesystem::path& file);

/// Throws what load_checkpoint would throw for another identity or a damaged file; nothing else is read.
void expect_checkpoint_of(const std::filesystem::path& file, const Json& run_identity);

}  // namespace graft

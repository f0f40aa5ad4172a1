/// @file
/// The state of a training run between two epochs, as one file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "network/layers.hpp"
#include "record/history_csv.hpp"
#include "train/callback_table.hpp"

namespace torch::optim {
class Optimizer;
}

namespace graft {

struct TrainingState {
    std::int64_t next_epoch = 0;
    std::vector<EpochRecord> history;
    std::vector<CallbackState> callbacks;
    bool finished = false;  ///< no further epoch is due
    std::string reason;     ///< of the callback that finished it
};

/// Writes the state, the scion's values and the optimizer's, whole or not at all.
/// @param run_identity an object: what a run must have in common with this one to go on from here
void save_checkpoint(const std::filesystem::path& file, const Json& run_identity, const TrainingState& state,
                     const TorchModule& scion, const torch::optim::Optimizer& optimizer);

/// Reads them back; the scion and the optimizer get the saved values.
/// @throws DataError when the file is absent or damaged; ConfigError when it is of a run with another identity, naming
/// what differs
[[nodiscard]] TrainingState load_checkpoint(const std::filesystem::path& file, const Json& run_identity,
                                            const TorchModule& scion, torch::optim::Optimizer& optimizer);

/// Throws what load_checkpoint would throw for another identity or a damaged file; nothing else is read.
void expect_checkpoint_of(const std::filesystem::path& file, const Json& run_identity);

}  // namespace graft

/// @file
/// One training of a head on shared features, in memory alone.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "features/feature_rows.hpp"
#include "search/shared_features.hpp"
#include "train/trainer.hpp"

namespace graft {

/// Trains as `graft train` would, number for number, but writes no files: callbacks that write some are left out.
/// Single-threaded where the calling thread is; several may train at once, each in one thread at a time.
class HeadTrial {
public:
    /// @param shared outlives this object
    /// @throws ConfigError for options that do not fit the data
    HeadTrial(RunOptions options, const Tables& tables, const SharedFeatures& shared, std::size_t fold,
              std::stop_token stop);

    /// Until so many epochs are over, or a callback stops it. @throws Error when the loss is not finite
    void train_until(std::int64_t epochs) { trainer_->train_until(epochs); }
    [[nodiscard]] bool ended() const { return trainer_->ended() || trainer_->phase_ended(); }
    [[nodiscard]] const std::vector<EpochRecord>& history() const { return trainer_->history(); }
    /// @throws Error when no epoch is worth keeping
    [[nodiscard]] TrainingResult finish() { return trainer_->finish(); }

private:
    SilentReporter silent_;
    FeatureRows train_, validation_;
    std::unique_ptr<Trainer> trainer_;
};

}  // namespace graft

/// @file
/// How the trials of a search are trained: heads side by side on shared features, or whole runs one after the other.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graft/record/history.hpp"
#include "record/metric.hpp"
#include "search/halving.hpp"
#include "search/shared_features.hpp"
#include "search/trial_store.hpp"

namespace graft {

/// A trial that is due.
struct Trial {
    TrialRecord record;
    RunOptions options;  ///< without a test; `output` is a folder of its own
};

/// What trials are compared by, and what others have come to at each rung so far.
struct Contest {
    ProducedMetric monitor;
    HalvingOptions halving;
    std::vector<std::int64_t> rungs;           ///< epochs, in rising order
    std::vector<std::vector<double>> reached;  ///< [rung][trial] of trials that were decided before
    std::vector<TrialRecord> known;            ///< of the batch at hand, decided before an interruption
    std::int64_t folds = 1;

    /// Of a training of so many epochs: the rungs below, and its end.
    [[nodiscard]] std::vector<std::int64_t> rungs_below(std::int64_t epochs) const;
    /// The config as it is written is trained to its end in any case.
    [[nodiscard]] static bool always_goes_on(const TrialRecord& trial) { return trial.number == 0; }
    /// The values of those trials at a rung, counted from 0.
    [[nodiscard]] std::span<const double> reached_at(std::size_t rung) const {
        return rung < reached.size() ? std::span<const double>(reached[rung]) : std::span<const double>();
    }
    /// Takes the rungs of a trial among those that later ones are compared with.
    void add(const TrialRecord& trial);
};

class TrialRunner {
public:
    virtual ~TrialRunner() = default;
    /// How many trials are chosen at once: as many on any machine.
    [[nodiscard]] virtual std::size_t batch_size() const = 0;
    /// Trains trials and tells of each as it ends. Those that a stop prevents are not told of.
    /// @param contest holds nothing of this batch
    virtual void run(std::vector<Trial> batch, const Contest& contest,
                     const std::function<void(const TrialRecord&)>& on_end) = 0;
};

/// @param tables, control outlive the runner
[[nodiscard]] std::unique_ptr<TrialRunner> heads_runner(const Tables& tables, const SearchControl& control);
[[nodiscard]] std::unique_ptr<TrialRunner> runs_runner(const Tables& tables, const SearchControl& control);

/// The epoch with the best value of the metric so far. @param history not empty
[[nodiscard]] const EpochRecord& best_epoch(std::span<const EpochRecord> history, const ProducedMetric& monitor);

/// The mean of each metric over the folds.
[[nodiscard]] std::vector<std::pair<std::string, double>> mean_metrics(std::span<const EpochRecord> folds);

/// What a trial has come to: the mean of an epoch of each fold.
void set_figures(TrialRecord& trial, std::span<const EpochRecord> folds, const ProducedMetric& monitor);

/// The trainings of a trial: one, or one for each fold.
[[nodiscard]] std::vector<RunOptions> trainings_of(const RunOptions& options, std::int64_t folds);

}  // namespace graft

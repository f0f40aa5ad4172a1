#include "search/trial_runner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/crossval.hpp"

namespace graft {

std::vector<std::int64_t> Contest::rungs_below(std::int64_t epochs) const {
    std::vector<std::int64_t> below;
    std::ranges::copy_if(rungs, std::back_inserter(below), [&](std::int64_t rung) { return rung < epochs; });
    below.push_back(epochs);
    return below;
}

void Contest::add(const TrialRecord& trial) {
    if (reached.size() < trial.rungs.size()) reached.resize(trial.rungs.size());
    for (std::size_t i = 0; i < trial.rungs.size(); ++i) reached[i].push_back(trial.rungs[i]);
}

const EpochRecord& best_epoch(std::span<const EpochRecord> history, const ProducedMetric& monitor) {
    const auto value = [&](const EpochRecord& epoch) {
        return epoch.metric(monitor.name).value_or(std::numeric_limits<double>::quiet_NaN());
    };
    const EpochRecord* best = &history.front();
    for (const EpochRecord& epoch : history)
        if (is_better(value(epoch), value(*best), monitor.better)) best = &epoch;
    return *best;
}

std::vector<std::pair<std::string, double>> mean_metrics(std::span<const EpochRecord> folds) {
    std::vector<std::pair<std::string, double>> means;
    for (const auto& [name, first] : folds.front().metrics) {
        double sum = 0;
        for (const EpochRecord& fold : folds)
            sum += fold.metric(name).value_or(std::numeric_limits<double>::quiet_NaN());
        means.emplace_back(name, sum / static_cast<double>(folds.size()));
    }
    return means;
}

void set_figures(TrialRecord& trial, std::span<const EpochRecord> folds, const ProducedMetric& monitor) {
    trial.metrics = mean_metrics(folds);
    trial.value = trial.metric(monitor.name).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::vector<RunOptions> trainings_of(const RunOptions& options, std::int64_t folds) {
    if (folds < 2) return {options};
    std::vector<RunOptions> trainings;
    for (std::int64_t fold = 0; fold < folds; ++fold)
        trainings.push_back(options_of_fold(options, {.folds = folds}, 0, fold));
    return trainings;
}

}  // namespace graft

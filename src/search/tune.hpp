/// @file
/// The search for values of a config with which a training does best on its validation images.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/metric.hpp"
#include "run/train_run.hpp"
#include "search/shared_features.hpp"
#include "search/trial_store.hpp"
#include "search/tune_options.hpp"

namespace graft {

struct TuneRecord {
    ProducedMetric monitor;
    std::vector<TrialRecord> trials;  ///< by number
    std::size_t winner = 0;           ///< number of the trial
    Json config;                      ///< the winner's, as a run may read it
    bool out_of_time = false;
    double seconds = 0;
    std::optional<RunRecord> run;  ///< of the winner, with the one test
};

/// Whether the winner is trained in the end as `graft train` trains it.
enum class WinnersRun { yes, no };

/// Trains trials until there are as many as asked for or the time is over, each stored as it ends; then the winner in
/// the folder `best`. The search is a function of config, space and seed, also when it was interrupted, with any number
/// of cores: trials are chosen batch by batch, and each batch is trained rung by rung.
/// Where nothing but a head trains, the trials of a batch share features and train side by side, one on each core. Else
/// each is a run of its own.
/// @throws ConfigError, DataError, Error; Interrupted, when what is stored is enough to go on from
[[nodiscard]] TuneRecord tune(const TuneConfig& config, const Tables& tables, ExistingRun existing,
                              WinnersRun winners_run, const SearchControl& control);

/// What the search came to; and as a table, the best first.
[[nodiscard]] Json to_json(const TuneRecord& record);
[[nodiscard]] std::string text_of(const TuneRecord& record);
/// One line for each trial, for spreadsheets.
[[nodiscard]] std::string trials_csv(const TuneRecord& record, const SearchSpace& space);

/// A page that needs nothing besides: every trial as a line across its values, and a table.
[[nodiscard]] std::string trials_page(const TuneRecord& record, const SearchSpace& space);

/// The best of the trials that came farthest: the one that is to be the winner. @throws Error when all failed
[[nodiscard]] std::size_t winner_of(const std::vector<TrialRecord>& trials, Direction better);
/// Numbers of the trials, the best first: the ones that came farther before others.
[[nodiscard]] std::vector<std::size_t> ranked(const std::vector<TrialRecord>& trials, Direction better);

}  // namespace graft

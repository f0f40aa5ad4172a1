#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "core/clock.hpp"
#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/threads.hpp"
#include "search/head_trial.hpp"
#include "search/trial_runner.hpp"

namespace graft {
namespace {

/// All of a config that decides which features a training reads.
std::string feature_key(const RunOptions& options, const Tables& tables) {
    const Json all = resolved(options, tables);
    Json key = {{"data", all.at("data")},
                {"backbone", all.at("backbone")},
                {"pooling", all.at("head").at("pooling")},
                {"features", all.at("features")},
                {"augmentation", augments(options) ? all.at("augmentation") : Json()}};
    for (const char* other : {"batch_size", "workers"}) key["data"].erase(other);
    key["image_size"] = phases_of(options).front().image_size;
    if (augments(options)) key["views"] = views_read(options);
    return key.dump();
}

/// A trial in the making: a training for each fold.
struct HeadsAtWork {
    Trial* trial = nullptr;
    const SharedFeatures* shared = nullptr;
    std::vector<RunOptions> trainings;
    std::vector<std::unique_ptr<HeadTrial>> folds;
    std::vector<std::int64_t> rungs;
    bool over = false;
};

/// What a worker did for one fold up to a rung.
struct Stretch {
    double seconds = 0;
    std::string error;
};

/// The weights that a model would have decide.
void complete(HeadsAtWork& heads, const Contest& contest) {
    TrialRecord& record = heads.trial->record;
    std::vector<EpochRecord> kept;
    for (const auto& fold : heads.folds) {
        const TrainingResult result = fold->finish();
        kept.push_back(result.history.at(result.kept));
        record.epochs = std::max(record.epochs, std::ssize(result.history));
    }
    set_figures(record, kept, contest.monitor);
}

/// Fills in the record of a trial that has reached a rung, but for whether it goes on.
void take_stock(HeadsAtWork& heads, const Contest& contest) {
    TrialRecord& record = heads.trial->record;
    std::vector<EpochRecord> best;
    for (const auto& fold : heads.folds) {
        best.push_back(best_epoch(fold->history(), contest.monitor));
        record.epochs = std::max(record.epochs, std::ssize(fold->history()));
    }
    set_figures(record, best, contest.monitor);
}

class HeadsRunner final : public TrialRunner {
public:
    HeadsRunner(const Tables& tables, const SearchControl& control) : tables_(tables), control_(control) {}

    std::size_t batch_size() const override { return 8; }
    void run(std::vector<Trial> batch, const Contest& contest,
             const std::function<void(const TrialRecord&)>& on_end) override;

private:
    const SharedFeatures& features_for(const std::vector<RunOptions>& trainings);
    HeadsAtWork begun(Trial& trial, const Contest& contest);
    /// Trains to a rung. False: a stop came in between.
    bool train(std::vector<HeadsAtWork*>& live, std::size_t rung);
    Stretch train_fold(HeadsAtWork& heads, std::size_t fold, std::int64_t epochs) const;
    static void settle(std::vector<HeadsAtWork*>& live, std::size_t rung, const Contest& contest);
    static void halve(std::vector<HeadsAtWork*>& live, std::size_t rung, const Contest& contest);

    const Tables& tables_;
    const SearchControl& control_;
    std::map<std::string, std::unique_ptr<SharedFeatures>> features_;
};

const SharedFeatures& HeadsRunner::features_for(const std::vector<RunOptions>& trainings) {
    std::unique_ptr<SharedFeatures>& features = features_[feature_key(trainings.front(), tables_)];
    if (features) return *features;
    features = share_features(trainings.front(), tables_, read_datasets(trainings, tables_), control_);
    return *features;
}

HeadsAtWork HeadsRunner::begun(Trial& trial, const Contest& contest) {
    HeadsAtWork heads{.trial = &trial, .rungs = contest.rungs_below(epochs_of(trial.options))};
    heads.trainings = trainings_of(trial.options, contest.folds);
    heads.shared = &features_for(heads.trainings);
    heads.folds.resize(heads.trainings.size());
    return heads;
}

Stretch HeadsRunner::train_fold(HeadsAtWork& heads, std::size_t fold, std::int64_t epochs) const {
    const Clock::time_point start = Clock::now();
    Stretch stretch;
    try {
        std::unique_ptr<HeadTrial>& training = heads.folds[fold];
        if (!training)
            training = std::make_unique<HeadTrial>(heads.trainings[fold], tables_, *heads.shared, fold, control_.stop);
        training->train_until(epochs);
    } catch (const std::exception& error) {
        stretch.error = cause_in(error.what());
    }
    stretch.seconds = seconds_since(start);
    return stretch;
}

bool HeadsRunner::train(std::vector<HeadsAtWork*>& live, std::size_t rung) {
    std::vector<std::pair<HeadsAtWork*, std::size_t>> jobs;
    for (HeadsAtWork* heads : live)
        for (std::size_t fold = 0; fold < heads->folds.size(); ++fold) jobs.emplace_back(heads, fold);
    const OrderedMapOptions work{.workers = std::min(workers_of(live.front()->trial->options.data), jobs.size()),
                                 .window = jobs.size(),
                                 .on_worker_start = use_one_thread_here,
                                 .stop = control_.stop};
    const auto train = [&](std::size_t i) {
        return train_fold(*jobs[i].first, jobs[i].second, jobs[i].first->rungs[rung]);
    };
    const std::size_t done = ordered_map(jobs.size(), work, train, [&](std::size_t i, const Stretch& stretch) {
        TrialRecord& record = jobs[i].first->trial->record;
        record.seconds += stretch.seconds;
        if (record.error.empty()) record.error = stretch.error;
    });
    return done == jobs.size() && !control_.stop.stop_requested();
}

/// Takes stock of trials that have reached a rung, and ends those that are trained to their end or failed.
void HeadsRunner::settle(std::vector<HeadsAtWork*>& live, std::size_t rung, const Contest& contest) {
    const auto ended = [](const auto& fold) { return fold->ended(); };
    for (HeadsAtWork* heads : live) {
        TrialRecord& record = heads->trial->record;
        const bool last = rung + 1 == heads->rungs.size();
        try {
            if (!record.error.empty()) throw Error(record.error);
            take_stock(*heads, contest);
            if (!last) record.rungs.push_back(record.value);
            if (!last && !std::ranges::all_of(heads->folds, ended)) continue;
            complete(*heads, contest);
            record.end = TrialEnd::completed;
        } catch (const Error& error) {
            record.error = error.what();
            record.value = NAN;
            record.end = TrialEnd::failed;
        }
        heads->over = true;
    }
}

/// Ends those that are not among the best at a rung.
void HeadsRunner::halve(std::vector<HeadsAtWork*>& live, std::size_t rung, const Contest& contest) {
    struct Entry {
        const TrialRecord* record;
        HeadsAtWork* heads;  ///< none: decided before an interruption
    };
    std::vector<Entry> entries;
    const auto reached = [&](const TrialRecord& record) { return record.rungs.size() > rung; };
    for (const TrialRecord& record : contest.known)
        if (reached(record)) entries.push_back({&record, nullptr});
    for (HeadsAtWork* heads : live)
        if (reached(heads->trial->record)) entries.push_back({&heads->trial->record, heads});
    std::ranges::sort(entries, {}, [](const Entry& entry) { return entry.record->number; });
    std::vector<double> values;
    for (const Entry& entry : entries) values.push_back(entry.record->rungs[rung]);
    const std::vector<bool> on =
        going_on(contest.reached_at(rung), values, contest.monitor.better, contest.halving.reduction);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        HeadsAtWork* heads = entries[i].heads;
        if (heads == nullptr || heads->over || on[i] || Contest::always_goes_on(heads->trial->record)) continue;
        heads->trial->record.end = TrialEnd::stopped;
        heads->over = true;
    }
}

void HeadsRunner::run(std::vector<Trial> batch, const Contest& contest,
                      const std::function<void(const TrialRecord&)>& on_end) {
    std::vector<HeadsAtWork> all;
    for (Trial& trial : batch) all.push_back(begun(trial, contest));
    std::vector<HeadsAtWork*> live;
    for (HeadsAtWork& heads : all) live.push_back(&heads);
    for (std::size_t rung = 0; !live.empty(); ++rung) {
        if (!train(live, rung)) return;
        settle(live, rung, contest);
        halve(live, rung, contest);
        for (HeadsAtWork* heads : live) {
            if (!heads->over) continue;
            heads->folds.clear();
            on_end(heads->trial->record);
        }
        std::erase_if(live, [](const HeadsAtWork* heads) { return heads->over; });
    }
}

}  // namespace

std::unique_ptr<TrialRunner> heads_runner(const Tables& tables, const SearchControl& control) {
    return std::make_unique<HeadsRunner>(tables, control);
}

}  // namespace graft

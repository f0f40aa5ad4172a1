#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "core/clock.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "run/train_run.hpp"
#include "search/trial_runner.hpp"

namespace graft {
namespace {

/// Ends a run at a rung where others were better.
class RungWatch final : public Callback {
public:
    RungWatch(const Contest& contest, std::vector<std::int64_t> rungs, bool always)
        : contest_(contest), rungs_(std::move(rungs)), always_(always) {}

    void on_epoch_end(const EpochRecord& record, TrainControl& control) override {
        history_.push_back(record);
        if (values_.size() + 1 >= rungs_.size() || std::ssize(history_) != rungs_[values_.size()]) return;
        const std::size_t rung = values_.size();
        values_.push_back(best_epoch(history_, contest_.monitor).metric(contest_.monitor.name).value_or(NAN));
        if (always_) return;
        if (going_on(contest_.reached_at(rung), std::span(&values_.back(), 1), contest_.monitor.better,
                     contest_.halving.reduction)[0])
            return;
        stopped_ = true;
        control.stop_training(
            format_text("others had a better {} after {} epochs", contest_.monitor.name, history_.size()));
    }
    [[nodiscard]] const std::vector<double>& values() const { return values_; }
    [[nodiscard]] bool stopped() const { return stopped_; }

private:
    const Contest& contest_;
    std::vector<std::int64_t> rungs_;
    bool always_;
    std::vector<EpochRecord> history_;
    std::vector<double> values_;
    bool stopped_ = false;
};

/// What a trial's runs came to: their weights are not needed, and many would fill a disk.
void remove_weights(const std::filesystem::path& run) {
    std::error_code ignored;
    std::filesystem::remove(run / "checkpoint" / "last.pt", ignored);
    std::filesystem::remove(run / "model.pt", ignored);
}

class RunsRunner final : public TrialRunner {
public:
    RunsRunner(const Tables& tables, const SearchControl& control) : tables_(tables), control_(control) {}

    std::size_t batch_size() const override { return 1; }
    void run(std::vector<Trial> batch, const Contest& contest,
             const std::function<void(const TrialRecord&)>& on_end) override {
        for (Trial& trial : batch) {
            if (!train(trial, contest)) return;
            on_end(trial.record);
        }
    }

private:
    /// False: a stop came in between.
    bool train(Trial& trial, const Contest& contest) {
        const Clock::time_point start = Clock::now();
        TrialRecord& record = trial.record;
        std::vector<EpochRecord> kept;
        for (RunOptions options : trainings_of(trial.options, contest.folds)) {
            const auto watch = std::make_shared<RungWatch>(contest, contest.rungs_below(epochs_of(options)),
                                                           Contest::always_goes_on(record) || !kept.empty());
            options.own_callbacks.push_back(watch);
            try {
                const RunRecord run = run_training(options, tables_,
                                                   {.existing = ExistingRun::overwrite,
                                                    .missing = control_.missing,
                                                    .stop = control_.stop,
                                                    .reporter = control_.reporter});
                remove_weights(options.output);
                if (run.end == TrainingEnd::interrupted) return false;
                record.epochs = std::max(record.epochs, std::ssize(run.history));
                kept.push_back(watch->stopped() ? best_epoch(run.history, contest.monitor) : run.kept_epoch());
            } catch (const Interrupted&) {
                return false;
            } catch (const Error& error) {
                record.error = error.what();
            }
            if (kept.size() == 1) record.rungs = watch->values();
            record.end = !record.error.empty() ? TrialEnd::failed
                         : watch->stopped()    ? TrialEnd::stopped
                                               : TrialEnd::completed;
            if (record.end != TrialEnd::completed) break;
        }
        if (!kept.empty()) set_figures(record, kept, contest.monitor);
        if (record.end == TrialEnd::failed) record.value = NAN;
        record.seconds = seconds_since(start);
        return true;
    }

    const Tables& tables_;
    const SearchControl& control_;
};

}  // namespace

std::unique_ptr<TrialRunner> runs_runner(const Tables& tables, const SearchControl& control) {
    return std::make_unique<RunsRunner>(tables, control);
}

}  // namespace graft

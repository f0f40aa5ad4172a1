#include "search/tune.hpp"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "core/clock.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "search/crossval.hpp"
#include "search/tpe.hpp"
#include "search/trial_runner.hpp"
#include "train/measures.hpp"
#include "train/monitor.hpp"

namespace graft {
namespace {

/// A stop that is requested when the time is over, or when another one is.
class Deadline {
public:
    Deadline(std::optional<double> hours, const std::stop_token& stop)
        : passed_on_(stop, [this] { source_.request_stop(); }) {
        if (!hours) return;
        const auto end =
            Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*hours * 3600));
        clock_ = std::jthread([this, end](const std::stop_token& done) {
            std::mutex mutex;
            std::unique_lock lock(mutex);
            std::condition_variable_any woken;
            woken.wait_until(lock, done, end, [] { return false; });
            if (!done.stop_requested()) source_.request_stop();
        });
    }
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::stop_callback<std::function<void()>> passed_on_;
    std::jthread clock_;
};

/// The metric that decides. @throws ConfigError
ProducedMetric monitor_of(const TuneConfig& config, const Tables& tables, const SearchControl& control) {
    const RunOptions options = trainings_of(config.options, config.tune.folds).front();
    const Dataset dataset = read_dataset(options, tables);
    if (dataset.validation.empty())
        throw ConfigError(
            "/data/validation_split: a search compares trials by validation images, and there are none: give some "
            "(/data/validation_split, /data/validation), or search with folds (/tune/folds)");
    const Recipe recipe = make_recipe(options, tables, dataset, control.missing);
    const std::vector<ProducedMetric> metrics = produced_metrics(recipe.metrics, true);
    if (!config.tune.monitor.empty()) return produced_metric(config.tune.monitor, metrics, "/tune");
    const auto found = std::ranges::find_if(metrics, [](const ProducedMetric& metric) {
        return metric.name.starts_with(kValidationPrefix) && metric.name != "val_loss";
    });
    return found != metrics.end() ? *found : ProducedMetric{"val_loss", Direction::min};
}

/// What searches must have in common for one to go on with the other. How many trials, and how long, may change.
Json identity_of(const TuneConfig& config, const Tables& tables, const ProducedMetric& monitor) {
    const TuneOptions& tune = config.tune;
    RunOptions options = config.options;
    options.data.workers.reset();
    return {{"config", differences(options, tables)},
            {"space", to_json(config.space)},
            {"method", text_of(tune.method)},
            {"monitor", monitor.name},
            {"reduction", tune.halving.reduction},
            {"min_epochs", tune.halving.min_epochs},
            {"folds", tune.folds},
            {"seed", tune.seed}};
}

/// A search at work.
class Search {
public:
    Search(const TuneConfig& config, const Tables& tables, Contest contest, TrialStore& store,
           const SearchControl& control)
        : config_(config), tables_(tables), contest_(std::move(contest)), store_(store), control_(control) {
        for (const TrialRecord& trial : store.found()) add(trial);
    }

    /// All trials, in batches; fewer when a stop is requested.
    std::vector<TrialRecord> run(TrialRunner& runner) {
        const auto total = static_cast<std::size_t>(config_.tune.trials) + 1;
        while (done_.size() < total && !control_.stop.stop_requested()) {
            const std::size_t end = std::min(total, done_.size() + runner.batch_size());
            if (!run_batch(runner, end)) break;
        }
        for (const auto& [number, trial] : known_)  // of the batch that was not finished
            if (number >= done_.size()) done_.push_back(trial);
        return std::move(done_);
    }

private:
    /// The trials up to `end`. False: a stop came in between.
    bool run_batch(TrialRunner& runner, std::size_t end) {
        const std::size_t begin = done_.size();
        std::vector<Trial> due;
        Contest contest = contest_;
        for (std::size_t number = begin; number < end; ++number) {
            if (known_.contains(number)) {
                contest.known.push_back(known_.at(number));
                continue;
            }
            Trial trial = trial_of(number);
            if (trial.record.error.empty())
                due.push_back(std::move(trial));
            else
                keep(trial.record);
        }
        if (!due.empty()) runner.run(std::move(due), contest, [&](const TrialRecord& record) { keep(record); });
        for (std::size_t number = begin; number < end; ++number)
            if (!known_.contains(number)) return false;
        for (std::size_t number = begin; number < end; ++number) {
            done_.push_back(known_.at(number));
            contest_.add(done_.back());
        }
        return true;
    }

    Trial trial_of(std::size_t number) const {
        Trial trial{.record = {.number = number, .values = Json::object()}};
        Json document = config_.document;
        try {
            if (number > 0) {
                trial.record.point = next_point(number);
                for (std::size_t i = 0; i < config_.space.size(); ++i)
                    trial.record.values[config_.space[i].pointer] = value_at(config_.space[i], trial.record.point[i]);
                document = config_at(std::move(document), config_.space, trial.record.point);
            }
            trial.options = read_run_config(std::move(document), tables_);
        } catch (const ConfigError& error) {
            trial.record.end = TrialEnd::failed;
            trial.record.value = std::numeric_limits<double>::quiet_NaN();
            trial.record.error = error.what();
        }
        trial.options.data.test.reset();  // looked at once, by the winner
        trial.options.output = (store_.folder() / "trials" / format_text("{}", number)).string();
        return trial;
    }

    /// From the trials of all batches before.
    Point next_point(std::size_t number) const {
        Rng rng = Rng::stream(static_cast<std::uint64_t>(config_.tune.seed), "tune", {number});
        if (config_.tune.method == SearchMethod::random) return random_point(config_.space, rng);
        std::vector<Point> points;
        std::vector<std::size_t> order;
        for (const std::size_t i : ranked(done_, contest_.monitor.better)) {
            if (done_[i].point.empty() || done_[i].end == TrialEnd::failed) continue;
            points.push_back(done_[i].point);
            order.push_back(done_[i].number);
        }
        return suggest_point(config_.space, points, order, rng);
    }

    /// One that has ended, now or before an interruption.
    void add(const TrialRecord& record) {
        known_.emplace(record.number, record);
        if (record.end != TrialEnd::failed && is_better(record.value, best_value_, contest_.monitor.better))
            best_value_ = record.value;
    }

    void keep(const TrialRecord& record) {
        store_.add(record);
        add(record);
        control_.reporter.note(
            format_text("trial {} of {}: {}, {} {}{}; best {}", known_.size(), config_.tune.trials + 1,
                        text_of(record.end), contest_.monitor.name, four_decimals(record.value),
                        record.error.empty() ? "" : format_text(" ({})", record.error), four_decimals(best_value_)));
    }

    const TuneConfig& config_;
    const Tables& tables_;
    Contest contest_;
    TrialStore& store_;
    const SearchControl& control_;
    std::vector<TrialRecord> done_;             ///< of whole batches, by number
    std::map<std::size_t, TrialRecord> known_;  ///< all that ended
    double best_value_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace

std::vector<std::size_t> ranked(const std::vector<TrialRecord>& trials, Direction better) {
    std::vector<std::size_t> order(trials.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto depth = [](const TrialRecord& trial) {
        if (trial.end == TrialEnd::failed) return std::size_t{0};
        return trial.end == TrialEnd::completed ? std::numeric_limits<std::size_t>::max() : 1 + trial.rungs.size();
    };
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        const TrialRecord &first = trials[a], &second = trials[b];
        if (depth(first) != depth(second)) return depth(first) > depth(second);
        if (first.value != second.value) return is_better(first.value, second.value, better);
        return is_better(first.metric("val_loss").value_or(0), second.metric("val_loss").value_or(0), Direction::min);
    });
    return order;
}

std::size_t winner_of(const std::vector<TrialRecord>& trials, Direction better) {
    const std::vector<std::size_t> order = ranked(trials, better);
    if (order.empty()) throw Error("no trial has ended: there is no winner");
    const TrialRecord& best = trials[order.front()];
    if (best.end == TrialEnd::failed)
        throw Error(format_text("every trial failed, the first one with: {}", trials.front().error));
    return best.number;
}

TuneRecord tune(const TuneConfig& config, const Tables& tables, ExistingRun existing, WinnersRun winners_run,
                const SearchControl& control) {
    const Clock::time_point start = Clock::now();
    TuneRecord record{.monitor = monitor_of(config, tables, control)};
    TrialStore store(config.options.output, existing, identity_of(config, tables, record.monitor));
    Contest contest{.monitor = record.monitor,
                    .halving = config.tune.halving,
                    .rungs = rungs_of(epochs_of(config.options), config.tune.halving),
                    .folds = config.tune.folds};
    {
        const Deadline deadline(config.tune.hours, control.stop);
        const SearchControl limited{control.missing, deadline.token(), control.reporter};
        Search search(config, tables, std::move(contest), store, limited);
        const auto runner =
            trains_head_alone(config.options) ? heads_runner(tables, limited) : runs_runner(tables, limited);
        try {
            record.trials = search.run(*runner);
        } catch (const Interrupted&) {
            if (control.stop.stop_requested()) throw;
            throw Error("/tune/hours: the time was over before the features were there");
        }
        record.out_of_time = deadline.token().stop_requested() && !control.stop.stop_requested();
    }
    if (control.stop.stop_requested())
        throw Interrupted(format_text("interrupted; {} are stored: the same command with --resume goes on from there",
                                      count_of(record.trials.size(), "trial")));
    record.winner = winner_of(record.trials, record.monitor.better);
    const TrialRecord& winner = *std::ranges::find(record.trials, record.winner, &TrialRecord::number);
    record.config = config_at(config.document, winner.point.empty() ? SearchSpace() : config.space, winner.point);
    record.config["output"] = (store.folder() / "best").string();
    record.seconds = seconds_since(start);
    write_file(store.folder() / "best.json", pretty(record.config));
    write_file(store.folder() / "trials.csv", trials_csv(record, config.space));
    write_file(store.folder() / "trials.html", trials_page(record, config.space));
    if (winners_run == WinnersRun::yes)
        record.run = run_training(read_run_config(record.config, tables), tables,
                                  {.existing = ExistingRun::overwrite,
                                   .missing = control.missing,
                                   .stop = control.stop,
                                   .reporter = control.reporter});
    write_file(store.folder() / "tune.json", pretty(to_json(record)));
    return record;
}

}  // namespace graft

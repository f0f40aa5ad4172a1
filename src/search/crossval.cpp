#include "search/crossval.hpp"

#include <cmath>
#include <utility>

#include "core/clock.hpp"
#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/threads.hpp"
#include "run/train_run.hpp"
#include "search/head_trial.hpp"

namespace graft {
namespace {

FoldRecord record_of_fold(const CrossvalOptions& crossval, std::size_t number) {
    const auto index = static_cast<std::int64_t>(number);
    return {.repeat = index / crossval.folds, .fold = index % crossval.folds};
}

/// The folds of all repeats, side by side.
std::vector<FoldRecord> train_heads(const std::vector<RunOptions>& runs, const Tables& tables,
                                    const CrossvalOptions& crossval, const SharedFeatures& shared,
                                    const SearchControl& control) {
    const OrderedMapOptions work{.workers = std::min(workers_of(runs.front().data), runs.size()),
                                 .window = runs.size(),
                                 .on_worker_start = use_one_thread_here,
                                 .stop = control.stop};
    const auto train = [&](std::size_t i) {
        HeadTrial trial(runs[i], tables, shared, i, control.stop);
        trial.train_until(epochs_of(runs[i]));
        return trial.history().empty() ? TrainingResult() : trial.finish();
    };
    std::vector<FoldRecord> records;
    control.reporter.start("folds", runs.size(), "trainings");
    const std::size_t done = ordered_map(runs.size(), work, train, [&](std::size_t i, const TrainingResult& result) {
        if (control.stop.stop_requested()) return;
        FoldRecord record = record_of_fold(crossval, i);
        record.train = std::ssize(shared.folds[i].train);
        record.validation = std::ssize(shared.folds[i].validation);
        record.epochs = std::ssize(result.history);
        record.kept = result.history.at(result.kept);
        records.push_back(std::move(record));
        control.reporter.advance(records.size());
    });
    control.reporter.finish();
    if (done < runs.size() || control.stop.stop_requested()) throw Interrupted("interrupted; nothing is kept of it");
    return records;
}

std::vector<FoldRecord> run_folds(const std::vector<RunOptions>& runs, const Tables& tables,
                                  const CrossvalOptions& crossval, const SearchControl& control) {
    std::vector<FoldRecord> records;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        FoldRecord record = record_of_fold(crossval, i);
        control.reporter.note(format_text("fold {} of {}{}", record.fold + 1, crossval.folds,
                                          crossval.repeats > 1 ? format_text(", repeat {}", record.repeat + 1) : ""));
        const RunRecord run = run_training(runs[i], tables,
                                           {.existing = ExistingRun::resume,
                                            .missing = control.missing,
                                            .stop = control.stop,
                                            .reporter = control.reporter});
        if (run.end == TrainingEnd::interrupted) throw Interrupted("interrupted; the same command goes on from there");
        record.train = run.data.train;
        record.validation = run.data.validation;
        record.epochs = std::ssize(run.history);
        record.kept = run.kept_epoch();
        records.push_back(std::move(record));
    }
    return records;
}

/// Of every metric that all trainings have.
std::vector<CrossvalRecord::Metric> summary_of(const CrossvalRecord& record) {
    std::vector<CrossvalRecord::Metric> metrics;
    for (const auto& [name, first] : record.runs.front().kept.metrics) {
        std::vector<double> values;
        for (const FoldRecord& run : record.runs)
            if (const auto value = run.kept.metric(name)) values.push_back(*value);
        if (values.size() == record.runs.size())
            metrics.push_back({name, spread_of(values, static_cast<std::size_t>(record.options.folds))});
    }
    return metrics;
}

}  // namespace

RunOptions options_of_fold(const RunOptions& options, const CrossvalOptions& crossval, std::int64_t repeat,
                           std::int64_t fold) {
    RunOptions run = options;
    run.data.validation.reset();
    run.data.test.reset();
    run.data.split.validation_split = 0;
    run.data.split.split_file.reset();
    run.data.split.folds = crossval.folds;
    run.data.split.fold = fold;
    run.data.split.fold_seed = repeat;
    run.seed = options.seed + repeat;
    run.output = format_text("{}/repeat-{}/fold-{}", options.output, repeat, fold);
    return run;
}

CrossvalRecord cross_validate(const RunOptions& options, const Tables& tables, const CrossvalOptions& crossval,
                              const SearchControl& control) {
    const Clock::time_point start = Clock::now();
    if (options.data.validation)
        control.reporter.note(format_text("/data/validation, {}, is not used: the folds are of the training images",
                                          *options.data.validation));
    std::vector<RunOptions> runs;
    for (std::int64_t repeat = 0; repeat < crossval.repeats; ++repeat)
        for (std::int64_t fold = 0; fold < crossval.folds; ++fold)
            runs.push_back(options_of_fold(options, crossval, repeat, fold));
    CrossvalRecord record{.options = crossval, .shared_features = trains_head_alone(options)};
    if (record.shared_features) {
        RunOptions first = runs.front();
        first.output = options.output;
        const auto shared = share_features(first, tables, read_datasets(runs, tables), control);
        record.feature_seconds = shared->features.record().seconds;
        record.runs = train_heads(runs, tables, crossval, *shared, control);
    } else {
        record.runs = run_folds(runs, tables, crossval, control);
    }
    record.metrics = summary_of(record);
    record.seconds = seconds_since(start);
    return record;
}

Json to_json(const CrossvalRecord& record) {
    Json document = {{"folds", record.options.folds}, {"repeats", record.options.repeats}};
    for (const auto& [name, spread] : record.metrics)
        document["metrics"][name] = {
            {"mean", spread.mean}, {"std", spread.deviation}, {"interval", {spread.low, spread.high}}};
    for (const FoldRecord& run : record.runs) {
        Json row = {{"repeat", run.repeat},         {"fold", run.fold},     {"train", run.train},
                    {"validation", run.validation}, {"epochs", run.epochs}, {"kept", run.kept.epoch}};
        for (const auto& [name, value] : run.kept.metrics) row["metrics"][name] = value;
        document["runs"].push_back(std::move(row));
    }
    document["shared_features"] = record.shared_features;
    document["feature_seconds"] = record.feature_seconds;
    document["seconds"] = record.seconds;
    return document;
}

std::string text_of(const CrossvalRecord& record) {
    std::vector<std::vector<std::string>> rows{{"metric", "mean", "std", "95 % of the mean"}};
    for (const auto& [name, spread] : record.metrics)
        rows.push_back({name, four_decimals(spread.mean), four_decimals(spread.deviation),
                        format_text("{:.4f} to {:.4f}", spread.low, spread.high)});
    std::vector<std::vector<std::string>> runs{{"fold", "train", "validation", "epochs", "kept"}};
    for (const auto& [name, spread] : record.metrics) runs.front().push_back(name);
    for (const FoldRecord& run : record.runs) {
        std::string fold = number_as_text(static_cast<double>(run.fold + 1));
        if (record.options.repeats > 1) fold = format_text("{}.{}", run.repeat + 1, fold);
        runs.push_back({fold, format_text("{}", run.train), format_text("{}", run.validation),
                        format_text("{}", run.epochs), format_text("{}", run.kept.epoch + 1)});
        for (const auto& [name, spread] : record.metrics)
            runs.back().push_back(four_decimals(run.kept.metric(name).value_or(NAN)));
    }
    return format_text("{}\n{}{} in {:.1f} s\n", aligned(rows), aligned(runs), count_of(record.runs.size(), "training"),
                       record.seconds);
}

}  // namespace graft

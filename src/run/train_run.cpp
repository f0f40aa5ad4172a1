#include "run/train_run.hpp"

#include <sys/resource.h>
#include <torch/csrc/jit/api/module.h>

#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include "core/files.hpp"
#include "core/version.hpp"
#include "graft/core/errors.hpp"
#include "graft/deploy/predictor.hpp"
#include "model/network_input.hpp"
#include "run/assemble.hpp"
#include "run/evaluate_folder.hpp"
#include "run/summary.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// Where things lie in a run folder.
struct RunFolder {
    fs::path root;
    [[nodiscard]] fs::path config() const { return root / "config.json"; }
    [[nodiscard]] fs::path split() const { return root / "split.json"; }
    [[nodiscard]] fs::path skipped() const { return root / "skipped.json"; }
    [[nodiscard]] fs::path history() const { return root / "history.csv"; }
    [[nodiscard]] fs::path record() const { return root / "record.json"; }
    [[nodiscard]] fs::path model() const { return root / "model.pt"; }
    [[nodiscard]] fs::path checkpoint() const { return root / "checkpoint" / "last.pt"; }
    [[nodiscard]] fs::path test() const { return root / "test"; }

    [[nodiscard]] bool holds_a_run() const {
        return fs::exists(config()) || fs::exists(model()) || fs::exists(checkpoint());
    }
    /// Makes the folder ready; an earlier run's results must not be taken for this one's.
    void prepare(ExistingRun existing) const {
        if (existing == ExistingRun::refuse && holds_a_run())
            throw ConfigError("/output: " + root.string() + " already holds a run; go on with it (--resume), replace " +
                              "it (--overwrite), or name another folder");
        if (existing == ExistingRun::resume && !fs::exists(checkpoint()))
            throw DataError(checkpoint().string() + ": there is no checkpoint to resume from");
        std::error_code error;
        fs::create_directories(root, error);
        if (error) throw Error(root.string() + ": the folder cannot be made: " + error.message());
        sweep_temporaries(root);
        if (existing == ExistingRun::resume) return;
        for (const fs::path& old : {config(), split(), skipped(), history(), record(), model(), checkpoint()})
            fs::remove(old);
        fs::remove_all(test());
    }
};

/// Decodes every image once and applies data.on_bad_image to all parts. Names are unique within a part only: the same
/// one may stand for a good picture in another folder.
void check_images(AssembledRun& run, const RunFolder& folder, std::stop_token stop, Reporter& reporter) {
    const std::array<std::pair<const char*, std::vector<Sample>*>, 3> parts = {
        {{"train", &run.split.train}, {"validation", &run.split.validation}, {"test", &run.test}}};
    std::array<std::vector<BadImage>, parts.size()> bad_of_part;
    std::vector<Sample> all;
    std::vector<BadImage> bad;
    Json skipped = Json::array();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto& [name, part] = parts[i];
        if (part->empty()) continue;
        bad_of_part[i] = find_bad_images(*part, run.workers, stop, reporter);
        all.insert(all.end(), part->begin(), part->end());
        bad.insert(bad.end(), bad_of_part[i].begin(), bad_of_part[i].end());
        for (const BadImage& image : bad_of_part[i])
            skipped.push_back({{"part", name}, {"name", image.name}, {"reason", image.reason}});
    }
    if (bad.empty()) return;
    drop_bad_images(all, bad, run.config.data.on_bad_image);
    for (std::size_t i = 0; i < parts.size(); ++i) drop_bad_images(*parts[i].second, bad_of_part[i], OnBadImage::skip);
    write_file(folder.skipped(), pretty(skipped));
    reporter.warn(std::to_string(bad.size()) + " images cannot be decoded and are left out; they are listed in " +
                  folder.skipped().string());
    for (const std::int64_t count : count_per_class(run.split.train, run.classes.size()))
        if (count == 0) throw DataError("without the images that cannot be decoded a class has none left to train on");
}

/// Keeps features where the trunk does something and the disk has room for them.
void choose_keeping(const AssembledRun& run, Features& train, Features& validation, Reporter& reporter) {
    if (run.model.frozen_stages.empty()) return;
    const double needed = static_cast<double>(train.bytes() + validation.bytes());
    const double room = 0.8 * static_cast<double>(fs::space(run.config.output).available);
    const double allowed = std::min(run.config.features.keep_at_most_gb * 1e9, room);
    if (needed > allowed)
        return reporter.note("the features of all views would take " + std::to_string(needed / 1e9) +
                             " GB, allowed are " + std::to_string(allowed / 1e9) +
                             " GB (/features/keep_at_most_gb and free disk space): they are computed anew each epoch");
    train.keep_in(run.config.output);
    validation.keep_in(run.config.output);
}

std::int64_t views_of(const RunConfig& config) {
    return enabled(config.augmentation) ? config.features.views.value_or(config.training.epochs) : 0;
}

/// The model as a whole, written to a file.
void save(const AssembledRun& run, const fs::path& file) {
    save_model(file, compose_classifier(run.model), run.model_info());
}

TrainingResult train_scion(AssembledRun& run, const RunFolder& folder, const std::string& identity,
                           std::shared_ptr<const InferenceModule> trunk, ExistingRun existing, std::stop_token stop,
                           Reporter& reporter) {
    const auto seed = static_cast<std::uint64_t>(run.config.seed);
    const auto renderer = std::make_shared<ViewRenderer>(run.preprocessing, run.config.augmentation, seed);
    const WorkOptions work{run.workers, stop};
    Features train_features(run.split.train, views_of(run.config), run.model.feature_shape, renderer, trunk, work);
    Features validation_features(run.split.validation, 0, run.model.feature_shape, renderer, trunk, work);
    choose_keeping(run, train_features, validation_features, reporter);
    TrainingParts parts{.scion = run.model.scion,
                        .train = train_features,
                        .validation = run.split.validation.empty() ? nullptr : &validation_features,
                        .loss = run.loss,
                        .optimizer = run.optimizer,
                        .callbacks = std::move(run.callbacks),
                        .save_model = [&](const fs::path& file) { save(run, file); },
                        .on_history =
                            [&](const std::vector<EpochRecord>& history) {
                                write_file(folder.history(), history_csv(history));
                            },
                        .checkpoint = folder.checkpoint(),
                        .run_identity = identity,
                        .stop = stop};
    const TrainingOptions options{run.config.training.epochs, run.config.data.batch_size, seed};
    return train(std::move(parts), options, existing == ExistingRun::resume, reporter);
}

EvaluationRecord evaluate_test(const AssembledRun& run, const RunFolder& folder, std::stop_token stop,
                               Reporter& reporter) {
    const Predictor predictor(folder.model());
    const ImageFolder images{.root = *run.config.data.test, .classes = run.classes, .samples = run.test};
    const EvaluateOptions options{.top_k = run.config.top_k,
                                  .on_bad_image = run.config.data.on_bad_image,
                                  .workers = run.workers,
                                  .predictions = folder.test() / "predictions.csv"};
    EvaluationRecord record = evaluate_folder(predictor, images, options, stop, reporter).finish(*run.config.data.test);
    write_evaluation(folder.test(), record);
    return record;
}

const char* end_text(TrainingEnd end) {
    switch (end) {
        case TrainingEnd::completed: return "completed";
        case TrainingEnd::stopped_by_callback: return "stopped by a callback";
        case TrainingEnd::interrupted: return "interrupted";
    }
    return "";
}

Json history_json(const std::vector<EpochRecord>& history) {
    Json rows = Json::array();
    for (const EpochRecord& row : history) {
        Json json = {{"epoch", row.epoch}, {"learning_rate", row.learning_rate}};
        for (const auto& [name, value] : row.metrics) json[name] = value;
        json["seconds"] = row.seconds;
        rows.push_back(std::move(json));
    }
    return rows;
}

double peak_memory_mb() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

}  // namespace

RunOutcome run_training(const RunConfig& config, const Tables& tables, ExistingRun existing, std::stop_token stop,
                        Reporter& reporter) {
    const auto start = std::chrono::steady_clock::now();
    AssembledRun run = assemble(config, tables);
    const std::string identity = run.identity();
    const RunFolder folder{config.output};
    folder.prepare(existing);
    for (const std::string& warning : run.warnings) reporter.warn(warning);
    if (!run.backbone.note.empty()) reporter.note(run.backbone.note);
    check_images(run, folder, stop, reporter);
    write_file(folder.config(), pretty(run.resolved_config));
    write_file(folder.split(), split_as_json(run.split, run.classes));
    reporter.note(data_summary(run));
    reporter.note(model_summary(run));

    const auto trunk = std::make_shared<InferenceModule>(
        run.model.trunk, example_input(run.preprocessing));
    if (!trunk->note().empty()) reporter.warn(trunk->note());
    const std::string frozen_before = hash_of_values(run.model.trunk);
    RunOutcome outcome{.training = train_scion(run, folder, identity, trunk, existing, stop, reporter),
                       .folder = folder.root};
    const std::string frozen_after = hash_of_values(run.model.trunk);
    if (frozen_before != frozen_after) throw Error("the frozen part changed during training: this is a bug in graft");
    if (outcome.training.history.empty()) throw Interrupted("interrupted before the first epoch was over");
    save(run, folder.model());
    if (!run.test.empty() && outcome.training.end != TrainingEnd::interrupted)
        outcome.test = evaluate_test(run, folder, stop, reporter);

    const Json record = {
        {"graft_version", version_text()},
        {"config", run.resolved_config},
        {"data", data_summary_json(run)},
        {"model", model_summary_json(run)},
        {"engine", trunk->engine()},
        {"freeze_proof", {{"before", frozen_before}, {"after", frozen_after}, {"equal", true}}},
        {"end", end_text(outcome.training.end)},
        {"reason", outcome.training.reason},
        {"history", history_json(outcome.training.history)},
        {"test", outcome.test ? to_json(*outcome.test) : Json(nullptr)},
        {"seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()},
        {"peak_memory_mb", peak_memory_mb()},
        {"workers", run.workers},
    };
    write_file(folder.record(), pretty(record));
    return outcome;
}

}  // namespace graft

#include "run/train_run.hpp"

#include <sys/resource.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

#include "core/embedded.hpp"
#include "core/files.hpp"
#include "core/folders.hpp"
#include "graft/core/errors.hpp"
#include "graft/deploy/predictor.hpp"
#include "network/network_input.hpp"
#include "run/assemble.hpp"
#include "run/evaluate_folder.hpp"
#include "run/inference_plan.hpp"
#include "run/keep_features.hpp"
#include "run/summary.hpp"
#include "train/checkpoint.hpp"

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

    /// A run that ended before its first epoch was over: nothing in it is worth keeping. The split is written first, so
    /// that a config.json alone is somebody else's.
    [[nodiscard]] bool holds_a_mere_beginning() const {
        return fs::exists(split()) && !fs::exists(checkpoint()) && !fs::exists(model());
    }
    [[nodiscard]] bool holds_a_run() const {
        return !holds_a_mere_beginning() && (fs::exists(config()) || fs::exists(model()) || fs::exists(checkpoint()));
    }
    /// Where a run never came to its first checkpoint, going on means beginning. Throws DataError when there is no run.
    [[nodiscard]] ExistingRun possible(ExistingRun asked, Reporter& reporter) const {
        if (asked != ExistingRun::resume || fs::exists(checkpoint())) return asked;
        if (!holds_a_mere_beginning())
            throw DataError(checkpoint().string() + ": there is no checkpoint to resume from");
        reporter.note("the run was stopped before its first epoch was over: it begins anew");
        return ExistingRun::refuse;
    }
    /// Makes the folder ready; an earlier run's results must not be taken for this one's.
    void prepare(ExistingRun existing, const Json& identity) const {
        if (existing == ExistingRun::refuse && holds_a_run())
            throw ConfigError("/output: " + root.string() + " already holds a run; go on with it (--resume), replace " +
                              "it (--overwrite), or name another folder");
        if (existing == ExistingRun::resume) expect_checkpoint_of(checkpoint(), identity);
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

/// What earlier runs learnt of image files; where the cache folder cannot be used, nothing.
ImageMemo open_memo(Reporter& reporter) {
    const fs::path folder = cache_folder();
    if (folder.empty()) return {};
    try {
        fs::create_directories(folder);
        return ImageMemo(folder / "images.bin");
    } catch (const std::exception& error) {
        reporter.warn(std::string("the cache is not used: ") + error.what());
        return {};
    }
}

/// Decodes every image that is not known to be good and applies data.on_bad_image to all parts.
void check_images(AssembledRun& run, const RunFolder& folder, std::stop_token stop, Reporter& reporter) {
    ImageMemo memo = open_memo(reporter);
    std::vector<BadImage> bad;
    std::size_t images = 0;
    Json skipped = Json::array();
    // Part by part: names are unique within a part only.
    for (const auto& [name, part] : {std::pair("train", &run.split.train),
                                     std::pair("validation", &run.split.validation), std::pair("test", &run.test)}) {
        images += part->size();
        std::vector<BadImage> found = find_bad_images(*part, run.workers, stop, reporter, memo);
        drop_bad_images(*part, found);
        for (const BadImage& image : found)
            skipped.push_back({{"part", name}, {"name", image.name}, {"reason", image.reason}});
        std::ranges::move(found, std::back_inserter(bad));
    }
    if (bad.empty()) return;
    if (run.config.data.on_bad_image == OnBadImage::fail) fail_on_bad_images(bad, images);
    write_file(folder.skipped(), pretty(skipped));
    reporter.warn(std::to_string(bad.size()) + " images cannot be decoded and are left out; they are listed in " +
                  folder.skipped().string());
    for (const std::int64_t count : count_per_class(run.split.train, run.classes.size()))
        if (count == 0) throw DataError("without the images that cannot be decoded a class has none left to train on");
}

/// The model as a whole, written to a file.
void save(const AssembledRun& run, const fs::path& file) {
    save_model(file, compose_classifier(run.model), run.model_info());
}

/// What training gave, and how the features for it were come by.
struct TrainedScion {
    TrainingResult training;
    PassRecord features;
};

TrainedScion train_scion(AssembledRun& run, const RunFolder& folder, const Json& identity,
                         std::shared_ptr<const InferenceModule> trunk, ExistingRun existing, std::stop_token stop,
                         Reporter& reporter) {
    const auto seed = static_cast<std::uint64_t>(run.config.seed);
    const auto renderer = std::make_shared<ViewRenderer>(run.preprocessing, run.config.augmentation, seed);
    const WorkOptions work{run.workers, stop};
    Features train_features(run.split.train, augmented_views(run.config), run.model.feature_shape, renderer, trunk,
                            work);
    Features validation_features(run.split.validation, 0, run.model.feature_shape, renderer, trunk, work);
    const bool augmented = enabled(run.config.augmentation);
    const std::array keep = {PartFeatures{&train_features, augmented ? ViewKind::augmented : ViewKind::plain},
                             PartFeatures{&validation_features, ViewKind::plain}};
    keep_features(run, keep, *renderer, reporter);
    TrainingParts parts{
        .scion = run.model.scion,
        .train = train_features,
        .validation = run.split.validation.empty() ? nullptr : &validation_features,
        .loss = run.loss,
        .optimizer = run.optimizer,
        .callbacks = std::move(run.callbacks),
        .save_model = [&](const fs::path& file) { save(run, file); },
        .on_history =
            [&](const std::vector<EpochRecord>& history) { write_file(folder.history(), history_csv(history)); },
        .checkpoint = folder.checkpoint(),
        .run_identity = identity,
        .stop = stop};
    const TrainingOptions options{run.config.training.epochs, run.config.data.batch_size, seed};
    TrainedScion trained{.training = train(std::move(parts), options, existing == ExistingRun::resume, reporter)};
    trained.features = train_features.record();
    trained.features += validation_features.record();
    return trained;
}

EvaluationRecord evaluate_test(const AssembledRun& run, const RunFolder& folder, std::stop_token stop,
                               Reporter& reporter) {
    const Predictor predictor(folder.model(), {.calibrations = calibrations_file()});
    const ImageFolder images{.root = *run.config.data.test, .classes = run.classes, .samples = run.test};
    const EvaluateOptions options{.top_k = run.config.top_k,
                                  .on_bad_image = run.config.data.on_bad_image,
                                  .workers = static_cast<std::size_t>(run.config.data.workers.value_or(0)),
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

/// `network_share`: of the workers' time in the pass, what was spent in the network; `bound`: what the pass waits for.
Json features_json(const PassRecord& pass, std::size_t workers) {
    const double busy = pass.trunk_seconds + pass.picture_seconds;
    const double all = pass.seconds * static_cast<double>(workers);
    return {{"images", pass.images},
            {"computed", pass.computed},
            {"found", pass.found},
            {"seconds", pass.seconds},
            {"network_share", all > 0 ? pass.trunk_seconds / all : 0},
            {"picture_share", all > 0 ? pass.picture_seconds / all : 0},
            {"busy_share", all > 0 ? busy / all : 0},
            {"bound", pass.trunk_seconds >= pass.picture_seconds ? "network" : "decoding"}};
}

double peak_memory_mb() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

}  // namespace

RunOutcome run_training(const RunOptions& config, const Tables& tables, ExistingRun existing, std::stop_token stop,
                        Reporter& reporter, MissingWeights missing) {
    const auto start = std::chrono::steady_clock::now();
    AssembledRun run = assemble(config, tables, missing, stop, reporter);
    const Json identity = run.identity();
    const RunFolder folder{config.output};
    existing = folder.possible(existing, reporter);
    folder.prepare(existing, identity);
    for (const std::string& warning : run.warnings) reporter.warn(warning);
    if (!run.backbone.note.empty()) reporter.note(run.backbone.note);
    check_images(run, folder, stop, reporter);
    write_file(folder.split(), split_as_json(run.split, run.classes));
    write_file(folder.config(), pretty(run.resolved_config));
    reporter.note(data_summary(run));
    reporter.note(model_summary(run));

    const InferencePlan plan = plan_inference(run, reporter);
    const auto trunk =
        std::make_shared<InferenceModule>(run.model.trunk, example_input(run.preprocessing),
                                          InferenceOptions{run.config.backbone.precision, plan.images_per_call});
    run.workers = plan.workers;
    if (!trunk->note().empty()) reporter.warn(trunk->note());
    const std::string frozen_before = hash_of_values(run.model.trunk);
    TrainedScion trained = train_scion(run, folder, identity, trunk, existing, stop, reporter);
    RunOutcome outcome{.training = std::move(trained.training), .folder = folder.root};
    const std::string frozen_after = hash_of_values(run.model.trunk);
    if (frozen_before != frozen_after) throw Error("the frozen part changed during training: this is a bug in graft");
    if (outcome.training.history.empty())
        throw Interrupted("interrupted before the first epoch was over; the same command begins anew");
    save(run, folder.model());
    if (!run.test.empty() && outcome.training.end != TrainingEnd::interrupted)
        outcome.test = evaluate_test(run, folder, stop, reporter);

    const Json record = {
        {"graft_version", version_text()},
        {"config", run.resolved_config},
        {"data", data_summary_json(run)},
        {"model", model_summary_json(run)},
        {"engine", trunk->engine()},
        {"features", features_json(trained.features, run.workers)},
        {"freeze_proof", {{"before", frozen_before}, {"after", frozen_after}, {"equal", true}}},
        {"end", end_text(outcome.training.end)},
        {"reason", outcome.training.reason},
        {"history", history_json(outcome.training.history)},
        {"test", outcome.test ? to_json(*outcome.test) : Json(nullptr)},
        {"seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()},
        {"peak_memory_mb", peak_memory_mb()},
        {"workers", run.workers},
        {"images_per_call", plan.images_per_call},
        {"precision", run.resolved_config.at("backbone").at("precision")},
    };
    write_file(folder.record(), pretty(record));
    return outcome;
}

}  // namespace graft

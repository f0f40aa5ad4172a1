#include "run/run_options.hpp"

#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/backbone.hpp"

namespace graft {
namespace {

using nlohmann::literals::operator""_json_pointer;

constexpr std::string_view kReferenceHead = R"(# The config of a run

What `graft train` reads: one JSON file. `graft config init` writes one to start from; `graft config check FILE` checks one.

- Every problem, also an unknown key, is reported before the first image is read, with its place: `/data/batch_size`.
- Whatever has a default may be left out.
- File names are relative to the folder in which `graft` is started.
- Of several kinds, write the name, `"adam"`, or an object with options, `{ "name": "adam", "learning_rate": 0.01 }`.
- A list may be written as its one item: `"hidden": 512`.
- `--set /training/epochs=3` on the command line changes one value.
- `"$schema": "schema.json"`, beside [configs/schema.json](../configs/schema.json), gives completion in editors.

Written by `graft config docs`.
)";

/// What the sections' own declarations cannot say, because it concerns several fields or a table.
std::vector<std::string> cross_check(const RunOptions& config, const Tables& tables) {
    std::vector<std::string> problems = check_augmentation(config.augmentation);
    const BackboneOptions& backbone = config.backbone;
    if (backbone.name == kTorchScript && backbone.weights.value_or("random") == "random")
        problems.emplace_back(
            "/backbone/weights: expected a TorchScript file, which \"torchscript\" takes its network "
            "from, got " +
            std::string(backbone.weights ? "\"random\"" : "nothing"));
    else if (!backbone.name.empty() && backbone.name != kTorchScript &&
             tables.architectures.find(backbone.name) == nullptr) {
        std::vector<std::string> known = tables.architectures.names();
        known.emplace_back(kTorchScript);
        problems.push_back("/backbone/name: expected one of " + joined(known) + ", got \"" + config.backbone.name +
                           "\"" + did_you_mean(config.backbone.name, known));
    }
    const auto add = [&](const std::string& at, const std::vector<std::string>& found) {
        for (const std::string& problem : found) problems.push_back(at + problem);
    };
    add("", contradictions(config.data));
    add("/training/optimizer", config.training.optimizer.contradictions());
    add("/training/schedule", config.training.schedule.contradictions());
    for (std::size_t i = 0; i < config.callbacks.size(); ++i)
        add(format_text("/callbacks/{}", i), config.callbacks[i].contradictions());
    if (config.data.batch_size == 1 && config.head.batch_norm)
        problems.emplace_back(
            "/data/batch_size: expected at least 2 with \"batch_norm\": true in /head, got 1: the "
            "statistics of one image are no use");
    return problems;
}

std::string default_output(const RunOptions& config) { return "runs/" + (config.name.empty() ? "run" : config.name); }

}  // namespace

std::vector<PhaseOptions> phases_of(const RunOptions& options) {
    if (!options.own_phases.empty()) return options.own_phases;
    const TrainingSection& training = options.training;
    return {{options.backbone.freeze, training.epochs, training.optimizer, training.schedule}};
}

std::int64_t epochs_of(const RunOptions& options) {
    std::int64_t epochs = 0;
    for (const PhaseOptions& phase : phases_of(options)) epochs += phase.epochs;
    return epochs;
}

std::int64_t augmented_views(const RunOptions& config) {
    return enabled(config.augmentation) ? config.features.views.value_or(epochs_of(config)) : 0;
}

RunOptions default_run_config(const Tables& tables) {
    RunOptions config;
    config.task = tables.tasks.find("classification")->make();
    config.training.optimizer = tables.optimizers.find("adam")->make();
    config.training.loss = tables.losses.find("cross_entropy")->make();
    return config;
}

void describe(Fields& fields, RunOptions& config, const Tables& tables) {
    const auto training = [&](Fields& f, TrainingSection& section) {
        f.field("epochs", section.epochs, "Passes over the training images, at most.", between(1, 100000));
        f.one_of("optimizer", section.optimizer, tables.optimizers, "How weights are changed.");
        f.one_of("schedule", section.schedule, tables.schedules,
                 "Planned course of the learning rate; `null`: it stays, but for callbacks.");
        f.one_of("loss", section.loss, tables.losses, "What is minimised.");
        f.list_of("metrics", section.metrics, tables.metrics,
                  "Measured in every epoch, beside loss and the task's own.");
        f.choice("keep", section.keep,
                 "The model's weights: `best`: of the epoch with the lowest `val_loss` (`loss` without validation), "
                 "unless `early_stopping` decides; `last`: of the last.");
    };
    fields.field("name", config.name, "What the run is called.");
    fields.field("seed", config.seed, "Seed of all random draws.", at_least(0));
    fields.one_of("task", config.task, tables.tasks, "What is learnt of an image.");
    fields.object("data", config.data, "The images.");
    fields.object("augmentation", config.augmentation,
                  "Random variation of training images, as Keras's ImageDataGenerator.");
    fields.object("backbone", config.backbone, "The pretrained network.");
    fields.object("head", config.head, "Pooling and dense layers.");
    fields.object("features", config.features, "How the trunk's outputs are kept.");
    fields.section("training", config.training, "How the scion is trained.", training);
    fields.list_of("callbacks", config.callbacks, tables.callbacks, "What acts between epochs, in this order.");
    fields.field("top_k", config.top_k, "Top-k accuracies that the test reports, beside top-1.",
                 {.items = between(1, 1000), .shortest = 0, .longest = 10});
    fields.path("output", config.output, "Run folder; empty: `runs/<name>`.");
}

RunOptions read_run_config(Json document, const Tables& tables) {
    if (document.is_object()) document.erase("$schema");
    RunOptions config = default_run_config(tables);
    std::vector<std::string> problems =
        read_options(document, [&](Fields& fields) { describe(fields, config, tables); });
    const std::vector<std::string> more = cross_check(config, tables);
    problems.insert(problems.end(), more.begin(), more.end());
    if (!problems.empty()) throw ConfigError(problems);
    if (!document.contains("/training/loss"_json_pointer))
        config.training.loss = tables.losses.find(tables.tasks.find(config.task.name())->default_loss)->make();
    if (config.output.empty()) config.output = default_output(config);
    return config;
}

RunOptions read_run_config(const std::filesystem::path& file, std::span<const std::string> assignments,
                           const Tables& tables) {
    Json document = parse_json_file(file);
    apply_assignments(document, assignments);
    try {
        return read_run_config(std::move(document), tables);
    } catch (const ConfigError& error) {
        std::vector<std::string> problems;
        for (const std::string& problem : error.problems()) problems.push_back(file.string() + ": " + problem);
        throw ConfigError(problems);
    }
}

Json resolved(const RunOptions& config, const Tables& tables) {
    RunOptions copy = config;
    return write_options([&](Fields& fields) { describe(fields, copy, tables); });
}

Json differences(const RunOptions& config, const Tables& tables) {
    RunOptions copy = config, defaults = default_run_config(tables);
    return write_differences([&](Fields& fields) { describe(fields, copy, tables); },
                             [&](Fields& fields) { describe(fields, defaults, tables); });
}

Json run_config_schema(const Tables& tables) {
    RunOptions config = default_run_config(tables);
    return schema_of([&](Fields& fields) { describe(fields, config, tables); }, "graft run");
}

std::string run_config_markdown(const Tables& tables) {
    RunOptions config = default_run_config(tables);
    return std::string(kReferenceHead) + markdown_of([&](Fields& fields) { describe(fields, config, tables); });
}

}  // namespace graft

#include "run/run_options.hpp"

#include "config/object_list.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "run/contradictions.hpp"

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

void describe(Fields& fields, PhaseOptions& phase, const Tables& tables) {
    fields.field(required("train"), phase.train,
                 "What trains: `head`; a stage, with all behind it and the head; `all`; `norms`: the scales and "
                 "shifts of all normalisations, and the head.");
    fields.field("epochs", phase.epochs, "Passes over the training images, at most.", between(1, 100000));
    fields.one_of("optimizer", phase.optimizer, tables.optimizers, "`null`: that of `/training`.");
    fields.one_of("schedule", phase.schedule, tables.schedules,
                  "`null`: that of `/training`. It begins and ends with the phase.");
    fields.field("batch_size", phase.batch_size, "`null`: that of `/data`.", between(1, 4096));
    fields.field("image_size", phase.image_size,
                 "Pixels of the network's input in this phase: a side, or height and width; `[]`: that of `/data`. The "
                 "model's is that of the phase whose weights it has.",
                 kImageSize);
    fields.field("layer_decay", phase.layer_decay,
                 "A stage learns with the learning rate of the stage behind it times this; the head with the "
                 "optimizer's.",
                 {.minimum = 0, .maximum = 1, .above_minimum = true, .below_maximum = false});
    fields.field("learning_rates", phase.learning_rates,
                 "Learning rates of single stages and of the head, by name: `{\"layer4\": 0.0001, \"head\": 0.001}`; a "
                 "schedule applies to them too. What is not named has the optimizer's, with `layer_decay`.",
                 above(0));
    fields.field("decay_norms_and_biases", phase.decay_norms_and_biases,
                 "Whether the optimizer's weight decay applies to the scales and shifts of normalisations and to "
                 "biases too.");
    fields.choice("batch_norm", phase.batch_norm,
                  "Batch norms of the stages that train: `fixed` keeps the statistics that they were pretrained with; "
                  "`adaptive` uses those of each batch, and before a validation those of up to 2,048 training images. "
                  "Only `fixed` lets every core train on a slice of the batch "
                  "of its own, which is faster.");
    fields.field("stochastic_depth", phase.stochastic_depth,
                 "How often an image goes past the last residual branch of the network in training, as torchvision's "
                 "`StochasticDepth` per image (`row`): the i-th of L branches is left out with this share times i / L. "
                 "Of the stages that train, in graft's own networks.",
                 {.minimum = 0, .maximum = 1, .above_minimum = false, .below_maximum = true});
    fields.one_of(
        "mixing", phase.mixing, tables.mixings,
        "Whether batches are mixed with themselves; `mixup` and `cutmix` where `all` or `norms` train, and so "
        "pictures are trained on, `feature_mixup` elsewhere. For `classification`.");
    fields.field("augment", phase.augment,
                 "Whether `/augmentation` applies. A phase that trains the head alone is much faster without.");
    fields.list_of(
        "callbacks", phase.callbacks, tables.callbacks,
        "What acts between the epochs of this phase alone, after `/callbacks`, which act in all of them. One "
        "that stops training ends the phase; `early_stopping` then hands its best weights to the next.");
}

void describe(Fields& fields, DistillationOptions& distillation) {
    fields.path("teacher", distillation.teacher,
                "The model file of the teacher, of the same classes. It looks at each training image once, as `graft "
                "predict` does, whatever is augmented. `null`: none.");
    fields.field("temperature", distillation.temperature,
                 "What the scores of both models are divided by before they are compared: more shows more of what the "
                 "teacher thinks of the other classes.",
                 above(0));
    fields.field("weight", distillation.weight,
                 "Share of the teacher in the loss: weight * temperature^2 * KL divergence + (1 - weight) * `loss`.",
                 between(0, 1));
}

/// `--set /data/train=2024` is a number, which a folder may be called too.
std::string text_hint(const std::string& problem, std::span<const std::string> assignments) {
    for (const std::string& assignment : assignments) {
        const std::size_t equals = std::min(assignment.find('='), assignment.size());
        const std::string pointer = assignment.substr(0, equals);
        if (problem.starts_with(pointer + ": expected a string, got ") && equals < assignment.size())
            return format_text("; as text: --set '{}=\"{}\"'", pointer, assignment.substr(equals + 1));
    }
    return "";
}

std::string default_output(const RunOptions& config) { return "runs/" + (config.name.empty() ? "run" : config.name); }

}  // namespace

std::vector<PhaseOptions> phases_of(const RunOptions& options) {
    const TrainingSection& training = options.training;
    std::vector<PhaseOptions> phases = training.phases;
    if (phases.empty())
        phases.push_back({.freeze = options.backbone.freeze,
                          .epochs = is_fitted(options.head) ? 1 : training.epochs,
                          .decay_norms_and_biases = true,
                          .batch_norm = BatchNorms::adaptive});
    for (PhaseOptions& phase : phases) {
        if (!phase.optimizer) phase.optimizer = training.optimizer;
        if (!phase.schedule) phase.schedule = training.schedule;
        if (!phase.batch_size) phase.batch_size = options.data.batch_size;
    }
    return phases;
}

ChosenDevice device_of(const RunOptions& options) { return choose_device(options.device, "/device"); }

std::vector<CallbackList> callback_lists(const RunOptions& options) {
    std::vector<CallbackList> lists{{"/callbacks", options.callbacks}};
    const std::vector<PhaseOptions>& phases = options.training.phases;
    for (std::size_t i = 0; i < phases.size(); ++i)
        lists.push_back({format_text("/training/phases/{}/callbacks", i), phases[i].callbacks});
    return lists;
}

std::int64_t epochs_of(const RunOptions& options) {
    std::int64_t epochs = 0;
    for (const PhaseOptions& phase : phases_of(options)) epochs += phase.epochs;
    return epochs;
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
        f.field("epochs", section.epochs,
                "Passes over the training images, at most; not used where there are `phases`, nor with a head that is "
                "fitted once (`/head/kind`).",
                between(1, 100000));
        f.one_of("optimizer", section.optimizer, tables.optimizers, "How weights are changed.");
        f.one_of("schedule", section.schedule, tables.schedules,
                 "Planned course of the learning rate; `null`: it stays, but for callbacks.");
        describe_list(
            f, "phases", section.phases,
            "Phases one after the other, each training another part of the network; the model is made of the "
            "best weights of all of them. `[]`: one phase, in which all trains that `/backbone/freeze` leaves.",
            [&tables](Fields& phase_fields, PhaseOptions& phase) { describe(phase_fields, phase, tables); });
        f.one_of("loss", section.loss, tables.losses, "What is minimised.");
        f.section("distillation", section.distillation,
                  "Learning from another model besides from labels (Hinton et al. 2015). For `classification`.",
                  [](Fields& fields_of_it, DistillationOptions& options) { describe(fields_of_it, options); });
        f.list_of("metrics", section.metrics, tables.metrics,
                  "Measured in every epoch, beside loss and the task's own.");
        f.choice(
            "sampling", section.sampling,
            "Which images an epoch trains on: `shuffle`: each once; `balanced`: as many, drawn so that all classes "
            "come equally often. For `classification`.");
        f.field("sampling_exponent", section.sampling_exponent,
                "How far `balanced` goes: a class is drawn in proportion to its images to the power of 1 - this. `1`: "
                "all equally often; `0.5`: by the square root; `0`: as they are.",
                between(0, 1));
        f.choice("keep", section.keep,
                 "The model's weights: `best`: of the epoch with the lowest `val_loss` (`loss` without validation), "
                 "unless `early_stopping` decides; `last`: of the last.");
        f.field("clip_norm", section.clip_norm,
                "How long the gradient of all trained weights together may be; a longer one is shortened to it. "
                "`null`: as it is.",
                above(0));
        f.field("accumulate", section.accumulate,
                "Batches whose gradients make one step, as one batch that many times as large would.",
                between(1, 4096));
        f.field("ema_decay", section.ema_decay,
                "Validation, callbacks and the model take a moving average of the weights: the share of it that each "
                "step leaves. It begins anew with each phase. `null`: the weights as they are.",
                from_below(0, 1));
        f.field("ema_warm_up", section.ema_warm_up,
                "Whether a phase's first steps leave less of the average: 1 - step^(-2/3).");
        f.choice(
            "precision", section.precision,
            "With which numbers trained stages compute in phases: `bfloat16` (autocast) is faster for ResNet and the "
            "like where the processor has units for it, slower for depthwise convolutions; weights, gradients, "
            "validation and the model stay float32.");
        f.field("checkpoint_minutes", section.checkpoint_minutes,
                "A checkpoint is written after each epoch and, within longer ones, after so many minutes: what a kill "
                "or a power cut costs at most. `0`: after each batch; `null`: after epochs alone.",
                at_least(0));
    };
    fields.field("name", config.name, "What the run is called.");
    fields.field("seed", config.seed, "Seed of all random draws.", at_least(0));
    fields.field(
        "device", config.device,
        "Where the network computes: `cpu`; `cuda` or `cuda:1`, a GPU; `auto`: a GPU where there is one. No GPU "
        "has ever run it (docs/gpu.md).");
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
    fields.choice("calibration", config.calibration, "auto",
                  "What the model's probabilities are made to say how often they are right by: `temperature`: class "
                  "scores are divided by the number that suits the validation images best; `none`. `auto`: "
                  "`temperature` for classification with validation images.");
    fields.object("decision", config.decision, "When the model says \"unknown\" instead of a class.");
    fields.path("output", config.output, "Run folder; empty: `runs/<name>`.");
}

RunOptions read_run_config(Json document, const Tables& tables) {
    if (document.is_object()) document.erase("tune");  // for `graft tune`
    RunOptions config = default_run_config(tables);
    std::vector<std::string> problems =
        read_options(document, [&](Fields& fields) { describe(fields, config, tables); });
    const std::vector<std::string> more = contradictions(config, tables);
    problems.insert(problems.end(), more.begin(), more.end());
    if (!problems.empty()) throw ConfigError(problems);
    if (!document.contains("/training/loss"_json_pointer))
        config.training.loss = tables.losses.find(tables.tasks.find(config.task.name())->default_loss)->make();
    if (config.output.empty()) config.output = default_output(config);
    return config;
}

WrittenConfig read_written_config(const std::filesystem::path& file, std::span<const std::string> assignments) {
    WrittenConfig written{
        .file = file, .assignments = {assignments.begin(), assignments.end()}, .document = parse_json_file(file)};
    apply_assignments(written.document, assignments);
    return written;
}

RunOptions read_run_config(const WrittenConfig& written, const Tables& tables) {
    try {
        return read_run_config(written.document, tables);
    } catch (const ConfigError& error) {
        std::vector<std::string> problems;
        for (const std::string& problem : error.problems())
            problems.push_back(written.file.string() + ": " + problem + text_hint(problem, written.assignments));
        throw ConfigError(problems);
    }
}

RunOptions read_run_config(const std::filesystem::path& file, std::span<const std::string> assignments,
                           const Tables& tables) {
    return read_run_config(read_written_config(file, assignments), tables);
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

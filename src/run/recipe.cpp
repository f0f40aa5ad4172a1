#include "run/recipe.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "inference/fused_inference.hpp"
#include "network/grafted_model.hpp"
#include "run/calibrate.hpp"
#include "run/stage_problems.hpp"
#include "run/teacher.hpp"

namespace graft {
namespace {

constexpr int kIdentityVersion = 2;

/// Runs steps that may find the config wrong, and throws what all of them found at once.
class Problems {
public:
    void attempt(const std::function<void()>& step) {
        try {
            step();
        } catch (const ConfigError& error) {
            add(error.problems());
        }
    }
    void add(const std::vector<std::string>& problems) {
        found_.insert(found_.end(), problems.begin(), problems.end());
    }
    void throw_if_any() const {
        if (!found_.empty()) throw ConfigError(found_);
    }

private:
    std::vector<std::string> found_;
};

Loss build_loss(const RunOptions& options, const Tables& tables, const Task& task, const Dataset& dataset) {
    const LossRow& row = *tables.losses.find(options.training.loss.name());
    if (std::ranges::find(row.tasks, task.name()) == row.tasks.end())
        throw ConfigError(format_text("/training/loss: \"{}\" is a loss for {}, not for {}", row.name,
                                      joined(row.tasks), task.name()));
    return options.training.loss.build(
        {.outputs = task.outputs(), .counts = task.counts(dataset.train), .known = task.known(dataset.train)});
}

void expect_units_for(Precision precision, const char* pointer, const Device& device) {
    if (device.kind == DeviceKind::cpu && precision == Precision::bfloat16 && !has_bfloat16_units())
        throw ConfigError(format_text(
            "{}: bfloat16 needs a processor with AVX-512 BF16, which this one does not have; use float32", pointer));
}

void expect_thresholds_can_be_chosen(const Task& task, const Dataset& dataset) {
    if (task.chooses_thresholds() && dataset.validation.empty())
        throw ConfigError(
            "/task/threshold: is chosen on validation images, and there are none: give some "
            "(/data/validation_split, /data/validation), or use \"fixed\"");
}

void build_callbacks(const RunOptions& options, const Dataset& dataset, Recipe& recipe, Problems& problems) {
    CallbackContext context{.run_folder = options.output,
                            .produced_metrics = produced_metrics(recipe.metrics, !dataset.validation.empty())};
    const auto build = [&](const CallbackList& list) {
        std::vector<std::shared_ptr<Callback>> built;
        for (std::size_t i = 0; i < list.callbacks.size(); ++i) {
            context.pointer = format_text("{}/{}", list.pointer, i);
            problems.attempt([&] { built.push_back(list.callbacks[i].build(context)); });
        }
        return built;
    };
    const std::vector<CallbackList> lists = callback_lists(options);
    recipe.callbacks = build(lists.front());
    for (std::size_t i = 1; i < lists.size(); ++i) recipe.phase_callbacks.push_back(build(lists[i]));
    if (recipe.phase_callbacks.empty()) recipe.phase_callbacks.emplace_back();  // the one phase without a list
    for (const std::shared_ptr<Callback>& callback : options.own_callbacks) {
        if (callback == nullptr) throw Error("a callback given to the training is a null pointer");
        recipe.callbacks.push_back(callback);
    }
}

void expect_mixings_for(const Task& task, const std::vector<PhaseOptions>& phases) {
    std::vector<std::string> problems;
    for (std::size_t i = 0; i < phases.size(); ++i)
        if (phases[i].mixing && task.kind() != TaskKind::classification)
            problems.push_back(format_text("/training/phases/{}/mixing: \"{}\" is for classification, not for {}", i,
                                           phases[i].mixing.name(), task.name()));
    if (!problems.empty()) throw ConfigError(problems);
}

void expect_no_mixing_beside_a_teacher(const TrainingSection& training) {
    std::vector<std::string> problems;
    for (std::size_t i = 0; i < training.phases.size(); ++i)
        if (training.distillation.teacher && training.phases[i].mixing)
            problems.push_back(
                format_text("/training/phases/{}/mixing: expected null with /training/distillation: the "
                            "teacher has not seen mixed images",
                            i));
    if (!problems.empty()) throw ConfigError(problems);
}

/// Rows of predictions have the answer "unknown" in the place of a class.
void expect_unknown_is_no_class(const DecisionOptions& decision, const Task& task) {
    if (!decision.may_refuse() && !decision.accuracy && !decision.known_share) return;
    if (std::ranges::find(task.outputs(), "unknown") != task.outputs().end())
        throw ConfigError(
            "/decision: a class is called \"unknown\", which is the answer where the model is not sure: rename it, or "
            "leave "
            "/decision out");
}

void expect_sampling_for(const Task& task, Sampling sampling) {
    if (sampling == Sampling::balanced && task.kind() != TaskKind::classification)
        throw ConfigError(format_text(
            "/training/sampling: \"{}\" is for classification, whose images have one class each, not for {}", sampling,
            task.name()));
}

void expect_no_teacher(const TrainingSection& training) {
    if (training.distillation.teacher)
        throw ConfigError(
            "/training/distillation/teacher: expected null in trainings on shared features, which learn from labels "
            "alone; give it to all of them, outside of what is searched");
}

void expect_head_for(const Task& task, const HeadOptions& head) {
    if (head.kind == HeadKind::nearest_mean && task.kind() != TaskKind::classification)
        throw ConfigError(
            format_text("/head/kind: \"{}\" is for classification, whose images have one class each; \"linear_probe\" "
                        "is for {} too",
                        head.kind, task.name()));
}

/// Adds what is learnt and how.
void add_lesson(const RunOptions& options, const Tables& tables, const Dataset& dataset, Recipe& recipe,
                Problems& problems) {
    recipe.task = options.task.build({.classes = dataset.classes, .training = dataset.train});
    problems.attempt([&] { expect_mixings_for(*recipe.task, options.training.phases); });
    problems.attempt([&] { expect_head_for(*recipe.task, options.head); });
    problems.attempt([&] { expect_no_mixing_beside_a_teacher(options.training); });
    problems.attempt([&] { expect_unknown_is_no_class(options.decision, *recipe.task); });
    problems.attempt([&] { expect_sampling_for(*recipe.task, options.training.sampling); });
    Device device;
    problems.attempt([&] { device = device_of(options).device; });
    problems.attempt([&] { expect_units_for(options.backbone.precision, "/backbone/precision", device); });
    problems.attempt([&] { expect_units_for(options.training.precision, "/training/precision", device); });
    problems.attempt([&] { recipe.loss = build_loss(options, tables, *recipe.task, dataset); });
    if (tables.losses.find(options.training.loss.name())->validates) recipe.validation_loss = recipe.loss;
    problems.attempt([&] { expect_thresholds_can_be_chosen(*recipe.task, dataset); });
    problems.attempt([&] { expect_can_be_calibrated(options, *recipe.task, dataset); });
    problems.attempt([&] { recipe.metrics = choose_metrics(*recipe.task, options.training.metrics, tables.metrics); });
    build_callbacks(options, dataset, recipe, problems);
}

}  // namespace

Recipe make_recipe(const RunOptions& options, const Tables& tables, const Dataset& dataset, MissingWeights missing) {
    Recipe recipe;
    Problems problems;
    problems.attempt([&] { recipe.weights = choose_weights(options.backbone, missing); });
    recipe.preprocessing = choose_preprocessing(options.data, usual_preprocessing(recipe.weights.entry));
    const ArchitectureRow* row = tables.architectures.find(options.backbone.name);  // nullptr: the file's network
    std::optional<Architecture> architecture;
    if (row != nullptr)
        problems.attempt([&] { architecture = row->make(recipe.preprocessing.height, recipe.preprocessing.width); });
    if (architecture) problems.add(stage_problems(*architecture, options, tables));
    add_lesson(options, tables, dataset, recipe, problems);
    problems.attempt([&] { recipe.teacher = load_teacher(options, *recipe.task); });
    problems.throw_if_any();
    return recipe;
}

Recipe make_recipe(const RunOptions& options, const Tables& tables, const Dataset& dataset, const Recipe& like) {
    Recipe recipe{.weights = like.weights, .preprocessing = like.preprocessing};
    Problems problems;
    problems.attempt([&] { expect_no_teacher(options.training); });
    add_lesson(options, tables, dataset, recipe, problems);
    problems.throw_if_any();
    return recipe;
}

Backbone prepare_backbone(const RunOptions& options, const Tables& tables, const Recipe& recipe,
                          const std::stop_token& stop, Reporter& reporter) {
    if (const std::string note = device_of(options).note; !note.empty()) reporter.note(note);
    bring_weights(recipe.weights, stop, reporter);
    const ArchitectureRow* row = tables.architectures.find(options.backbone.name);
    if (row == nullptr) {
        Backbone backbone = load_torchscript_backbone(recipe.weights.source, recipe.preprocessing);
        Problems problems;  // its stages are known now
        problems.add(stage_problems(backbone.architecture, options, tables));
        problems.throw_if_any();
        return backbone;
    }
    return load_backbone(*row, recipe.weights.source, static_cast<std::uint64_t>(options.seed), recipe.preprocessing,
                         options.backbone.allowance);
}

Json identity_of(const RunOptions& options, const Tables& tables, const Dataset& dataset, const Backbone& backbone) {
    RunOptions compared = options;
    const RunOptions usual = default_run_config(tables);
    compared.name = usual.name;
    compared.device = usual.device;  // a checkpoint goes on anywhere
    compared.output = usual.output;
    compared.training.epochs = usual.training.epochs;
    compared.training.checkpoint_minutes = usual.training.checkpoint_minutes;
    compared.data.workers = usual.data.workers;
    compared.features.limit_gb = usual.features.limit_gb;
    compared.features.keep = usual.features.keep;
    compared.calibration = usual.calibration;
    compared.decision = usual.decision;
    compared.top_k = usual.top_k;
    Json identity = differences(compared, tables);
    identity["version"] = kIdentityVersion;
    identity["data"]["images_sha256"] = hash_of_names(dataset);
    if (const auto& teacher = options.training.distillation.teacher)
        identity["training"]["distillation"]["teacher_sha256"] = sha256_of_file(*teacher);
    identity["backbone"]["weights_sha256"] = backbone.weights_hash;
    return identity;
}

ModelInfo model_info(const Recipe& recipe, const Backbone& backbone, const std::string& freeze, const Json& config) {
    const Task& task = *recipe.task;
    const TargetScale scale = task.target_scale();
    return {.task = task.kind(),
            .outputs = task.outputs(),
            .thresholds = task.thresholds(),
            .target_mean = scale.mean,
            .target_std = scale.std,
            .preprocessing = recipe.preprocessing,
            .backbone = backbone.architecture.name,
            .backbone_hash = backbone.weights_hash,
            .freeze = freeze,
            .config = config};
}

TrainingParts training_parts(const Recipe& recipe, const Dataset& dataset, const Phase& deepest,
                             const RunFolder& folder, const Json& identity,
                             std::function<void(const std::filesystem::path&)> save,
                             std::function<void(const std::vector<EpochRecord>&)> on_epoch) {
    const auto on_history = [&folder, on_epoch](const std::vector<EpochRecord>& history) {
        folder.write_history(history);
        if (on_epoch) on_epoch(history);
    };
    return {.task = recipe.task,
            .metrics = recipe.metrics,
            .loss = recipe.loss,
            .validation_loss = recipe.validation_loss,
            .weights = deepest.model.scion,
            .callbacks = recipe.callbacks,
            .has_validation = !dataset.validation.empty(),
            .save_model = std::move(save),
            .on_history = on_history,
            .checkpoint = folder.checkpoint(),
            .run_identity = identity};
}

TrainingOptions training_options(const RunOptions& options, std::function<bool()> is_save_asked) {
    const TrainingSection& training = options.training;
    TrainingOptions chosen{.epochs = epochs_of(options),
                           .seed = static_cast<std::uint64_t>(options.seed),
                           .keep = training.keep,
                           .checkpoint_minutes = training.checkpoint_minutes,
                           .is_save_asked = std::move(is_save_asked)};
    if (training.ema_decay) chosen.average = AveragingOptions{*training.ema_decay, training.ema_warm_up};
    return chosen;
}

}  // namespace graft

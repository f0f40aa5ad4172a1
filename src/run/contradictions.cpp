#include "run/contradictions.hpp"

#include "config/read.hpp"
#include "core/device.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/backbone.hpp"

namespace graft {
namespace {

/// Whether a loss is another one, or has options that are not its defaults.
bool differs_from_usual(LossPlugin loss, const std::string& name) {
    const LossRow* usual = builtin_losses().find(name);
    if (usual == nullptr || loss.name() != name) return true;
    LossPlugin defaults = usual->make();
    return write_options([&](Fields& fields) { loss.describe(fields); }) !=
           write_options([&](Fields& fields) { defaults.describe(fields); });
}

std::vector<std::string> check_device(const RunOptions& config) {
    try {
        (void)device_named(config.device, "/device");
    } catch (const ConfigError& error) {
        return error.problems();
    }
    return {};
}

/// A head that is fitted once needs features that stay as they are.
std::vector<std::string> check_fitted_head(const RunOptions& config) {
    std::vector<std::string> problems;
    if (!is_fitted(config.head)) return problems;
    const auto wrong = [&](const std::string& at, const std::string& expected) {
        problems.push_back(
            format_text("{}: expected {} with \"kind\": \"{}\" in /head: it is fitted once, to features of a network "
                        "that stays frozen",
                        at, expected, config.head.kind));
    };
    if (!config.training.phases.empty()) wrong("/training/phases", "none");
    if (config.backbone.freeze != "all") wrong("/backbone/freeze", "all");
    if (config.training.distillation.teacher) wrong("/training/distillation/teacher", "null");
    const TrainingSection& training = config.training;
    if (training.sampling != Sampling::shuffle) wrong("/training/sampling", "shuffle");
    if (training.schedule) wrong("/training/schedule", "null");
    if (training.clip_norm) wrong("/training/clip_norm", "null");
    if (training.accumulate != 1) wrong("/training/accumulate", "1");
    if (training.ema_decay) wrong("/training/ema_decay", "null");
    if (config.head.kind == HeadKind::nearest_mean && training.loss &&
        differs_from_usual(training.loss, "cross_entropy"))
        problems.emplace_back(
            "/training/loss: expected cross_entropy without options with \"kind\": \"nearest_mean\" "
            "in /head: class means minimise no loss");
    return problems;
}

/// What says something of images that the task does not ask for.
std::vector<std::string> check_task(const RunOptions& config, const Tables& tables) {
    std::vector<std::string> problems;
    const TaskRow& task = *tables.tasks.find(config.task.name());
    if (task.name != text_of(TaskKind::classification) && config.top_k != RunOptions().top_k)
        problems.push_back(
            format_text("/top_k: is for classification, not for {}; expected to be left out", task.name));
    if (task.targets == TargetKind::numbers && config.data.class_mismatch != ClassMismatch::fail)
        problems.push_back(format_text("/data/class_mismatch: is for classes, and {} has none", task.name));
    return problems;
}

/// Options of something that is not asked for.
std::vector<std::string> check_training(const TrainingSection& training) {
    std::vector<std::string> problems;
    const auto without = [&](const char* key, const std::string& other) {
        problems.push_back(format_text("/training/{}: is not used without {}; expected to be left out", key, other));
    };
    if (training.sampling != Sampling::balanced && training.sampling_exponent != 1)
        without("sampling_exponent", "\"sampling\": \"balanced\"");
    if (!training.ema_decay && !training.ema_warm_up) without("ema_warm_up", "ema_decay");
    const DistillationOptions usual, &distillation = training.distillation;
    if (!distillation.teacher && distillation.temperature != usual.temperature)
        without("distillation/temperature", "a teacher");
    if (!distillation.teacher && distillation.weight != usual.weight) without("distillation/weight", "a teacher");
    if (training.phases.empty() && training.precision != Precision::float32)
        without("precision", "phases, in which stages train");
    return problems;
}

std::vector<std::string> check_phases(const RunOptions& config) {
    std::vector<std::string> problems;
    const std::vector<PhaseOptions>& phases = config.training.phases;
    if (!phases.empty() && config.backbone.freeze != "all")
        problems.push_back(
            format_text("/backbone/freeze: is not used with /training/phases, which say what trains; "
                        "expected to be left out, got \"{}\"",
                        config.backbone.freeze));
    for (std::size_t i = 0; i < phases.size(); ++i) {
        const std::string at = format_text("/training/phases/{}", i);
        for (const std::string& problem : phases[i].optimizer.contradictions())
            problems.push_back(at + "/optimizer" + problem);
        for (const std::string& problem : phases[i].schedule.contradictions())
            problems.push_back(at + "/schedule" + problem);
        if (phases[i].batch_size == 1 && config.head.batch_norm)
            problems.push_back(at + "/batch_size: expected at least 2 with \"batch_norm\": true in /head, got 1");
    }
    return problems;
}

}  // namespace

std::vector<std::string> contradictions(const RunOptions& config, const Tables& tables) {
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
    add("", check_device(config));
    add("", check_phases(config));
    add("", check_fitted_head(config));
    add("/head", contradictions(config.head));
    add("/task", config.task.contradictions());
    add("", check_task(config, tables));
    add("", check_training(config.training));
    add("/decision", contradictions(config.decision));
    add("/training/optimizer", config.training.optimizer.contradictions());
    add("/training/schedule", config.training.schedule.contradictions());
    const std::vector<CallbackList> lists = callback_lists(config);
    for (const CallbackList& list : lists)
        for (std::size_t i = 0; i < list.callbacks.size(); ++i)
            add(format_text("{}/{}", list.pointer, i), list.callbacks[i].contradictions());
    add("", check_callback_files(lists));
    if (config.data.batch_size == 1 && config.head.batch_norm)
        problems.emplace_back(
            "/data/batch_size: expected at least 2 with \"batch_norm\": true in /head, got 1: the "
            "statistics of one image are no use");
    return problems;
}

}  // namespace graft

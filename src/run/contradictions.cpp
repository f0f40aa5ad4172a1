#include "run/contradictions.hpp"

#include "core/names.hpp"
#include "core/text.hpp"
#include "network/backbone.hpp"

namespace graft {
namespace {

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
    if (config.training.sampling != Sampling::shuffle) wrong("/training/sampling", "shuffle");
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
    add("", check_phases(config));
    add("", check_fitted_head(config));
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

#include "run/inference_plan.hpp"

#include <algorithm>

#include "core/cache_folder.hpp"
#include "model/network_input.hpp"

namespace graft {
namespace {

constexpr std::int64_t kWorthMeasuring = 3000;  // network calls; below, the measuring takes longer than it saves

std::int64_t calls_of(const AssembledRun& run) {
    const std::int64_t views = std::max<std::int64_t>(augmented_views(run.config), 1);
    return static_cast<std::int64_t>(run.split.train.size()) * views +
           static_cast<std::int64_t>(run.split.validation.size());
}

InferencePlan measured_plan(const AssembledRun& run, Reporter& reporter) {
    const InferencePlan usual{.workers = run.workers};
    if (run.model.frozen_stages.empty() || calibrations_file().empty()) return usual;
    const Calibrations calibrations(calibrations_file());
    const std::string network = network_name(run);
    if (const auto known = calibrations.find(network)) return *known;
    if (calls_of(run) < kWorthMeasuring) return usual;
    const InferencePlan plan =
        calibrate(run.model.trunk, example_input(run.preprocessing), run.config.backbone.precision);
    reporter.note("measured " + network + " on this machine: fastest with " + std::to_string(plan.workers) +
                  " workers and " + std::to_string(plan.images_per_call) + " images per call");
    try {
        calibrations.keep(network, plan);
    } catch (const std::exception& error) {
        reporter.warn(std::string("the measurement is not kept: ") + error.what());
    }
    return plan;
}

}  // namespace

std::filesystem::path calibrations_file() {
    return cache_folder().empty() ? std::filesystem::path() : cache_folder() / "calibrations.json";
}

std::string network_name(const AssembledRun& run) {
    const bool is_named = run.backbone.architecture.name != kTorchScript;
    return run.backbone.architecture.name + (is_named ? "" : " " + run.backbone.weights_hash.substr(0, 12)) +
           (run.model.trained_stages.empty() ? "" : " to " + run.config.backbone.freeze) + " " +
           std::to_string(run.preprocessing.width) + "x" + std::to_string(run.preprocessing.height) + " " +
           run.resolved_config.at("backbone").at("precision").get<std::string>();
}

InferencePlan plan_inference(const AssembledRun& run, Reporter& reporter) {
    InferencePlan plan = measured_plan(run, reporter);
    if (run.config.data.workers) plan.workers = run.workers;
    return plan;
}

}  // namespace graft

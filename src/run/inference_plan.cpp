#include "run/inference_plan.hpp"

#include <algorithm>

#include "network/network_input.hpp"

namespace graft {
namespace {

std::int64_t calls_of(const AssembledRun& run) {
    const std::int64_t views = std::max<std::int64_t>(augmented_views(run.config), 1);
    return static_cast<std::int64_t>(run.split.train.size()) * views +
           static_cast<std::int64_t>(run.split.validation.size());
}

std::string trunk_name(const AssembledRun& run) {
    return network_name(run.backbone.architecture.name, run.backbone.weights_hash,
                        run.model.trained_stages.empty() ? "" : run.config.backbone.freeze, run.preprocessing,
                        run.resolved_config.at("backbone").at("precision"));
}

}  // namespace

InferencePlan plan_inference(const AssembledRun& run, Reporter& reporter) {
    const InferencePlan usual{.workers = run.workers};
    if (run.model.frozen_stages.empty()) return usual;
    const auto measure = [&] {
        return calibrate(run.model.trunk, example_input(run.preprocessing), run.config.backbone.precision);
    };
    InferencePlan plan = Calibrations(calibrations_file())
                             .find_or_measure(trunk_name(run), calls_of(run), measure, reporter)
                             .value_or(usual);
    if (run.config.data.workers) plan.workers = run.workers;
    return plan;
}

}  // namespace graft

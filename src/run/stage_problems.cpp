#include "run/stage_problems.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/grafted_model.hpp"
#include "run/choose_weights.hpp"

namespace graft {
namespace {

/// Where a stage is frozen, features are trained on, else pictures.
void add_problem_of_mixing(const PhaseOptions& phase, const std::string& freeze, const std::string& at,
                           const Tables& tables, std::vector<std::string>& problems) {
    const bool pictures = freeze == "none";
    if (!phase.mixing || tables.mixings.find(phase.mixing.name())->of_pictures == pictures) return;
    problems.push_back(format_text(
        "{}/mixing: \"{}\" {}", at, phase.mixing.name(),
        pictures
            ? "mixes features, but this phase trains on pictures: use mixup or cutmix"
            : "mixes pictures, but this phase trains on features of frozen stages: use feature_mixup, or train all"));
}

/// Names are those of what trains.
void add_problems_of_learning_rates(const PhaseOptions& phase, const std::vector<std::string>& stages,
                                    std::size_t frozen, const std::string& at, std::vector<std::string>& problems) {
    const auto first = stages.begin() + static_cast<std::ptrdiff_t>(frozen);
    std::vector<std::string> trained(first, stages.end());
    trained.emplace_back("head");
    for (const auto& [stage, rate] : phase.learning_rates) {
        if (std::ranges::find(trained, stage) != trained.end()) continue;
        problems.push_back(std::find(stages.begin(), first, stage) != first
                               ? format_text("{}/learning_rates/{}: stays frozen in this phase, which trains {}", at,
                                             stage, joined(trained))
                               : format_text("{}/learning_rates: expected names of {}, got \"{}\"{}", at,
                                             joined(trained), stage, did_you_mean(stage, trained)));
    }
}

/// Where no branch trains, none is left out.
void add_problem_of_stochastic_depth(const Architecture& architecture, const PhaseOptions& phase,
                                     const std::string& freeze, std::size_t frozen, const std::string& at,
                                     std::vector<std::string>& problems) {
    if (phase.stochastic_depth == 0) return;
    const auto add = [&](const std::string& why) {
        problems.push_back(format_text("{}/stochastic_depth: expected 0, got {}: {}", at,
                                       number_as_text(phase.stochastic_depth), why));
    };
    if (architecture.residual_sums.block.empty())
        add(format_text("graft knows of no residual branches in {}", architecture.name));
    else if (freeze == "all")
        add("nothing but the head trains in this phase, and residual branches are in the stages");
    else if (stochastic_depth(architecture, frozen, phase.stochastic_depth).shares.empty())
        add(format_text("none of the stages that train in this phase has residual branches; train one before {}",
                        phase.train));
}

}  // namespace

std::vector<std::string> stage_problems(const Architecture& architecture, const RunOptions& options,
                                        const Tables& tables) {
    std::vector<std::string> problems;
    const std::vector<PhaseOptions>& phases = options.training.phases;
    const auto attempt = [&](const auto& step) {
        try {
            step();
        } catch (const ConfigError& error) {
            problems.insert(problems.end(), error.problems().begin(), error.problems().end());
        }
    };
    if (phases.empty()) attempt([&] { frozen_count(architecture, options.backbone.freeze); });
    for (std::size_t i = 0; i < phases.size(); ++i)
        attempt([&] {
            const std::string at = format_text("/training/phases/{}", i);
            const std::string freeze = freeze_to_train(architecture, phases[i].train, at + "/train");
            const std::size_t frozen = frozen_count(architecture, freeze);
            add_problem_of_stochastic_depth(architecture, phases[i], freeze, frozen, at, problems);
            add_problem_of_mixing(phases[i], freeze, at, tables, problems);
            add_problems_of_learning_rates(phases[i], stage_names(architecture), frozen, at, problems);
        });
    return problems;
}

std::vector<std::string> stage_problems(const RunOptions& options, const Tables& tables) {
    const ArchitectureRow* row = tables.architectures.find(options.backbone.name);
    if (row == nullptr) return {};
    std::optional<WeightsEntry> entry;
    try {
        entry = choose_weights(options.backbone, MissingWeights::download).entry;
    } catch (const Error&) {  // weights that cannot be had concern the run
    }
    const Preprocessing input = choose_preprocessing(options.data, usual_preprocessing(entry));
    try {
        return stage_problems(row->make(input.height, input.width), options, tables);
    } catch (const ConfigError& error) {
        return error.problems();
    }
}

}  // namespace graft

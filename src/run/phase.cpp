#include "run/phase.hpp"

#include <ATen/ops/full.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr const char* kRestOfGroup = " norms and biases";

bool is_a_norm(const TorchModule& module) {
    if (module.hasattr("running_mean")) return true;
    std::size_t vectors = 0;
    for (const at::Tensor& parameter : module.parameters(false)) {
        if (parameter.dim() != 1) return false;
        ++vectors;
    }
    return vectors == 2;  // scale and shift
}

/// The parameters of a child of the scion that train.
std::vector<at::Tensor> trained_in(const TorchModule& child, bool norms_alone) {
    std::vector<at::Tensor> trained;
    for (const TorchModule& module : child.modules())
        if (!norms_alone || is_a_norm(module))
            for (const at::Tensor& parameter : module.parameters(false)) trained.push_back(parameter);
    return trained;
}

/// Adds a group of all parameters, or two: weights, and what has no weight decay.
void add_groups(ParameterGroup whole, const PhaseOptions& options, ParameterGroups& groups) {
    ParameterGroup rest{.name = whole.name + kRestOfGroup,
                        .learning_rate_factor = whole.learning_rate_factor,
                        .learning_rate = whole.learning_rate,
                        .weight_decay = false};
    if (!options.decay_norms_and_biases) {
        const auto others =
            std::ranges::stable_partition(whole.parameters, [](const at::Tensor& each) { return each.dim() > 1; });
        rest.parameters.assign(others.begin(), others.end());
        whole.parameters.erase(others.begin(), others.end());
    }
    for (ParameterGroup* group : {&whole, &rest})
        if (!group->parameters.empty()) groups.push_back(std::move(*group));
}

ParameterGroups groups_of(const GraftedModel& model, const PhaseOptions& options) {
    ParameterGroups head, stages;  // the head first: its learning rate is the run's
    double factor = std::pow(options.layer_decay, static_cast<double>(model.trained_stages.size()));
    for (const auto& child : model.scion.named_children()) {
        const bool is_head = child.name == "head";
        const bool is_stage = std::ranges::find(model.trained_stages, child.name) != model.trained_stages.end();
        const auto own = options.learning_rates.find(child.name);
        add_groups({.name = child.name,
                    .parameters = trained_in(child.value, options.train == "norms" && !is_head),
                    .learning_rate_factor = is_stage ? factor : 1,
                    .learning_rate = own == options.learning_rates.end() ? std::nullopt : std::optional(own->second)},
                   options, is_head ? head : stages);
        if (is_stage) factor /= options.layer_decay;
    }
    head.insert(head.end(), std::make_move_iterator(stages.begin()), std::make_move_iterator(stages.end()));
    return head;
}

/// A learning rate that nothing learns with would say something else than what happens.
void expect_parameters_of(const std::map<std::string, double>& learning_rates, const ParameterGroups& groups,
                          const std::string& pointer) {
    for (const auto& [stage, rate] : learning_rates) {
        const auto of_stage = [&](const ParameterGroup& group) {
            return group.name == stage || group.name == stage + kRestOfGroup;
        };
        if (std::ranges::none_of(groups, of_stage))
            throw ConfigError(format_text("{}/{}: has no parameters that train in this phase", pointer, stage));
    }
}

/// A new head. A linear classifier begins at zero (Kolesnikov et al. 2020, "Big Transfer"): what it finds at random
/// would first have to be unlearnt, which takes more steps than few images give.
TorchModule new_head(const HeadOptions& options, const Backbone& backbone, std::int64_t outputs, std::uint64_t seed) {
    TorchModule head = draw_head(options, backbone, outputs, seed);
    if (options.hidden.empty()) head.attr("classifier").toModule().attr("weight").toTensor().zero_();
    return head;
}

}  // namespace

std::vector<Phase> make_phases(const std::vector<PhaseOptions>& options, const Backbone& backbone,
                               const Preprocessing& preprocessing, const HeadOptions& head_options,
                               std::int64_t outputs, std::uint64_t seed) {
    const TorchModule head = new_head(head_options, backbone, outputs, seed);
    std::vector<Phase> phases;
    for (const PhaseOptions& each : options) {
        const std::string at = format_text("/training/phases/{}", phases.size());
        Phase phase{.options = each, .preprocessing = preprocessing, .freeze = each.freeze};
        set_size(phase.preprocessing, each.image_size);
        if (!each.train.empty()) phase.freeze = freeze_to_train(backbone.architecture, each.train, at + "/train");
        try {
            phase.model = graft_model(backbone, phase.preprocessing, phase.freeze, head_options.pooling, head);
            if (!each.image_size.empty()) static_cast<void>(summarise(phase.model, phase.preprocessing));
        } catch (const c10::Error&) {
            if (each.image_size.empty()) throw;
            throw ConfigError(format_text("{}/image_size: this network does not take {}x{}; it was made for {}x{}", at,
                                          phase.preprocessing.height, phase.preprocessing.width, preprocessing.height,
                                          preprocessing.width));
        }
        phase.trained_before = std::ranges::any_of(phases, [&](const Phase& earlier) {
            return earlier.model.frozen_stages.size() < phase.model.frozen_stages.size();
        });
        if (each.stochastic_depth > 0)
            phase.stochastic_depth =
                stochastic_depth(backbone.architecture, phase.model.frozen_stages.size(), each.stochastic_depth);
        phase.groups = groups_of(phase.model, each);
        expect_parameters_of(each.learning_rates, phase.groups, at + "/learning_rates");
        phase.optimizer = each.optimizer.build(phase.groups);
        phases.push_back(std::move(phase));
    }
    return phases;
}

Phase make_head_phase(const PhaseOptions& options, const Backbone& backbone, const HeadOptions& head_options,
                      std::int64_t outputs, std::uint64_t seed) {
    Phase phase{.options = options, .freeze = "all"};
    phase.model.scion = make_chain("Scion", {{"head", new_head(head_options, backbone, outputs, seed)}});
    for (at::Tensor parameter : phase.model.scion.parameters()) parameter.requires_grad_(true);
    phase.groups = groups_of(phase.model, options);
    phase.optimizer = options.optimizer.build(phase.groups);
    return phase;
}

void prepare_to_train(const Phase& phase) {
    prepare_to_train(phase.model);
    for (at::Tensor parameter : phase.model.scion.parameters()) parameter.requires_grad_(false);
    for (const ParameterGroup& group : phase.groups)
        for (const at::Tensor& parameter : group.parameters) parameter.set_requires_grad(true);
}

const Phase& deepest_of(std::span<const Phase> phases) {
    const auto trained = [](const Phase& phase) { return phase.model.trained_stages.size(); };
    return *std::ranges::max_element(phases, {}, trained);
}

std::string text_of(const Phase& phase, std::size_t index, std::size_t phases) {
    return format_text("phase {} of {}: {}, {}", index + 1, phases, phase.options.train,
                       count_of(static_cast<std::uint64_t>(phase.options.epochs), "epoch"));
}

OutputActivation calibrated(OutputActivation activation, double temperature) {
    if (temperature == 1) return activation;
    constexpr std::string_view kScores = "scores", kDivided = "(scores / self.temperature)";
    // A division behind the network, not other weights: it cannot change which class comes first.
    for (std::size_t found = 0; (found = activation.expression.find(kScores, found)) != std::string::npos;
         found += kDivided.size())
        activation.expression.replace(found, kScores.size(), kDivided);
    activation.constants.emplace_back("temperature", at::full({1}, temperature, at::kFloat));
    return activation;
}

TorchModule network_of(const Phase& phase, const Task& task, const ModelInfo& info) {
    const OutputActivation activation = calibrated(task.activation(), info.temperature);
    return compose_model(phase.model, activation.expression, activation.constants,
                         info.references ? ComposedForm::outputs_and_vectors : ComposedForm::outputs);
}

ModelRecord record_of(const Backbone& backbone, const Phase& phase) {
    const GraftedModel& model = phase.model;
    const LoadReport& loading = backbone.loading;
    std::vector<std::string> left_out = loading.left_out;
    for (const std::vector<std::string>* more : {&loading.outside, &loading.heads})
        left_out.insert(left_out.end(), more->begin(), more->end());
    return {.backbone = backbone.architecture.name,
            .weights = backbone.weights,
            .weights_hash = backbone.weights_hash,
            .loaded = std::ssize(loading.loaded),
            .left_out = std::move(left_out),
            .absent = loading.absent,
            .unused = loading.unused,
            .frozen = model.frozen_stages,
            .trained = model.trained_stages,
            .feature_shape = model.feature_shape,
            .parts = summarise(model, phase.preprocessing)};
}

}  // namespace graft

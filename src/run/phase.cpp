#include "run/phase.hpp"

#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace graft {
namespace {

ParameterGroups groups_of(const TorchModule& scion) {
    ParameterGroups groups;
    for (const auto& child : scion.named_children()) {
        ParameterGroup group{.name = child.name};
        for (const at::Tensor& parameter : child.value.parameters()) group.parameters.push_back(parameter);
        if (!group.parameters.empty()) groups.push_back(std::move(group));
    }
    std::ranges::rotate(groups, std::prev(groups.end()));  // the head first: its learning rate is the run's
    return groups;
}

}  // namespace

std::vector<Phase> make_phases(const std::vector<PhaseOptions>& options, const Backbone& backbone,
                               const Preprocessing& preprocessing, const HeadOptions& head_options,
                               std::int64_t outputs, std::uint64_t seed) {
    const TorchModule head = draw_head(head_options, backbone, outputs, seed);
    std::vector<Phase> phases;
    for (const PhaseOptions& each : options) {
        Phase phase{.options = each,
                    .model = graft_model(backbone, preprocessing, each.freeze, head_options.pooling, head)};
        phase.groups = groups_of(phase.model.scion);
        phase.optimizer = each.optimizer.build(phase.groups);
        phases.push_back(std::move(phase));
    }
    return phases;
}

TorchModule trained_by(std::span<const Phase> phases) {
    const auto trained = [](const Phase& phase) { return phase.model.trained_stages.size(); };
    return std::ranges::max_element(phases, {}, trained)->model.scion;
}

ModelRecord record_of(const Backbone& backbone, const GraftedModel& model, const Preprocessing& preprocessing) {
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
            .parts = summarise(model, preprocessing)};
}

}  // namespace graft

/// @file
/// A network of two stages, small enough to see through, and what its tests need.
#pragma once

#include <string>
#include <vector>

#include "network/backbone.hpp"
#include "network/grafted_model.hpp"

namespace graft::testing {

/// Stages "stem" [4,H/2,W/2] and "layer1" [6,H/4,W/4], each convolution, batch norm and ReLU.
inline ArchitectureRow tiny_row() {
    const auto stage = [](const char* name, std::int64_t in, std::int64_t out) {
        return make_chain(name,
                          {{"conv", make_conv2d({.in = in, .out = out, .kernel = 3, .stride = 2, .pad = {1, 1, 1, 1}})},
                           {"bn", make_batch_norm({.channels = out})},
                           {"relu", make_function("ReLU", "torch.relu(x)")}});
    };
    return {"tiny", "two stages", [stage](std::int64_t, std::int64_t) {
                Architecture net{.name = "tiny"};
                net.stages = {{"stem", stage("Stem", 3, 4)}, {"layer1", stage("Layer", 4, 6)}};
                net.channels = 6;
                net.classifier = "fc.";
                return net;
            }};
}

inline Preprocessing tiny_preprocessing() {
    Preprocessing preprocessing;
    preprocessing.height = preprocessing.width = 16;
    return preprocessing;
}

inline Backbone tiny_backbone(std::uint64_t seed = 3) {
    return load_backbone(tiny_row(), "random", seed, tiny_preprocessing());
}

/// What model.pt holds of a classifier.
inline TorchModule classifier_of(const GraftedModel& model) { return compose_model(model, "torch.softmax(scores, 1)"); }

inline std::vector<at::Tensor> parameters_of(const TorchModule& module) {
    std::vector<at::Tensor> parameters;
    for (const at::Tensor& parameter : module.parameters()) parameters.push_back(parameter);
    return parameters;
}

inline std::vector<std::string> child_names(const TorchModule& module) {
    std::vector<std::string> names;
    for (const auto& child : module.named_children()) names.push_back(child.name);
    return names;
}

}  // namespace graft::testing

/// @file
/// The graft point: a backbone cut into a frozen trunk and a trainable rest.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "network/backbone.hpp"
#include "network/head.hpp"

namespace graft {

/// image ─► [ trunk: frozen, inference only ] ─► [ scion: stages that train, pooling, dense layers ] ─► class scores
///
/// The scion is the grafted-on part. When every stage is frozen, pooling and what the network has between pooling and
/// its classifier belong to the trunk, so that a feature is a vector [C] and not a map [C,h,w] or tokens [T,C].
struct GraftedModel {
    TorchModule trunk;  ///< float32 [N,3,H,W], RGB, 0..255 -> features [N,…]; normalises first; always in eval mode
    TorchModule scion;  ///< features [N,…] -> class scores [N,K], before softmax
    std::vector<std::string> frozen_stages, trained_stages;
    std::vector<std::int64_t>
        feature_shape;  ///< of one image: [C], [C,h,w] or [T,C], or [3,H,W] when nothing is frozen

    /// The parameters that training changes.
    [[nodiscard]] std::vector<at::Tensor> trainable_parameters() const;
};

/// @param freeze "all", "none", or the name of the last stage that stays frozen
/// @param classes number of classes K
/// @throws ConfigError at /backbone/freeze when there is no such stage
[[nodiscard]] GraftedModel graft_model(const Backbone& backbone, const Preprocessing& preprocessing,
                                       const std::string& freeze, const HeadOptions& head, std::int64_t classes,
                                       std::uint64_t seed);

/// Throws ConfigError at /backbone/freeze when `freeze` names no stage of the architecture.
void check_freeze(const Architecture& architecture, const std::string& freeze);

/// float32 [N,3,H,W], RGB, 0..255 -> probabilities float32 [N,K]; what is exported. Shares parameters with the model.
[[nodiscard]] TorchModule compose_classifier(const GraftedModel& model);

/// A SHA-256 over names, shapes and values of all parameters and buffers: the freeze proof compares two of them.
[[nodiscard]] std::string hash_of_values(const TorchModule& module);

/// One line per part: name, output shape, parameters.
struct ModelRow {
    std::string name;                 ///< "layer1", "head.dense1"
    std::vector<std::int64_t> shape;  ///< of its output for one image
    std::int64_t parameters = 0;
    bool trainable = false;
};
[[nodiscard]] std::vector<ModelRow> summarise(const GraftedModel& model, const Preprocessing& preprocessing);

}  // namespace graft

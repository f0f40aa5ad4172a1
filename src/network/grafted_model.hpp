/// @file
/// The graft point: a backbone cut into a frozen trunk and a trainable rest.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "network/backbone.hpp"
#include "network/head.hpp"
#include "record/run_record.hpp"

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
};

/// Cuts a backbone and puts a head on it. The parts share their parameters with the backbone and the head: cut again
/// elsewhere, both models see what either has trained.
/// @param freeze "all", "none", or the name of the last stage that stays frozen
/// @param head features [N,C] -> scores [N,K], as make_head gives it
/// @throws ConfigError at /backbone/freeze when there is no such stage
[[nodiscard]] GraftedModel graft_model(const Backbone& backbone, const Preprocessing& preprocessing,
                                       const std::string& freeze, Pooling pooling, const TorchModule& head);

/// The same with a new head: its values are drawn from the seed.
/// @param outputs number of scores K
[[nodiscard]] GraftedModel graft_model(const Backbone& backbone, const Preprocessing& preprocessing,
                                       const std::string& freeze, const HeadOptions& head, std::int64_t outputs,
                                       std::uint64_t seed);

/// The head of a run: its values are drawn from the run's seed.
[[nodiscard]] TorchModule draw_head(const HeadOptions& options, const Backbone& backbone, std::int64_t outputs,
                                    std::uint64_t seed);

/// Lets the scion train and nothing else: the trunk stays in eval mode, without gradients.
void prepare_to_train(const GraftedModel& model);

/// How many stages stay frozen. Throws ConfigError at /backbone/freeze when `freeze` names none of the architecture.
std::size_t frozen_count(const Architecture& architecture, const std::string& freeze);

/// The `freeze` that leaves `train`: "head", "all" or "norms" (of all stages), or the first stage that trains.
/// @throws ConfigError at `pointer` when there is no such stage, or nothing to train in it
[[nodiscard]] std::string freeze_to_train(const Architecture& architecture, const std::string& train,
                                          const std::string& pointer);

/// What a composed model gives besides its outputs.
enum class ComposedForm {
    outputs,
    outputs_and_vectors,  ///< a second method, kForwardWithVectors
};
/// images -> float32 [N,K+C]: the outputs, and behind them the vectors [N,C] that the classifier makes them of.
constexpr const char* kForwardWithVectors = "forward_with_vectors";

/// float32 [N,3,H,W], RGB, 0..255 -> what the task makes of the scores, float32 [N,K]; what is exported. Shares
/// parameters with the model.
/// @param activation a TorchScript expression in `scores` and in `self.NAME` of the constants
[[nodiscard]] TorchModule compose_model(const GraftedModel& model, const std::string& activation,
                                        const std::vector<std::pair<std::string, at::Tensor>>& constants = {},
                                        ComposedForm form = ComposedForm::outputs);

/// The method kForwardWithVectors of a composed model as a module's `forward`.
[[nodiscard]] TorchModule with_vectors(const TorchModule& composed);

/// A scion without its classifier: features [N,…] -> vectors [N,C]. Shares its parameters.
[[nodiscard]] TorchModule up_to_classifier(const TorchModule& scion);

/// The parts of what compose_model() made up to its scores, the trunk's and then the scion's; none where they cannot be
/// told apart, as in a frozen export.
[[nodiscard]] NamedModules parts_up_to_scores(const TorchModule& model);

/// In their order.
[[nodiscard]] std::vector<std::string> stage_names(const Architecture& architecture);

/// A SHA-256 over names, shapes and values of all parameters and buffers: the freeze proof compares two of them.
[[nodiscard]] std::string hash_of_values(const TorchModule& module);

/// The parts with the shapes of their outputs and their parameters.
[[nodiscard]] std::vector<ModelRow> summarise(const GraftedModel& model, const Preprocessing& preprocessing);

}  // namespace graft

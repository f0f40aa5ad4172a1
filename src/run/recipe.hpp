/// @file
/// What a run needs besides its data and its network, built from the config: a mistake in it costs a second, not hours.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "deploy/model_info.hpp"
#include "graft/core/reporter.hpp"
#include "graft/deploy/predictor.hpp"
#include "network/backbone.hpp"
#include "run/choose_weights.hpp"
#include "run/dataset.hpp"
#include "run/phase.hpp"
#include "run/run_folder.hpp"
#include "run/run_options.hpp"
#include "train/distillation.hpp"

namespace graft {

/// What is learnt and how, and where the pretrained network comes from.
struct Recipe {
    std::shared_ptr<const Task> task;
    Loss loss;
    Loss validation_loss;                      ///< what `val_loss` is; nothing: the task's plain loss
    std::shared_ptr<const Predictor> teacher;  ///< null: labels alone are learnt from
    std::optional<Distillation> distillation;  ///< what the teacher has said, once it was asked
    std::vector<ChosenMetric> metrics;
    std::vector<std::shared_ptr<Callback>> callbacks;                     ///< the config's, then the application's
    std::vector<std::vector<std::shared_ptr<Callback>>> phase_callbacks;  ///< of each of phases_of()
    ChosenWeights weights;
    Preprocessing preprocessing;
};

/// @throws ConfigError with every problem that shows here; DataError for weights that cannot be used
[[nodiscard]] Recipe make_recipe(const RunOptions& options, const Tables& tables, const Dataset& dataset,
                                 MissingWeights missing);

/// The same for another training on the same features: weights and preprocessing are those of `like`.
[[nodiscard]] Recipe make_recipe(const RunOptions& options, const Tables& tables, const Dataset& dataset,
                                 const Recipe& like);

/// Downloads the weights where they are missing, and loads them.
/// @throws DataError, Error, Interrupted
[[nodiscard]] Backbone prepare_backbone(const RunOptions& options, const Tables& tables, const Recipe& recipe,
                                        const std::stop_token& stop, Reporter& reporter);

/// What a checkpoint must agree with to go on from it: what differs from the defaults, without what may change, and
/// SHA-256 of the weights and of the images' names.
[[nodiscard]] Json identity_of(const RunOptions& options, const Tables& tables, const Dataset& dataset,
                               const Backbone& backbone);

/// What the model file says before anything is trained.
/// @param freeze where the phase that is cut deepest is cut
/// @param config with every default
[[nodiscard]] ModelInfo model_info(const Recipe& recipe, const Backbone& backbone, const std::string& freeze,
                                   const Json& config);

/// What the trainer needs for all phases.
/// @param deepest the phase that is cut deepest
/// @param save writes the model as it is
/// @param on_epoch called once the history of an epoch is written; may be empty
[[nodiscard]] TrainingParts training_parts(const Recipe& recipe, const Dataset& dataset, const Phase& deepest,
                                           const RunFolder& folder, const Json& identity,
                                           std::function<void(const std::filesystem::path&)> save,
                                           std::function<void(const std::vector<EpochRecord>&)> on_epoch);

/// How long and from which seed a run trains, and which weights it keeps.
[[nodiscard]] TrainingOptions training_options(const RunOptions& options, std::function<bool()> is_save_asked);

}  // namespace graft

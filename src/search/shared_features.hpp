/// @file
/// Features of a frozen network that many trainings of a head read at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "run/phase_features.hpp"
#include "run/recipe.hpp"

namespace graft {

/// Whether nothing but a head trains: the frozen network is the same for all heads.
[[nodiscard]] bool trains_head_alone(const RunOptions& options);

/// Whether its one phase trains on augmented views.
[[nodiscard]] bool augments(const RunOptions& options);

/// How a search goes, apart from what it computes.
struct SearchControl {
    MissingWeights missing = MissingWeights::download;
    std::stop_token stop;
    Reporter& reporter;
};

/// Images that train and images that validate, with the places of their features.
struct FeatureFold {
    Dataset dataset;  ///< without test images
    std::vector<std::size_t> train, validation;
};

/// The network and the features of every image that trains or validates in any of the folds. Made once, then read by
/// several threads.
struct SharedFeatures {
    Recipe recipe;  ///< of the first fold
    Backbone backbone;
    PhaseFeatures features;
    std::vector<FeatureFold> folds;

    [[nodiscard]] const Features& train() const { return *features.train; }
    /// Without augmentation the plain pictures are what trains too.
    [[nodiscard]] const Features& validation() const {
        return features.validation->count() > 0 ? *features.validation : *features.train;
    }
};

/// Loads the network, looks at the images and computes all views that a run reads.
/// @throws ConfigError, DataError, Error as run_training does; ConfigError at /features where they take more room than
///         there is; Interrupted
[[nodiscard]] std::unique_ptr<SharedFeatures> share_features(RunOptions options, const Tables& tables,
                                                             std::span<const Dataset> folds,
                                                             const SearchControl& control);

}  // namespace graft

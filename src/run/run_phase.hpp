/// @file
/// One phase of a run, trained.
#pragma once

#include "run/phase_features.hpp"
#include "run/recipe.hpp"
#include "train/trainer.hpp"

namespace graft {

/// Trains on the features of a phase, which are computed as they are asked for.
/// @throws Error when the frozen part changed: a bug in graft
[[nodiscard]] PhaseRecord run_phase(Trainer& trainer, const Phase& phase, const PhaseFeatures& features,
                                    const RunOptions& options, const Backbone& backbone, const Recipe& recipe);

}  // namespace graft

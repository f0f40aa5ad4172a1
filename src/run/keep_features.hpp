/// @file
/// Where the features of a run are kept, if they are.
#pragma once

#include <span>

#include "features/features.hpp"
#include "run/assemble.hpp"

namespace graft {

/// Features, and which pictures they are of.
struct PartFeatures {
    Features* features;
    ViewKind kind;
};

/// Gives every part a place to keep its features as /features says. They are not kept, and a note says why, where
/// nothing is frozen or where they would take more room than is allowed or there; they are kept for the run alone, with
/// a warning, where the cache folder cannot be used.
void keep_features(const AssembledRun& run, std::span<const PartFeatures> parts, const ViewRenderer& renderer,
                   Reporter& reporter);

}  // namespace graft

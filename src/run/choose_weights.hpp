/// @file
/// Which weights a config means, and how pictures are prepared for them.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "graft/core/reporter.hpp"
#include "graft/run/train.hpp"
#include "image/preprocessing.hpp"
#include "network/backbone_options.hpp"
#include "weights/store/manifest.hpp"

namespace graft {

/// A file or "random", and the entry that says how pictures are prepared for it.
struct ChosenWeights {
    std::string source;
    std::optional<WeightsEntry> entry;  ///< also of weights given as a file: its own, or the architecture's usual one
    bool missing = false;               ///< the entry's file is still to be downloaded
};

/// @throws ConfigError when there are no such weights, or when they are missing and may not or cannot be downloaded;
/// DataError when their file is not the manifest's
[[nodiscard]] ChosenWeights choose_weights(const BackboneOptions& options, MissingWeights missing);

/// Downloads what is missing. Throws as fetch_weights does.
void bring_weights(const ChosenWeights& weights, const std::stop_token& stop, Reporter& reporter);

/// How pictures are prepared for these weights, when a config does not say otherwise.
[[nodiscard]] Preprocessing usual_preprocessing(const std::optional<WeightsEntry>& entry);

}  // namespace graft

/// @file
/// The features that a phase trains on: the frozen part made fast, the pass through it, and where its outputs are kept.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "features/features.hpp"
#include "graft/core/reporter.hpp"
#include "run/dataset.hpp"
#include "run/phase.hpp"

namespace graft {

/// Features of both parts. None is computed before it is asked for.
struct PhaseFeatures {
    std::shared_ptr<const Inference> trunk;
    std::unique_ptr<Features> train, validation;
    std::unique_ptr<Features> references;  ///< of plain training images, where /decision asks for distances; else none
    std::size_t workers = 1;

    [[nodiscard]] FeaturesRecord record() const;
};

/// Of the augmented views that are kept, how many a run reads: no epoch reads one beyond, but the one epoch of a head
/// that is fitted reads them all.
[[nodiscard]] std::int64_t views_read(const RunOptions& options);

/// The pass of a phase through its trunk, with as many workers and images per call as run fastest here, and kept as
/// /features says. Features are not kept, and a note says why, where nothing is frozen or where they would take more
/// room than is allowed or there; they are kept for the run alone, with a warning, where the cache folder cannot be
/// used.
[[nodiscard]] PhaseFeatures make_features(const RunOptions& options, const Dataset& dataset, const Backbone& backbone,
                                          const Phase& phase, std::stop_token stop, Reporter& reporter);

/// What the plain features of a frozen network are functions of, but for the image's bytes: names their space in the
/// cache. What has its default is left out, so that a new option orphans no features.
/// @param frozen names of its frozen stages
/// @param shape of one feature
[[nodiscard]] Json features_of_frozen(const std::string& architecture, const std::string& weights_hash,
                                      const std::vector<std::string>& frozen, const std::vector<std::int64_t>& shape,
                                      Pooling pooling, const Preprocessing& preprocessing, const Device& device = {});

/// How much samples count; undefined where they all count 1, which is computed as ever. float32 [N]
[[nodiscard]] at::Tensor weights_of(std::span<const Sample> samples);

/// What the trainer needs of a phase. The features outlive it.
[[nodiscard]] PhaseParts parts_of(const Phase& phase, const PhaseFeatures& features, const Task& task,
                                  const RunOptions& options);

/// The same for features that are elsewhere.
/// @param untrained of the outputs (untrained_outputs): they are never found
[[nodiscard]] PhaseParts parts_of(const Phase& phase, TrainingSet train, std::optional<TrainingSet> validation,
                                  const std::vector<std::int64_t>& untrained, const RunOptions& options);

}  // namespace graft

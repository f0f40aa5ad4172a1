/// @file
/// The architectures that graft defines itself. One file each in network/architectures/, one line each in
/// network/architectures/builtin_architectures.inc.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/registry.hpp"
#include "graft/network/own_backbone.hpp"
#include "network/layers.hpp"
#include "network/stochastic_depth.hpp"

namespace graft {

/// A network without its classifier, cut into stages. Parameters are there, their values are not. Dropout inside of
/// the backbone, the identity once a network is trained, is left out: graft trains without it. Stochastic depth is put
/// in where a phase asks for it (TrainingGraph).
struct Architecture {
    std::string name;
    /// In order, a chain. The first takes `[N,3,H,W]`; what they hand on is in `form`, except that a first stage may
    /// turn a map into tokens.
    NamedModules stages;
    std::int64_t channels = 0;  ///< C of the last stage's output
    FeatureForm form = FeatureForm::map;
    NamedModules after_pooling;  ///< `[N,C] -> [N,C]`, where a network goes on between pooling and its classifier
    /// Published names to names here and back: torchvision's where it has the network. No two lead to the same name.
    std::vector<Rename> renames;
    std::vector<Rename> aliases;  ///< names that the same tensors have elsewhere, to names here
    std::vector<Rename> remarks;  ///< how names begin in files of which a person should know something, and what
    std::string classifier;       ///< how the classifier's parameters begin, after renaming, for example "fc."
    /// The classifier that stands on the features in published files, in order.
    std::vector<ClassifierLayer> classifier_layers;
    std::int64_t classifier_grid = 1;  ///< it sees a map averaged to that many rows and columns
    std::string whole_because;         ///< why it is one stage that cannot be cut; "" when it can
    ResidualSums residual_sums;        ///< of its stages
};

/// Adds `theirs + a` to `ours + b` for every (a, b) of a table: how a block's parts are named elsewhere.
void add_renames(std::vector<Rename>& renames, const std::string& theirs, const std::string& ours,
                 std::span<const std::pair<std::string_view, std::string_view>> table);

struct ArchitectureRow {
    std::string name, summary;
    /// Builds it for inputs of that many pixels: padding and a transformer's positions depend on them.
    /// Throws ConfigError at /data/image_size when the architecture cannot take them.
    std::function<Architecture(std::int64_t height, std::int64_t width)> make;
};

/// graft's own architectures.
[[nodiscard]] const Registry<ArchitectureRow>& builtin_architectures();

}  // namespace graft

/// @file
/// A backbone of the application's own, to be named in a config like graft's. docs/examples/own_backbone.cpp is one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "graft/network/layer.hpp"

namespace graft {

/// The form of the last stage's output, which decides how pooling makes a vector of it.
enum class FeatureForm {
    map,     ///< `[N,C,H,W]`, a convolutional network's
    tokens,  ///< `[N,T,C]`, a transformer's: the class token, then one token per patch
    vector,  ///< `[N,C]`, pooled already
};

/// How a published name begins, and how the same name begins here.
using Rename = std::pair<std::string, std::string>;

/// A dense layer of a published classifier.
struct ClassifierLayer {
    std::string name;              ///< its parameters are `<name>.weight` and `<name>.bias`
    std::string activation = "x";  ///< what follows it, an expression of x
};

/// A network without its classifier, cut into stages: /backbone/freeze names the last one that stays as it is.
struct BackboneNetwork {
    /// In order, a chain. The first takes float32 `[N,3,H,W]`, normalised RGB; what they hand on is in `form`, except
    /// that a first stage may turn a map into tokens.
    NamedLayers stages;
    std::int64_t channels = 0;  ///< C of the last stage's output
    FeatureForm form = FeatureForm::map;
    NamedLayers after_pooling;  ///< `[N,C] -> [N,C]`, where a network goes on between pooling and its classifier
    /// Names in weights files to names here; the first match counts, and no match is no change.
    std::vector<Rename> renames;
    std::string
        classifier;  ///< how the classifier's parameters begin, after renaming, for example "fc."; they are left out
    /// The classifier that stands on the features in published files, in order. Needed only to check TorchScript files.
    std::vector<ClassifierLayer> classifier_layers;
};

/// Give it to graft::train in TrainOptions::backbones, and its name to /backbone/name. Its weights are those of
/// /backbone/weights: a state dict or TorchScript file with the same parameters, or "random".
struct OwnBackbone {
    std::string name;     ///< none of graft's own
    std::string summary;  ///< a line for people
    /// Builds it for inputs of that many pixels. Called several times: each call makes layers of its own.
    std::function<BackboneNetwork(std::int64_t height, std::int64_t width)> make;
};

}  // namespace graft

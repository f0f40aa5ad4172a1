/// @file
/// The new part of a grafted network: pooling and dense layers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.hpp"
#include "network/architecture.hpp"
#include "network/layers.hpp"

namespace graft {

enum class Pooling {
    avg,     ///< mean over the map; of tokens the class token, which is a transformer's own summary
    max,     ///< maximum over the map, or over the tokens of patches
    avgmax,  ///< half the sum of both (timm's "avgmax")
};
template <>
inline constexpr auto enum_names<Pooling> = std::to_array<std::string_view>({"avg", "max", "avgmax"});

enum class Activation { relu, gelu, silu, tanh };
template <>
inline constexpr auto enum_names<Activation> = std::to_array<std::string_view>({"relu", "gelu", "silu", "tanh"});

/// How a head comes by its values.
enum class HeadKind {
    dense,         ///< dense layers, trained in epochs of steps
    nearest_mean,  ///< one dense layer over the feature's direction: the cosine with the mean of each class
    linear_probe,  ///< one dense layer, fitted to all features until its loss and an L2 penalty are least
};
template <>
inline constexpr auto enum_names<HeadKind> = std::to_array<std::string_view>({"dense", "nearest_mean", "linear_probe"});

struct HeadOptions {
    HeadKind kind = HeadKind::dense;
    Pooling pooling = Pooling::avg;
    std::vector<std::int64_t> hidden = {512};
    Activation activation = Activation::relu;
    double dropout = 0;
    bool batch_norm = false;
    std::optional<double> scale;  ///< of a nearest_mean's cosines; nothing: fitted
    double c = 1;                 ///< of a linear_probe: what the losses count beside the penalty
};
void describe(Fields& fields, HeadOptions& options);
/// Keys that the kind does not use, each `"/<key>: …"`.
[[nodiscard]] std::vector<std::string> contradictions(const HeadOptions& options);

/// `[N,C,H,W] -> [N,C]` or `[N,T,C] -> [N,C]`, no parameters; the identity for vectors.
/// Throws ConfigError at /head/pooling for another pooling than `avg` of vectors.
[[nodiscard]] TorchModule make_pooling(Pooling pooling, FeatureForm form);

/// The head is fitted to all features at once, which have to stay as they are.
[[nodiscard]] inline bool is_fitted(const HeadOptions& options) { return options.kind != HeadKind::dense; }

/// Of a dense head per hidden size dense → (batch norm) → activation → (dropout); of a nearest_mean the feature at
/// length 1. Then a dense layer to the classes, "classifier".
/// `[N,features] -> [N,classes]`, class scores before softmax. Values drawn from `rng`.
[[nodiscard]] TorchModule make_head(const HeadOptions& options, std::int64_t features, std::int64_t classes, Rng& rng);

}  // namespace graft

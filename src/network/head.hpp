/// @file
/// The new part of a grafted network: pooling and dense layers.
#pragma once

#include <cstdint>
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

struct HeadOptions {
    Pooling pooling = Pooling::avg;
    std::vector<std::int64_t> hidden = {512};
    Activation activation = Activation::relu;
    double dropout = 0;
    bool batch_norm = false;
};
void describe(Fields& fields, HeadOptions& options);

/// `[N,C,H,W] -> [N,C]` or `[N,T,C] -> [N,C]`, no parameters; the identity for vectors.
/// Throws ConfigError at /head/pooling for another pooling than `avg` of vectors.
[[nodiscard]] TorchModule make_pooling(Pooling pooling, FeatureForm form);

/// Per hidden size dense → (batch norm) → activation → (dropout), then a dense layer to the classes.
/// `[N,features] -> [N,classes]`, class scores before softmax. Values drawn from `rng`.
[[nodiscard]] TorchModule make_head(const HeadOptions& options, std::int64_t features, std::int64_t classes, Rng& rng);

}  // namespace graft

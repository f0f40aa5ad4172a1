/// @file
/// Batches mixed with themselves while training. Their files are in train/mixings/, one line each in
/// train/mixings/builtin_mixings.inc.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "config/fields.hpp"
#include "config/plugin.hpp"
#include "core/random.hpp"
#include "core/registry.hpp"

namespace graft {

/// A batch, mixed in place of the one that was given: torchvision's v2 transforms, with one share for the whole batch,
/// and every image's partner the one before it (the batch rolled by one).
struct MixedBatch {
    at::Tensor features;  ///< [N,…]
    at::Tensor targets;   ///< float32 [N,K]: how much of each class there is
};
using Mixing = std::function<MixedBatch(const MixedBatch& batch, Rng& rng)>;

struct MixingContext {};
using MixingPlugin = Plugin<Mixing, MixingContext>;
struct MixingRow : PluginRow<Mixing, MixingContext> {
    bool of_pictures = true;  ///< what it mixes: pictures, or features of frozen stages
};

#define GRAFT_MIXING(name) [[nodiscard]] MixingRow name##_row();
#include "train/mixings/builtin_mixings.inc"
#undef GRAFT_MIXING

/// The mixings that graft brings.
[[nodiscard]] const Registry<MixingRow>& builtin_mixings();

/// From Beta(alpha, alpha).
[[nodiscard]] double draw_share(double alpha, Rng& rng);
/// share * batch + (1 - share) * the batch rolled by one.
[[nodiscard]] at::Tensor mixed_with_partners(const at::Tensor& batch, double share);

}  // namespace graft

/// @file
/// Which samples an epoch trains on, and in which order: a pure function of the random stream.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "core/enum_names.hpp"
#include "core/random.hpp"

namespace graft {

enum class Sampling {
    shuffle,   ///< each sample once
    balanced,  ///< as many samples, all classes equally often
};
template <>
inline constexpr auto enum_names<Sampling> = std::to_array<std::string_view>({"shuffle", "balanced"});

/// The samples of an epoch by index. As many as there are, so that an epoch is as long with each kind.
using EpochOrder = std::function<std::vector<std::size_t>(Rng& rng)>;

/// 0 … size - 1, shuffled.
[[nodiscard]] std::vector<std::size_t> shuffled(std::size_t size, Rng& rng);

/// A class of n samples is drawn in proportion to n^(1 - exponent): all classes equally often with 1, as they are with
/// 0. On average a sample is drawn as often as torch's WeightedRandomSampler with weights n^-exponent draws it, but
/// evenly: a class never comes one time more or less than its share of the epoch, nor does a sample.
/// @param labels int64 [N]
[[nodiscard]] EpochOrder balanced_order(const at::Tensor& labels, double exponent);

}  // namespace graft

/// @file
/// Which images go past which residual branches.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "network/layers.hpp"

namespace graft {

/// Draws for one batch after the other what is kept of the residual branches: 0, or the inverse of how often it is
/// kept.
class BranchDraw {
public:
    /// @param scion nothing is left out while it is not in training mode
    /// @param shares of the branches, how often each is left out; none: nothing is drawn
    BranchDraw(const TorchModule& scion, std::vector<double> shares) : scion_(scion), shares_(std::move(shares)) {}
    /// @param generator of the CPU; none: LibTorch's
    /// @return float32 [N,branches], on the CPU; undefined: all is kept as it is
    [[nodiscard]] at::Tensor operator()(std::int64_t images,
                                        const std::optional<at::Generator>& generator = std::nullopt) const;

private:
    TorchModule scion_;
    std::vector<double> shares_;
};

}  // namespace graft

/// @file
/// Stochastic depth (Huang et al. 2016): while a network trains, single images go past some of its residual branches.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace graft {

struct Architecture;

/// Which sums of a network are residual ones: those of two tensors in the blocks of one class.
struct ResidualSums {
    std::string block;       ///< the class; "": none are known
    std::size_t branch = 0;  ///< which of the two is the branch; the other one is the shortcut
};

struct StochasticDepth {
    ResidualSums sums;
    /// For each residual sum of the stages that train, in order: the share of images that go past the branch. Empty:
    /// no image does.
    std::vector<double> shares;
};

/// The last branch of the network is left out for `share` of the images, the others for less: the first of L for
/// share / L, as in the paper.
/// @param frozen how many stages, from the first on, do not train
/// @return no shares where no branch trains
[[nodiscard]] StochasticDepth stochastic_depth(const Architecture& architecture, std::size_t frozen, double share);

}  // namespace graft

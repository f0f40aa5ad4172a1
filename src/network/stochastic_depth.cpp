#include "network/stochastic_depth.hpp"

#include <iterator>

#include "network/architecture.hpp"
#include "network/training_graph.hpp"

namespace graft {
namespace {

std::size_t count_sums(const NamedModules& stages, const ResidualSums& sums) {
    return TrainingGraph(make_chain("Stages", stages), {.residual_sums = sums}).residual_sums();
}

}  // namespace

StochasticDepth stochastic_depth(const Architecture& architecture, std::size_t frozen, double share) {
    StochasticDepth depth{.sums = architecture.residual_sums, .shares = {}};
    if (depth.sums.block.empty()) return depth;
    const auto first = std::next(architecture.stages.begin(), static_cast<std::ptrdiff_t>(frozen));
    const std::size_t before = count_sums({architecture.stages.begin(), first}, depth.sums);
    const std::size_t trained = count_sums({first, architecture.stages.end()}, depth.sums);
    for (std::size_t i = 1; i <= trained; ++i)
        depth.shares.push_back(share * static_cast<double>(before + i) / static_cast<double>(before + trained));
    return depth;
}

}  // namespace graft

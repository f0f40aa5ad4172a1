/// @file
/// One of LibTorch's optimizers over parameter groups.
#pragma once

#include <torch/optim/optimizer.h>

#include <memory>
#include <utility>
#include <vector>

#include "train/optimizer.hpp"

namespace graft {

/// @param options of every group; learning rate and weight decay are adapted to each
template <class Optimizer, class Options>
[[nodiscard]] std::shared_ptr<torch::optim::Optimizer> torch_optimizer(const ParameterGroups& groups,
                                                                       const Options& options) {
    std::vector<torch::optim::OptimizerParamGroup> parameter_groups;
    for (const ParameterGroup& group : groups) parameter_groups.emplace_back(group.parameters);
    auto optimizer = std::make_shared<Optimizer>(std::move(parameter_groups), options);
    // Written afterwards: LibTorch's constructor takes a group's value that happens to be the class's default for one
    // that was not given, and replaces it by that of the optimizer.
    for (std::size_t i = 0; i < groups.size(); ++i) {
        auto& own = static_cast<Options&>(optimizer->param_groups()[i].options());
        own.lr(groups[i].learning_rate.value_or(options.lr() * groups[i].learning_rate_factor));
        if (!groups[i].weight_decay) own.weight_decay(0);
    }
    return optimizer;
}

}  // namespace graft

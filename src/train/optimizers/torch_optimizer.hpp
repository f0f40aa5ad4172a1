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
    for (const ParameterGroup& group : groups) {
        auto own = std::make_unique<Options>(options);
        own->lr(options.lr() * group.learning_rate_factor);
        if (!group.weight_decay) own->weight_decay(0);
        parameter_groups.emplace_back(group.parameters, std::move(own));
    }
    return std::make_shared<Optimizer>(std::move(parameter_groups), options);
}

}  // namespace graft

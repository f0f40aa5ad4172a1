#include "train/optimizer.hpp"

#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/optimizer.h>

namespace graft {

const Registry<OptimizerRow>& builtin_optimizers() {
    static const Registry<OptimizerRow> table{
#define GRAFT_OPTIMIZER(name) name##_row(),
#include "train/optimizers/builtin_optimizers.inc"
#undef GRAFT_OPTIMIZER
    };
    return table;
}

double learning_rate_of(const torch::optim::Optimizer& optimizer, std::size_t group) {
    return optimizer.param_groups().at(group).options().get_lr();
}

void set_learning_rate(torch::optim::Optimizer& optimizer, std::size_t group, double learning_rate) {
    optimizer.param_groups().at(group).options().set_lr(learning_rate);
}

void clip_gradients(torch::optim::Optimizer& optimizer, double longest) {
    std::vector<at::Tensor> parameters;
    for (const auto& group : optimizer.param_groups())
        parameters.insert(parameters.end(), group.params().begin(), group.params().end());
    torch::nn::utils::clip_grad_norm_(parameters, longest);
}

}  // namespace graft

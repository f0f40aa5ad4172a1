#include "train/optimizer.hpp"

#include <torch/optim/optimizer.h>

#include "train/optimizers/optimizer_row.hpp"

namespace graft {

const Registry<OptimizerRow>& builtin_optimizers() {
    static const Registry<OptimizerRow> table{
#define GRAFT_OPTIMIZER(name) name##_row(),
#include "train/optimizers/builtin_optimizers.inc"
#undef GRAFT_OPTIMIZER
    };
    return table;
}

double learning_rate_of(const torch::optim::Optimizer& optimizer) {
    return optimizer.param_groups().front().options().get_lr();
}

void set_learning_rate(torch::optim::Optimizer& optimizer, double learning_rate) {
    for (torch::optim::OptimizerParamGroup& group : optimizer.param_groups()) group.options().set_lr(learning_rate);
}

}  // namespace graft

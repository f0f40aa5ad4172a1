/// Adam (Kingma and Ba 2015), torch.optim's defaults.
#include <torch/optim/adam.h>

#include "train/optimizers/torch_optimizer.hpp"

namespace graft {
namespace {

struct Adam {
    double learning_rate = 1e-3;
    std::vector<double> betas = {0.9, 0.999};
    double eps = 1e-8;
    double weight_decay = 0;
};

void describe(Fields& fields, Adam& options) {
    fields.field("learning_rate", options.learning_rate, "Step size.", above(0));
    fields.field("betas", options.betas, "Decay of the running means of gradient and square.",
                 {.items = from_below(0, 1), .shortest = 2, .longest = 2});
    fields.field("eps", options.eps, "Added to the denominator.", above(0));
    fields.field("weight_decay", options.weight_decay, "L2 penalty added to the gradient.", at_least(0));
}

std::shared_ptr<torch::optim::Optimizer> build(const Adam& options, const ParameterGroups& groups) {
    return torch_optimizer<torch::optim::Adam>(groups, torch::optim::AdamOptions(options.learning_rate)
                                                           .betas({options.betas[0], options.betas[1]})
                                                           .eps(options.eps)
                                                           .weight_decay(options.weight_decay));
}

}  // namespace

OptimizerRow adam_row() { return plugin_row<OptimizerRow, Adam>("adam", "Adam (Kingma and Ba 2015)"); }

}  // namespace graft

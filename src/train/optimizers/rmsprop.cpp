/// RMSprop (Hinton 2012), torch.optim's defaults.
#include <torch/optim/rmsprop.h>

#include "train/optimizers/torch_optimizer.hpp"

namespace graft {
namespace {

struct RmsProp {
    double learning_rate = 0.01;
    double alpha = 0.99;
    double eps = 1e-8;
    double momentum = 0;
    bool centered = false;
    double weight_decay = 0;
};

void describe(Fields& fields, RmsProp& options) {
    fields.field("learning_rate", options.learning_rate, "Step size.", above(0));
    fields.field("alpha", options.alpha, "Decay of the running mean of the squared gradient.", from_below(0, 1));
    fields.field("eps", options.eps, "Added to the denominator.", above(0));
    fields.field("momentum", options.momentum, "Share of the last step that is kept.", from_below(0, 1));
    fields.field("centered", options.centered, "Normalises by an estimated variance.");
    fields.field("weight_decay", options.weight_decay, "L2 penalty added to the gradient.", at_least(0));
}

std::shared_ptr<torch::optim::Optimizer> build(const RmsProp& options, const ParameterGroups& groups) {
    return torch_optimizer<torch::optim::RMSprop>(groups, torch::optim::RMSpropOptions(options.learning_rate)
                                                              .alpha(options.alpha)
                                                              .eps(options.eps)
                                                              .momentum(options.momentum)
                                                              .centered(options.centered)
                                                              .weight_decay(options.weight_decay));
}

}  // namespace

OptimizerRow rmsprop_row() { return plugin_row<OptimizerRow, RmsProp>("rmsprop", "RMSprop (Hinton 2012)"); }

}  // namespace graft

/// Stochastic gradient descent with momentum, as torch.optim's.
#include <torch/optim/sgd.h>

#include "train/optimizers/torch_optimizer.hpp"

namespace graft {
namespace {

struct Sgd {
    double learning_rate = 0.01;
    double momentum = 0.9;
    bool nesterov = false;
    double weight_decay = 0;
};

void describe(Fields& fields, Sgd& options) {
    fields.field("learning_rate", options.learning_rate, "Step size.", above(0));
    fields.field("momentum", options.momentum, "Share of the last step that is kept.", from_below(0, 1));
    fields.field("nesterov", options.nesterov, "Looks ahead along the momentum; needs momentum > 0.");
    fields.field("weight_decay", options.weight_decay, "L2 penalty added to the gradient.", at_least(0));
}

std::vector<std::string> contradictions(const Sgd& options) {
    if (!options.nesterov || options.momentum > 0) return {};
    return {"/nesterov: looks ahead along the momentum, which is 0: set a momentum, or leave nesterov out"};
}

std::shared_ptr<torch::optim::Optimizer> build(const Sgd& options, const ParameterGroups& groups) {
    return torch_optimizer<torch::optim::SGD>(groups, torch::optim::SGDOptions(options.learning_rate)
                                                          .momentum(options.momentum)
                                                          .nesterov(options.nesterov)
                                                          .weight_decay(options.weight_decay));
}

}  // namespace

OptimizerRow sgd_row() { return plugin_row<OptimizerRow, Sgd>("sgd", "Stochastic gradient descent with momentum"); }

}  // namespace graft

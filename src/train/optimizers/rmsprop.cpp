/// RMSprop (Hinton 2012), torch.optim's defaults.
#include <torch/optim/rmsprop.h>

#include "train/optimizers/optimizer_row.hpp"

namespace graft {
namespace {

struct RmsProp {
    double learning_rate = 0.01;
    double alpha = 0.99;
    double eps = 1e-8;
    double momentum = 0;
    bool centered = false;
    double weight_decay = 0;

    void fields(Fields& fields) {
        fields.field("learning_rate", learning_rate, "Step size.", above(0));
        fields.field("alpha", alpha, "Decay of the running mean of the squared gradient.", from_below(0, 1));
        fields.field("eps", eps, "Added to the denominator.", above(0));
        fields.field("momentum", momentum, "Share of the last step that is kept.", from_below(0, 1));
        fields.field("centered", centered, "Normalise by an estimate of the variance instead of the square.");
        fields.field("weight_decay", weight_decay, "L2 penalty added to the gradient.", at_least(0));
    }
    std::shared_ptr<torch::optim::Optimizer> build(const std::vector<at::Tensor>& parameters) const {
        return std::make_shared<torch::optim::RMSprop>(parameters, torch::optim::RMSpropOptions(learning_rate)
                                                                       .alpha(alpha)
                                                                       .eps(eps)
                                                                       .momentum(momentum)
                                                                       .centered(centered)
                                                                       .weight_decay(weight_decay));
    }
};

}  // namespace

OptimizerRow rmsprop_row() { return optimizer_row<RmsProp>("rmsprop", "RMSprop (Hinton 2012)"); }

}  // namespace graft

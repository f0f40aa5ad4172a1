/// AdamW (Loshchilov and Hutter 2019), torch.optim's defaults.
#include <torch/optim/adamw.h>

#include "train/optimizers/optimizer_row.hpp"

namespace graft {
namespace {

struct AdamW {
    double learning_rate = 1e-3;
    std::vector<double> betas = {0.9, 0.999};
    double eps = 1e-8;
    double weight_decay = 0.01;

    void fields(Fields& fields) {
        fields.field("learning_rate", learning_rate, "Step size.", above(0));
        fields.field("betas", betas, "Decay of the running means of the gradient and of its square.",
                     {.items = from_below(0, 1), .shortest = 2, .longest = 2});
        fields.field("eps", eps, "Added to the denominator.", above(0));
        fields.field("weight_decay", weight_decay, "Decay of the weights themselves, times the learning rate.",
                     at_least(0));
    }
    std::shared_ptr<torch::optim::Optimizer> build(const std::vector<at::Tensor>& parameters) const {
        return std::make_shared<torch::optim::AdamW>(
            parameters,
            torch::optim::AdamWOptions(learning_rate).betas({betas[0], betas[1]}).eps(eps).weight_decay(weight_decay));
    }
};

}  // namespace

OptimizerRow adamw_row() {
    return optimizer_row<AdamW>("adamw", "Adam with decoupled weight decay (Loshchilov and Hutter 2019)");
}

}  // namespace graft

/// Stochastic gradient descent with momentum, as torch.optim's.
#include <torch/optim/sgd.h>

#include "train/optimizers/optimizer_row.hpp"

namespace graft {
namespace {

struct Sgd {
    double learning_rate = 0.01;
    double momentum = 0.9;
    bool nesterov = false;
    double weight_decay = 0;

    void fields(Fields& fields) {
        fields.field("learning_rate", learning_rate, "Step size.", above(0));
        fields.field("momentum", momentum, "Share of the last step that is kept.", from_below(0, 1));
        fields.field("nesterov", nesterov, "Look ahead along the momentum; needs momentum > 0.");
        fields.field("weight_decay", weight_decay, "L2 penalty added to the gradient.", at_least(0));
    }
    [[nodiscard]] std::vector<std::string> contradictions() const {
        if (!nesterov || momentum > 0) return {};
        return {"/nesterov: looks ahead along the momentum, which is 0: set a momentum, or leave nesterov out"};
    }
    std::shared_ptr<torch::optim::Optimizer> build(const std::vector<at::Tensor>& parameters) const {
        return std::make_shared<torch::optim::SGD>(
            parameters,
            torch::optim::SGDOptions(learning_rate).momentum(momentum).nesterov(nesterov).weight_decay(weight_decay));
    }
};

}  // namespace

OptimizerRow sgd_row() { return optimizer_row<Sgd>("sgd", "Stochastic gradient descent with momentum"); }

}  // namespace graft

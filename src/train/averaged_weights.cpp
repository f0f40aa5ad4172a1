#include "train/averaged_weights.hpp"

#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <cmath>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

double decay_at(std::int64_t step, const AveragingOptions& options) {
    if (step <= 1) return 0;
    if (!options.warm_up) return options.decay;
    return std::clamp(1 - std::pow(static_cast<double>(step), -2.0 / 3.0), 0.0, options.decay);
}

}  // namespace

AveragedWeights::AveragedWeights(const TorchModule& weights, const AveragingOptions& options) : options_(options) {
    for (const at::Tensor& parameter : weights.parameters()) weights_.push_back(parameter);
    for (const at::Tensor& buffer : weights.buffers()) weights_.push_back(buffer);
    for (const at::Tensor& tensor : weights_) average_.push_back(tensor.detach().clone());
}

void AveragedWeights::add(std::int64_t step) {
    const at::NoGradGuard no_grad;
    const double share = 1 - decay_at(step, options_);
    for (std::size_t i = 0; i < weights_.size(); ++i)
        if (share < 1 && average_[i].is_floating_point())
            average_[i].lerp_(weights_[i], share);
        else
            average_[i].copy_(weights_[i]);
}

void AveragedWeights::swap() {
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
        const at::Tensor current = weights_[i].detach().clone();
        weights_[i].copy_(average_[i]);
        average_[i].copy_(current);
    }
}

std::shared_ptr<const TensorSnapshot> AveragedWeights::snapshot() const {
    std::vector<at::Tensor> values;
    for (const at::Tensor& tensor : average_) values.push_back(copy_on_cpu(tensor));
    return std::make_shared<TensorSnapshot>(std::move(values));
}

void AveragedWeights::restore(const TensorSnapshot& snapshot) {
    if (snapshot.values().size() != average_.size())
        throw Error("the averaged weights do not fit the model of this config");
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < average_.size(); ++i) average_[i].copy_(snapshot.values()[i]);
}

}  // namespace graft

/// @file
/// Trained tensors that share a learning rate.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace graft {

struct ParameterGroup {
    std::string name;  ///< "head", "layer4"
    std::vector<at::Tensor> parameters;
    double learning_rate_factor = 1;  ///< its learning rate is the optimizer's times this
    bool weight_decay = true;         ///< false: the optimizer's weight decay does not apply
};

}  // namespace graft

/// @file
/// Optimizers: LibTorch's own, configured from JSON. One file each in train/optimizers/, one line each in
/// train/optimizers/builtin_optimizers.inc.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.hpp"
#include "config/plugin.hpp"
#include "core/registry.hpp"

namespace torch::optim {
class Optimizer;
}

namespace graft {

struct ParameterGroup {
    std::string name;  ///< "head", "layer4"
    std::vector<at::Tensor> parameters;
    double learning_rate_factor = 1;      ///< its learning rate is the optimizer's times this
    std::optional<double> learning_rate;  ///< its learning rate, whatever the optimizer's is
    bool weight_decay = true;             ///< false: the optimizer's weight decay does not apply
};

/// Built from groups of which none is empty; one group of the optimizer for each, in this order.
using ParameterGroups = std::vector<ParameterGroup>;
using OptimizerPlugin = Plugin<std::shared_ptr<torch::optim::Optimizer>, ParameterGroups>;
using OptimizerRow = PluginRow<std::shared_ptr<torch::optim::Optimizer>, ParameterGroups>;

#define GRAFT_OPTIMIZER(name) [[nodiscard]] OptimizerRow name##_row();
#include "train/optimizers/builtin_optimizers.inc"
#undef GRAFT_OPTIMIZER

/// graft's own optimizers.
[[nodiscard]] const Registry<OptimizerRow>& builtin_optimizers();

/// The learning rate of a parameter group.
[[nodiscard]] double learning_rate_of(const torch::optim::Optimizer& optimizer, std::size_t group);
void set_learning_rate(torch::optim::Optimizer& optimizer, std::size_t group, double learning_rate);

/// Shortens the gradient of all parameters together to `longest` where it is longer (torch's clip_grad_norm_).
void clip_gradients(torch::optim::Optimizer& optimizer, double longest);

}  // namespace graft

/// @file
/// Optimizers: LibTorch's own, configured from JSON. One file each in train/optimizers/, one line each in
/// train/optimizers/builtin_optimizers.inc.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.hpp"
#include "core/registry.hpp"

namespace torch::optim {
class Optimizer;
}

namespace graft {

/// The written options of an optimizer.
class OptimizerSpec {
public:
    virtual ~OptimizerSpec() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    virtual void describe(Fields& fields) = 0;
    /// What is wrong with options that contradict each other, each `"/<key>: <what is wrong>"`.
    [[nodiscard]] virtual std::vector<std::string> contradictions() const { return {}; }
    [[nodiscard]] virtual std::shared_ptr<torch::optim::Optimizer> build(
        const std::vector<at::Tensor>& parameters) const = 0;
};

struct OptimizerRow {
    std::string name, summary;
    std::function<std::shared_ptr<OptimizerSpec>()> make;
};

/// The optimizers that graft brings.
[[nodiscard]] const Registry<OptimizerRow>& builtin_optimizers();

/// The learning rate of all parameter groups.
[[nodiscard]] double learning_rate_of(const torch::optim::Optimizer& optimizer);
void set_learning_rate(torch::optim::Optimizer& optimizer, double learning_rate);

}  // namespace graft

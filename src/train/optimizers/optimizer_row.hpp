/// @file
/// Makes the table row of an optimizer from its options struct.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "train/optimizer.hpp"

namespace graft {

#define GRAFT_OPTIMIZER(name) [[nodiscard]] OptimizerRow name##_row();
#include "train/optimizers/builtin_optimizers.inc"
#undef GRAFT_OPTIMIZER

/// `Options` has members `fields(Fields&)` and `build(parameters) const`; `contradictions() const` where there may be
/// any.
template <class Options>
class OptimizerSpecOf final : public OptimizerSpec {
public:
    explicit OptimizerSpecOf(std::string name) : name_(std::move(name)) {}
    [[nodiscard]] std::string_view name() const override { return name_; }
    void describe(Fields& fields) override { options_.fields(fields); }
    [[nodiscard]] std::vector<std::string> contradictions() const override {
        if constexpr (requires { options_.contradictions(); }) return options_.contradictions();
        return {};
    }
    [[nodiscard]] std::shared_ptr<torch::optim::Optimizer> build(
        const std::vector<at::Tensor>& parameters) const override {
        return options_.build(parameters);
    }

private:
    std::string name_;
    Options options_;
};

template <class Options>
[[nodiscard]] OptimizerRow optimizer_row(const std::string& name, std::string summary) {
    return {name, std::move(summary), [name] { return std::make_shared<OptimizerSpecOf<Options>>(name); }};
}

}  // namespace graft

/// @file
/// The errors of a regression's scores, in the units of the data.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "task/known.hpp"
#include "task/metric.hpp"
#include "task/regression_errors.hpp"

namespace graft {

/// A metric that is the mean over the targets of one figure, as scikit-learn's multioutput="uniform_average".
template <double (RegressionErrors::*Figure)() const>
class TargetErrors final : public Metric {
public:
    explicit TargetErrors(const MetricContext& context) : scale_(context.scale), errors_(context.outputs) {
        scale_.resize(context.outputs, 1.0F);
    }

    void add(const at::Tensor& scores, const at::Tensor& targets) override {
        for_each_known(scores, targets, [&](std::size_t k, float score, float target) {
            errors_[k].add(double{score} * scale_[k], double{target} * scale_[k]);
        });
    }
    [[nodiscard]] double value() const override { return mean_of_measured(errors_, &RegressionErrors::images, Figure); }
    void keep(MetricState& state) override { state.part(errors_); }

private:
    std::vector<float> scale_;
    std::vector<RegressionErrors> errors_;
};

}  // namespace graft

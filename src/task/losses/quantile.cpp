/// Pinball loss: predictions become the value below which a share q of the targets lies.
#include <ATen/ops/maximum.h>

#include "task/known.hpp"
#include "task/loss.hpp"

namespace graft {
namespace {

struct QuantileOptions {
    double q = 0.5;
};
void describe(Fields& fields, QuantileOptions& options) {
    fields.field("q", options.q, "Share of the targets that lie below what is predicted.", strictly_between(0, 1));
}

Loss build(const QuantileOptions& options, const LossContext&) {
    return [q = options.q](const at::Tensor& scores, const at::Tensor& targets, const at::Tensor& image_weights) {
        const KnownTargets known(targets);
        const at::Tensor above = known.values - scores;
        return known.mean_of(at::maximum(q * above, (q - 1) * above), image_weights);
    };
}

}  // namespace

LossRow quantile_row() {
    LossRow row = plugin_row<LossRow, QuantileOptions>("quantile", "Pinball loss: predicts a quantile of the targets");
    row.tasks = {"regression"};
    row.validates = true;
    return row;
}

}  // namespace graft

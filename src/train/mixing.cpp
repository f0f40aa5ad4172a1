#include "train/mixing.hpp"

#include <cmath>

namespace graft {
namespace {

/// Marsaglia and Tsang 2000; for shapes below 1 through that of one more.
double draw_gamma(double shape, Rng& rng) {
    if (shape < 1) {
        const double boost = std::pow(1 - rng.uniform(), 1 / shape);  // 1 - uniform is never 0
        return draw_gamma(shape + 1, rng) * boost;
    }
    const double d = shape - 1.0 / 3.0, c = 1 / std::sqrt(9 * d);
    while (true) {
        const double x = rng.normal(), v = std::pow(1 + c * x, 3);
        const double u = 1 - rng.uniform();
        if (v > 0 && std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
    }
}

}  // namespace

const Registry<MixingRow>& builtin_mixings() {
    static const Registry<MixingRow> table{
#define GRAFT_MIXING(name) name##_row(),
#include "train/mixings/builtin_mixings.inc"
#undef GRAFT_MIXING
    };
    return table;
}

double draw_share(double alpha, Rng& rng) {
    const double a = draw_gamma(alpha, rng), b = draw_gamma(alpha, rng);
    return a + b > 0 ? a / (a + b) : 0.5;  // both may underflow for a tiny alpha
}

at::Tensor mixed_with_partners(const at::Tensor& batch, double share) {
    return batch * share + batch.roll(1, 0) * (1 - share);
}

}  // namespace graft

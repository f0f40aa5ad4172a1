/// A window of the picture before it in the batch (Yun et al. 2019), as torchvision.transforms.v2.CutMix.
#include <algorithm>
#include <cmath>

#include "train/mixing.hpp"

namespace graft {
namespace {

struct CutmixOptions {
    double alpha = 1;
};

void describe(Fields& fields, CutmixOptions& options) {
    fields.field("alpha", options.alpha,
                 "The share of the picture that stays is drawn from Beta(alpha, alpha), before the window is cut at "
                 "the edges.",
                 above(0));
}

/// From a centre and half a length: where the window begins and ends within `size`.
std::pair<std::int64_t, std::int64_t> stretch(std::int64_t centre, std::int64_t half, std::int64_t size) {
    return {std::max<std::int64_t>(centre - half, 0), std::min(centre + half, size)};
}

Mixing build(const CutmixOptions& options, const MixingContext&) {
    return [alpha = options.alpha](const MixedBatch& batch, Rng& rng) {
        const std::int64_t height = batch.features.size(2), width = batch.features.size(3);
        const double half = 0.5 * std::sqrt(1 - draw_share(alpha, rng));
        const auto x = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(width)));
        const auto y = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(height)));
        const auto [left, right] = stretch(x, static_cast<std::int64_t>(half * static_cast<double>(width)), width);
        const auto [top, bottom] = stretch(y, static_cast<std::int64_t>(half * static_cast<double>(height)), height);
        at::Tensor pictures = batch.features.clone();
        pictures.narrow(2, top, bottom - top)
            .narrow(3, left, right - left)
            .copy_(batch.features.roll(1, 0).narrow(2, top, bottom - top).narrow(3, left, right - left));
        const double stays =
            1 - static_cast<double>((right - left) * (bottom - top)) / static_cast<double>(height * width);
        return MixedBatch{pictures, mixed_with_partners(batch.targets, stays)};
    };
}

}  // namespace

MixingRow cutmix_row() {
    return plugin_row<MixingRow, CutmixOptions>("cutmix", "A window of another picture (Yun et al. 2019)");
}

}  // namespace graft

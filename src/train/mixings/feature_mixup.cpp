/// Features of frozen stages mixed in pairs (Verma et al. 2019): what mixup is where no picture is trained on.
#include "train/mixing.hpp"

namespace graft {
namespace {

struct FeatureMixupOptions {
    double alpha = 0.2;
};

void describe(Fields& fields, FeatureMixupOptions& options) {
    fields.field("alpha", options.alpha, "The share is drawn from Beta(alpha, alpha): small keeps near to one of both.",
                 above(0));
}

Mixing build(const FeatureMixupOptions& options, const MixingContext&) {
    return [alpha = options.alpha](const MixedBatch& batch, Rng& rng) {
        const double share = draw_share(alpha, rng);
        return MixedBatch{mixed_with_partners(batch.features, share), mixed_with_partners(batch.targets, share)};
    };
}

}  // namespace

MixingRow feature_mixup_row() {
    MixingRow row = plugin_row<MixingRow, FeatureMixupOptions>(
        "feature_mixup", "Features of frozen stages mixed in pairs (Verma et al. 2019)");
    row.of_pictures = false;
    return row;
}

}  // namespace graft

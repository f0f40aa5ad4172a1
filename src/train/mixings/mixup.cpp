/// Two pictures, one shining through the other (Zhang et al. 2018), as torchvision.transforms.v2.MixUp; and the same of
/// features of frozen stages, where no picture is trained on (Verma et al. 2019).
#include "train/mixing.hpp"

namespace graft {
namespace {

struct MixupOptions {
    double alpha = 0.2;
};

void describe(Fields& fields, MixupOptions& options) {
    fields.field("alpha", options.alpha, "The share is drawn from Beta(alpha, alpha): small keeps near to one of both.",
                 above(0));
}

Mixing build(const MixupOptions& options, const MixingContext&) {
    return [alpha = options.alpha](const MixedBatch& batch, Rng& rng) {
        const double share = draw_share(alpha, rng);
        return MixedBatch{mixed_with_partners(batch.features, share), mixed_with_partners(batch.targets, share)};
    };
}

}  // namespace

MixingRow mixup_row() {
    MixingRow row = plugin_row<MixingRow, MixupOptions>("mixup", "Pictures mixed in pairs (Zhang et al. 2018)");
    row.of_pictures = true;
    return row;
}

MixingRow feature_mixup_row() {
    MixingRow row = plugin_row<MixingRow, MixupOptions>("feature_mixup",
                                                        "Features of frozen stages mixed in pairs (Verma et al. 2019)");
    row.of_pictures = false;
    return row;
}

}  // namespace graft

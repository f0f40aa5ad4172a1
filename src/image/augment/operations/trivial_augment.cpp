/// One step of a drawn strength, as torchvision.transforms.v2.TrivialAugmentWide (Müller and Hutter 2021,
/// "TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation").
#include "image/augment/automatic.hpp"
#include "image/augment/operation.hpp"

namespace graft {
namespace {

struct TrivialAugment {
    std::int64_t num_magnitude_bins = 31;
    StepRendering rendering;
};

void describe(Fields& fields, TrivialAugment& options) {
    constexpr double most_bins = 1000;
    fields.field("num_magnitude_bins", options.num_magnitude_bins, "How many strengths there are to draw from.",
                 between(2, most_bins));
    describe(fields, options.rendering);
}

std::vector<std::string> contradictions(const TrivialAugment& options) { return contradictions(options.rendering); }

Operation build(const TrivialAugment& options, const OperationContext&) {
    return PictureOperation([options](const cv::Mat& rgb, Rng& rng) {
        const AutomaticStep step = draw_step(rng);
        const int bin = static_cast<int>(rng.below(static_cast<std::uint64_t>(options.num_magnitude_bins)));
        const bool negated = rng.bernoulli(0.5) && is_signed(step);
        const double magnitude = magnitude_of(step, MagnitudeTable::trivial_augment_wide, bin,
                                              static_cast<int>(options.num_magnitude_bins), rgb.size());
        return stepped(rgb, step, negated ? -magnitude : magnitude, options.rendering);
    });
}

}  // namespace

OperationRow trivial_augment_row() {
    return plugin_row<OperationRow, TrivialAugment>("trivial_augment",
                                                    "Does one step of a drawn strength to every view");
}

}  // namespace graft

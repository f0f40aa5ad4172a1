/// A few steps of one strength, as torchvision.transforms.v2.RandAugment (Cubuk et al. 2019, "RandAugment").
#include "core/text.hpp"
#include "image/augment/automatic.hpp"
#include "image/augment/operation.hpp"

namespace graft {
namespace {

struct RandAugment {
    std::int64_t num_ops = 2;
    std::int64_t magnitude = 9;
    std::int64_t num_magnitude_bins = 31;
    StepRendering rendering;
};

void describe(Fields& fields, RandAugment& options) {
    constexpr double most_steps = 14, most_bins = 1000;
    fields.field("num_ops", options.num_ops, "How many steps are drawn for a view.", between(1, most_steps));
    fields.field("magnitude", options.magnitude, "How strong they are: 0 to `num_magnitude_bins` - 1.",
                 between(0, most_bins - 1));
    fields.field("num_magnitude_bins", options.num_magnitude_bins, "How many strengths there are.",
                 between(2, most_bins));
    describe(fields, options.rendering);
}

std::vector<std::string> contradictions(const RandAugment& options) {
    std::vector<std::string> problems = contradictions(options.rendering);
    if (options.magnitude >= options.num_magnitude_bins)
        problems.push_back(format_text("/magnitude: found {}, allowed are 0 to {}, for there are {} strengths",
                                       options.magnitude, options.num_magnitude_bins - 1, options.num_magnitude_bins));
    return problems;
}

Operation build(const RandAugment& options, const OperationContext&) {
    return PictureOperation([options](const cv::Mat& rgb, Rng& rng) {
        cv::Mat result = rgb;
        for (std::int64_t i = 0; i < options.num_ops; ++i) {
            const AutomaticStep step = draw_step(rng);
            const bool negated = rng.bernoulli(0.5) && is_signed(step);
            const double magnitude =
                magnitude_of(step, MagnitudeTable::rand_augment, static_cast<int>(options.magnitude),
                             static_cast<int>(options.num_magnitude_bins), rgb.size());
            result = stepped(result, step, negated ? -magnitude : magnitude, options.rendering);
        }
        return result;
    });
}

}  // namespace

OperationRow rand_augment_row() {
    return plugin_row<OperationRow, RandAugment>("rand_augment",
                                                 "Does a few steps of one strength, drawn for every view");
}

}  // namespace graft

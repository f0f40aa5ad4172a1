/// Asymmetric loss (Ben-Baruch et al. 2021): focal loss with an exponent each for images that have a class and those
/// that have not, in which images that clearly have it not count nothing.
#include <ATen/ops/log.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/sigmoid.h>

#include "task/known.hpp"
#include "task/loss.hpp"

namespace graft {
namespace {

constexpr double kLeastChance = 1e-8;  // as the authors' code

struct AsymmetricOptions {
    double gamma_positive = 1, gamma_negative = 4;
    double clip = 0.05;
};

void describe(Fields& fields, AsymmetricOptions& options) {
    fields.field("gamma_positive", options.gamma_positive, "Exponent for images that have a class.", between(0, 10));
    fields.field("gamma_negative", options.gamma_negative, "Exponent for images that have it not.", between(0, 10));
    fields.field("clip", options.clip, "Probability up to which images that have a class not count nothing.",
                 from_below(0, 1));
}

Loss build(const AsymmetricOptions& options, const LossContext&) {
    return [options](const at::Tensor& scores, const at::Tensor& targets, const at::Tensor& image_weights) {
        const KnownTargets known(targets);
        const at::Tensor &there = known.values, absent = 1 - there;
        const at::Tensor probability = at::sigmoid(scores);
        const at::Tensor found = (probability - options.clip).clamp_min(0);  // of what is not there
        const at::Tensor log_absent = options.clip > 0 ? at::log(1 - found) : at::log_sigmoid(-scores);
        const at::Tensor losses =
            -there * at::log_sigmoid(scores) * (1 - probability).clamp_min(kLeastChance).pow(options.gamma_positive) -
            absent * log_absent * found.clamp_min(kLeastChance).pow(options.gamma_negative);
        return known.mean_of(losses, image_weights);
    };
}

}  // namespace

LossRow asymmetric_row() {
    LossRow row = plugin_row<LossRow, AsymmetricOptions>(
        "asymmetric", "Asymmetric loss of the sigmoid of each score (Ben-Baruch et al. 2021)");
    row.tasks = {"multi_label"};
    return row;
}

}  // namespace graft

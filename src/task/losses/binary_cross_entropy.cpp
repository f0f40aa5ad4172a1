/// Binary cross entropy of the sigmoid of each score, as torch.nn.BCEWithLogitsLoss has it.
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/tensor.h>

#include <map>
#include <optional>

#include "graft/core/errors.hpp"
#include "task/known.hpp"
#include "task/loss.hpp"

namespace graft {
namespace {

enum class PositiveWeights { none, balanced, given };

}  // namespace

template <>
inline constexpr auto enum_names<PositiveWeights> = std::to_array<std::string_view>({"none", "balanced", "given"});

namespace {

struct BinaryCrossEntropyOptions {
    PositiveWeights positive_weights = PositiveWeights::none;
    std::map<std::string, double> weights;
};

void describe(Fields& fields, BinaryCrossEntropyOptions& options) {
    fields.choice("positive_weights", options.positive_weights,
                  "Weight of images that have a class: `none` 1; `balanced` images without / images with it; `given` "
                  "by `weights`.");
    fields.field("weights", options.weights, "Weight of each class by name, for `positive_weights: given`.", above(0));
}

/// A class that no image has gets 1: there is nothing to weigh.
at::Tensor balanced(const LossContext& context) {
    std::vector<float> weights;
    for (std::size_t k = 0; k < context.counts.size(); ++k) {
        const auto with = static_cast<float>(context.counts[k]), all = static_cast<float>(context.known[k]);
        weights.push_back(with > 0 && all > with ? (all - with) / with : 1.0F);
    }
    return at::tensor(weights);
}

Loss build(const BinaryCrossEntropyOptions& options, const LossContext& context) {
    std::optional<at::Tensor> weights;
    if (options.positive_weights == PositiveWeights::balanced) weights = balanced(context);
    if (options.positive_weights == PositiveWeights::given)
        weights = weights_by_class(options.weights, context.outputs, "weights");
    if (options.positive_weights != PositiveWeights::given && !options.weights.empty())
        throw ConfigError("/training/loss/weights: is only used with \"positive_weights\": \"given\"");
    return [weights](const at::Tensor& scores, const at::Tensor& targets, const at::Tensor& image_weights) {
        const KnownTargets known(targets);
        return known.mean_of(
            at::binary_cross_entropy_with_logits(scores, known.values, {}, weights, at::Reduction::None),
            image_weights);
    };
}

}  // namespace

LossRow binary_cross_entropy_row() {
    LossRow row = plugin_row<LossRow, BinaryCrossEntropyOptions>("binary_cross_entropy",
                                                                 "Binary cross entropy of the sigmoid of each score");
    row.tasks = {"multi_label"};
    return row;
}

}  // namespace graft

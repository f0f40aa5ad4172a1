/// Cross entropy of the softmax of the class scores, as torch.nn.CrossEntropyLoss has it: with weights, the mean is
/// taken over the weights of the batch.
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/tensor.h>

#include <map>
#include <numeric>
#include <optional>

#include "graft/core/errors.hpp"
#include "task/loss.hpp"

namespace graft {
namespace {

enum class ClassWeights { none, balanced, given };

}  // namespace

template <>
inline constexpr auto enum_names<ClassWeights> = std::to_array<std::string_view>({"none", "balanced", "given"});

namespace {

struct CrossEntropyOptions {
    double label_smoothing = 0;
    ClassWeights class_weights = ClassWeights::none;
    std::map<std::string, double> weights;
};

void describe(Fields& fields, CrossEntropyOptions& options) {
    fields.field("label_smoothing", options.label_smoothing,
                 "Share of a label spread over all classes (Szegedy et al. 2016).", from_below(0, 1));
    fields.choice(
        "class_weights", options.class_weights,
        "Weight of a class's images: `none` 1; `balanced` images / (classes * its images); `given` by `weights`.");
    fields.field("weights", options.weights, "By class name, for `given`.", above(0));
}

/// A class of which there is no image counts nothing.
at::Tensor balanced(const std::vector<std::int64_t>& counts) {
    const double total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
    std::vector<float> weights;
    for (const std::int64_t count : counts)
        weights.push_back(count == 0 ? 0 : static_cast<float>(total / static_cast<double>(counts.size() * count)));
    return at::tensor(weights);
}

Loss build(const CrossEntropyOptions& options, const LossContext& context) {
    std::optional<at::Tensor> weights;
    if (options.class_weights == ClassWeights::balanced) weights = balanced(context.counts);
    if (options.class_weights == ClassWeights::given)
        weights = weights_by_class(options.weights, context.outputs, "weights");
    if (options.class_weights != ClassWeights::given && !options.weights.empty())
        throw ConfigError("/training/loss/weights: is only used with \"class_weights\": \"given\"");
    return [weights, smoothing = options.label_smoothing](const at::Tensor& scores, const at::Tensor& labels) {
        return at::cross_entropy_loss(scores, labels, weights, at::Reduction::Mean, -100, smoothing);
    };
}

}  // namespace

LossRow cross_entropy_row() {
    LossRow row = plugin_row<LossRow, CrossEntropyOptions>("cross_entropy", "Cross entropy of the softmax");
    row.tasks = {"classification"};
    return row;
}

}  // namespace graft

#include "task/losses/class_weights.hpp"

#include <ATen/ops/tensor.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// A class of which there is no image counts nothing.
at::Tensor balanced(const std::vector<std::int64_t>& counts, double exponent) {
    const double total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
    std::vector<float> weights;
    for (const std::int64_t count : counts) {
        const double weight = total / static_cast<double>(static_cast<std::int64_t>(counts.size()) * count);
        const double tempered = exponent == 1 ? weight : std::pow(weight, exponent);
        weights.push_back(count == 0 ? 0 : static_cast<float>(tempered));
    }
    return at::tensor(weights);
}

/// (1 - beta) / (1 - beta^n), scaled so that the weights of all classes add up to their number.
at::Tensor effective(const std::vector<std::int64_t>& counts, double beta) {
    std::vector<double> weights;
    for (const std::int64_t count : counts)
        weights.push_back(count == 0 ? 0 : (1 - beta) / (1 - std::pow(beta, static_cast<double>(count))));
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<float> scaled;
    for (const double weight : weights)
        scaled.push_back(static_cast<float>(weight / sum * static_cast<double>(weights.size())));
    return at::tensor(scaled);
}

}  // namespace

void describe_class_weights(Fields& fields, ClassWeights& weights) {
    fields.choice("class_weights", weights.weighting,
                  "Weight of a class's images: `none` 1; `balanced` images / (classes * its images); `given` by "
                  "`weights`; `effective` (1 - beta) / (1 - beta^images), scaled (Cui et al. 2019).");
    fields.field("weights", weights.given, "By class name, for `given`.", above(0));
    fields.field("weights_exponent", weights.exponent, "For `balanced`: 0.5 takes the square root of each weight.",
                 between(0, 1));
    fields.field("beta", weights.beta, "For `effective`.", from_below(0, 1));
}

std::optional<at::Tensor> weights_of_classes(const ClassWeights& weights, const LossContext& context) {
    if (weights.weighting != ClassWeighting::given && !weights.given.empty())
        throw ConfigError("/training/loss/weights: is only used with \"class_weights\": \"given\"");
    const ClassWeights usual;
    if (weights.weighting != ClassWeighting::balanced && weights.exponent != usual.exponent)
        throw ConfigError("/training/loss/weights_exponent: is only used with \"class_weights\": \"balanced\"");
    if (weights.weighting != ClassWeighting::effective && weights.beta != usual.beta)
        throw ConfigError("/training/loss/beta: is only used with \"class_weights\": \"effective\"");
    switch (weights.weighting) {
        case ClassWeighting::balanced: return balanced(context.counts, weights.exponent);
        case ClassWeighting::effective: return effective(context.counts, weights.beta);
        case ClassWeighting::given: return weights_by_class(weights.given, context.outputs, "weights");
        case ClassWeighting::none: break;
    }
    return std::nullopt;
}

}  // namespace graft

/// Cross entropy of the softmax of the class scores, as torch.nn.CrossEntropyLoss has it: with weights, the mean is
/// taken over the weights of the batch.
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/tensor.h>

#include <array>
#include <numeric>
#include <optional>

#include "core/suggest.hpp"
#include "graft/core/errors.hpp"
#include "train/loss.hpp"

namespace graft {
namespace {

enum class ClassWeights { none, balanced, given };
constexpr std::array<std::string_view, 3> kClassWeights = {"none", "balanced", "given"};

class CrossEntropy final : public LossSpec {
public:
    std::string_view name() const override { return "cross_entropy"; }

    void describe(Fields& fields) override {
        fields.field("label_smoothing", label_smoothing_,
                     "Share of a label that is spread evenly over all classes (Szegedy et al. 2016).",
                     from_below(0, 1));
        fields.choice("class_weights", class_weights_, kClassWeights,
                      "How much an image of a class counts: `none` 1; `balanced` images / (classes * images of the "
                      "class); `given` by `weights`.");
        fields.field("weights", weights_, "Weight of each class by name, for `class_weights: given`.", above(0));
    }

    Loss build(std::span<const std::string> classes, std::span<const std::int64_t> counts) const override {
        std::optional<at::Tensor> weights;
        if (class_weights_ == ClassWeights::balanced) weights = balanced(counts);
        if (class_weights_ == ClassWeights::given) weights = given(classes);
        if (class_weights_ != ClassWeights::given && !weights_.empty())
            throw ConfigError("/training/loss/weights: is only used with \"class_weights\": \"given\"");
        return [weights, smoothing = label_smoothing_](const at::Tensor& scores, const at::Tensor& labels) {
            return at::cross_entropy_loss(scores, labels, weights, at::Reduction::Mean, -100, smoothing);
        };
    }

private:
    static at::Tensor balanced(std::span<const std::int64_t> counts) {
        const double total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
        std::vector<float> weights;
        for (const std::int64_t count : counts)
            weights.push_back(static_cast<float>(total / static_cast<double>(counts.size() * count)));
        return at::tensor(weights);
    }

    at::Tensor given(std::span<const std::string> classes) const {
        std::vector<std::string> problems;
        std::vector<float> values;
        for (const std::string& name : classes) {
            const auto entry = weights_.find(name);
            if (entry == weights_.end())
                problems.push_back("/training/loss/weights: has no weight for the class \"" + name + "\"");
            else
                values.push_back(static_cast<float>(entry->second));
        }
        for (const auto& [name, weight] : weights_)
            if (std::ranges::find(classes, name) == classes.end())
                problems.push_back("/training/loss/weights/" + name + ": there is no such class" +
                                   did_you_mean(name, classes));
        if (!problems.empty()) throw ConfigError(problems);
        return at::tensor(values);
    }

    double label_smoothing_ = 0;
    ClassWeights class_weights_ = ClassWeights::none;
    std::map<std::string, double> weights_;
};

}  // namespace

LossRow cross_entropy_row() {
    return {"cross_entropy", "Cross entropy of the softmax of the class scores",
            [] { return std::make_shared<CrossEntropy>(); }};
}

}  // namespace graft

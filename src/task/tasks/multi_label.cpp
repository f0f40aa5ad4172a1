/// Any number of classes per image. Targets are float32 [N,K], 1 where the image has the class, 0 where it has not, NaN
/// where it does not say; scores become probabilities by the sigmoid, each for itself.
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/sigmoid.h>

#include <cmath>

#include "core/text.hpp"
#include "task/known.hpp"
#include "task/scored_labels.hpp"
#include "task/task.hpp"

namespace graft {
namespace {

enum class ThresholdRule {
    fixed,      ///< the same for all classes
    best_f1,    ///< that with the highest F1
    precision,  ///< the lowest with at least that precision
    recall,     ///< the highest with at least that recall
};

}  // namespace

template <>
inline constexpr auto enum_names<ThresholdRule> = std::to_array<std::string_view>({"fixed", "best_f1", "precision",
                                                                                   "recall"});

namespace {

constexpr float kUsualThreshold = 0.5F;

struct MultiLabelOptions {
    ThresholdRule threshold = ThresholdRule::fixed;
    double threshold_at = kUsualThreshold;
};
void describe(Fields& fields, MultiLabelOptions& options) {
    fields.choice(
        "threshold", options.threshold,
        "From which probability on an image has a class: `fixed`: `threshold_at`; chosen per class on the validation "
        "images: `best_f1`; `precision` or `recall` of at least `threshold_at`, with the most of the other.");
    fields.field("threshold_at", options.threshold_at,
                 "The threshold itself, or the precision or recall that is asked for.", between(0, 1));
}

class MultiLabel final : public Task {
public:
    MultiLabel(const MultiLabelOptions& options, std::vector<std::string> classes)
        : options_(options), classes_(std::move(classes)) {}

    [[nodiscard]] TaskKind kind() const override { return TaskKind::multi_label; }
    [[nodiscard]] const std::vector<std::string>& outputs() const override { return classes_; }
    [[nodiscard]] at::Tensor targets(std::span<const Sample> samples) const override {
        return values_of(samples, classes_.size());
    }
    [[nodiscard]] std::vector<std::int64_t> counts(std::span<const Sample> samples) const override {
        return count_per_class(samples, classes_.size());
    }
    [[nodiscard]] std::vector<std::int64_t> known(std::span<const Sample> samples) const override {
        return known_values(samples, classes_.size());
    }
    [[nodiscard]] at::Tensor validation_loss(const at::Tensor& scores, const at::Tensor& targets) const override {
        const KnownTargets known(targets);
        return known.mean_of(at::binary_cross_entropy_with_logits(scores, known.values, {}, {}, at::Reduction::None));
    }
    [[nodiscard]] OutputActivation activation() const override { return {"torch.sigmoid(scores)", {}}; }
    [[nodiscard]] std::vector<std::string> default_metrics() const override {
        return {"mean_average_precision", "macro_f1"};
    }

    [[nodiscard]] std::vector<float> thresholds() const override {
        const bool given = options_.threshold == ThresholdRule::fixed;
        return std::vector<float>(classes_.size(), given ? static_cast<float>(options_.threshold_at) : kUsualThreshold);
    }
    [[nodiscard]] bool chooses_thresholds() const override { return options_.threshold != ThresholdRule::fixed; }
    [[nodiscard]] Thresholds choose_thresholds(const at::Tensor& scores, const at::Tensor& targets) const override {
        Thresholds chosen{thresholds(), {}};
        if (!chooses_thresholds()) return chosen;
        const at::Tensor probabilities = at::sigmoid(scores).contiguous();  // [N,K]
        for (std::size_t k = 0; k < classes_.size(); ++k) {
            const ScoredLabel label = column(probabilities, targets, k);
            if (const std::optional<float> best = threshold_of(label))
                chosen.values[k] = *best;
            else
                chosen.remarks.push_back(format_text("the threshold of {} stays {}: {}", classes_[k], kUsualThreshold,
                                                     why_there_is_none(label)));
        }
        return chosen;
    }

private:
    static ScoredLabel column(const at::Tensor& probabilities, const at::Tensor& targets, std::size_t k) {
        ScoredLabel label;
        const auto column = static_cast<std::int64_t>(k), count = probabilities.size(1);
        const float* probability = probabilities.const_data_ptr<float>() + column;
        const float* target = targets.const_data_ptr<float>() + column;
        for (std::int64_t n = 0; n < probabilities.size(0); ++n, probability += count, target += count)
            if (!std::isnan(*target)) label.add(*probability, *target > 0.5F);
        return label;
    }
    [[nodiscard]] std::optional<float> threshold_of(const ScoredLabel& label) const {
        switch (options_.threshold) {
            case ThresholdRule::best_f1: return label.best_f1();
            case ThresholdRule::precision: return label.with_precision(options_.threshold_at);
            case ThresholdRule::recall: return label.with_recall(options_.threshold_at);
            case ThresholdRule::fixed: break;
        }
        return std::nullopt;
    }

    /// Of all that can be asked for, only a precision may be out of reach where an image has the label.
    [[nodiscard]] std::string why_there_is_none(const ScoredLabel& label) const {
        if (label.size() == 0) return "no validation image says whether it has it";
        const std::optional<ScoredLabel::Reached> reached = label.best_precision();
        if (!reached) return "no validation image has it";
        return format_text(
            "no threshold gives a precision of {} on the validation images; the highest is {:.4f}, at {}",
            options_.threshold_at, reached->precision, four_digits(reached->threshold));
    }

    MultiLabelOptions options_;
    std::vector<std::string> classes_;
};

std::vector<std::string> contradictions(const MultiLabelOptions& options) {
    if (options.threshold != ThresholdRule::best_f1 || options.threshold_at == kUsualThreshold) return {};
    return {format_text("/threshold_at: is not used with \"threshold\": \"best_f1\"; expected to be left out, got {}",
                        options.threshold_at)};
}

std::shared_ptr<const Task> build(const MultiLabelOptions& options, const TaskContext& context) {
    return std::make_shared<MultiLabel>(options, context.classes);
}

}  // namespace

TaskRow multi_label_row() {
    TaskRow row = plugin_row<TaskRow, MultiLabelOptions>("multi_label", "Any number of classes per image");
    row.default_loss = "binary_cross_entropy";
    row.targets = TargetKind::labels;
    return row;
}

}  // namespace graft

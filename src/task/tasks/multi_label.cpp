/// Any number of labels per image. Targets are float32 [N,K], 1 where the image has the label, else 0, or NaN: unknown;
/// scores become probabilities by the sigmoid, each for itself.
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/empty.h>

#include <algorithm>

#include "task/task.hpp"

namespace graft {
namespace {

struct MultiLabelOptions {};
void describe(Fields&, MultiLabelOptions&) {}

class MultiLabel final : public Task {
public:
    explicit MultiLabel(std::vector<std::string> labels) : labels_(std::move(labels)) {}

    [[nodiscard]] std::string_view name() const override { return "multi_label"; }
    [[nodiscard]] const std::vector<std::string>& outputs() const override { return labels_; }
    [[nodiscard]] at::Tensor targets(std::span<const Sample> samples) const override {
        const auto count = static_cast<std::int64_t>(samples.size()), width = static_cast<std::int64_t>(labels_.size());
        at::Tensor targets = at::empty({count, width});  // [N,K]
        float* row = targets.data_ptr<float>();
        for (const Sample& sample : samples) row = std::ranges::copy(sample.values, row).out;
        return targets;
    }
    [[nodiscard]] std::vector<std::int64_t> counts(std::span<const Sample> samples) const override {
        return count_per_class(samples, labels_.size());
    }
    [[nodiscard]] at::Tensor validation_loss(const at::Tensor& scores, const at::Tensor& targets) const override {
        return at::binary_cross_entropy_with_logits(scores, targets);
    }
    [[nodiscard]] std::string activation() const override { return "torch.sigmoid(scores)"; }
    [[nodiscard]] std::vector<std::string> default_metrics() const override { return {"exact_match"}; }

private:
    std::vector<std::string> labels_;
};

std::shared_ptr<const Task> build(const MultiLabelOptions&, const TaskContext& context) {
    return std::make_shared<MultiLabel>(context.classes);
}

}  // namespace

TaskRow multi_label_row() {
    TaskRow row = plugin_row<TaskRow, MultiLabelOptions>("multi_label", "Any number of labels per image");
    row.default_loss = "binary_cross_entropy";
    row.targets = TargetKind::labels;
    return row;
}

}  // namespace graft

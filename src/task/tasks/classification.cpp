/// One class per image. Targets are int64 [N], indices of classes; scores become probabilities by softmax.
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>

#include "task/task.hpp"

namespace graft {
namespace {

struct ClassificationOptions {};
void describe(Fields&, ClassificationOptions&) {}

class Classification final : public Task {
public:
    explicit Classification(std::vector<std::string> classes) : classes_(std::move(classes)) {}

    [[nodiscard]] TaskKind kind() const override { return TaskKind::classification; }
    [[nodiscard]] const std::vector<std::string>& outputs() const override { return classes_; }
    [[nodiscard]] at::Tensor targets(std::span<const Sample> samples) const override {
        at::Tensor labels = at::empty({static_cast<std::int64_t>(samples.size())}, at::kLong);  // [N]
        auto* label = labels.data_ptr<std::int64_t>();
        for (const Sample& sample : samples) *label++ = sample.label;
        return labels;
    }
    [[nodiscard]] std::vector<std::int64_t> counts(std::span<const Sample> samples) const override {
        return count_per_class(samples, classes_.size());
    }
    [[nodiscard]] std::vector<std::int64_t> known(std::span<const Sample> samples) const override {
        return std::vector<std::int64_t>(classes_.size(), std::ssize(samples));
    }
    [[nodiscard]] at::Tensor validation_loss(const at::Tensor& scores, const at::Tensor& labels) const override {
        return at::cross_entropy_loss(scores, labels);
    }
    [[nodiscard]] OutputActivation activation() const override { return {"torch.softmax(scores, 1)", {}}; }
    [[nodiscard]] std::vector<std::string> default_metrics() const override { return {"accuracy"}; }

private:
    std::vector<std::string> classes_;
};

std::shared_ptr<const Task> build(const ClassificationOptions&, const TaskContext& context) {
    return std::make_shared<Classification>(context.classes);
}

}  // namespace

TaskRow classification_row() {
    TaskRow row = plugin_row<TaskRow, ClassificationOptions>("classification", "One class per image");
    row.default_loss = "cross_entropy";
    return row;
}

}  // namespace graft

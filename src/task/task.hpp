/// @file
/// What is learnt: how a sample becomes a target, what scores mean, and what is measured. One file each in task/tasks/,
/// one line each in task/tasks/builtin_tasks.inc.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/fields.hpp"
#include "config/plugin.hpp"
#include "core/registry.hpp"
#include "data/sample.hpp"
#include "record/task_kind.hpp"

namespace graft {

/// What model.pt makes of scores.
struct OutputActivation {
    std::string expression;  ///< TorchScript, of `scores` and of `self.NAME` for each constant
    std::vector<std::pair<std::string, at::Tensor>> constants;
};

/// Where the numbers of a regression lie in the training images. [K]
struct TargetScale {
    std::vector<float> mean, std;
};

/// From which probability on an image has a class. [K]
struct Thresholds {
    std::vector<float> values;
    std::vector<std::string> remarks;  ///< on those that could not be chosen as asked
};

/// Scores float32 [N,K] and targets go through it alone; the loop, the features and the files know nothing of either.
/// What a sample does not say is NaN in its targets, and counts neither in a loss nor in a metric.
/// Immutable, thread-safe.
class Task {
public:
    virtual ~Task() = default;
    [[nodiscard]] virtual TaskKind kind() const = 0;
    [[nodiscard]] std::string_view name() const { return text_of(kind()); }
    /// What the K scores are of, in order: the classes, or the names of the numbers.
    [[nodiscard]] virtual const std::vector<std::string>& outputs() const = 0;
    /// The targets of samples: the first dimension is theirs.
    [[nodiscard]] virtual at::Tensor targets(std::span<const Sample> samples) const = 0;
    /// How many samples have each output: the class, or a number. [K]
    [[nodiscard]] virtual std::vector<std::int64_t> counts(std::span<const Sample> samples) const = 0;
    /// How many samples say of each output whether they have it. [K]
    [[nodiscard]] virtual std::vector<std::int64_t> known(std::span<const Sample> samples) const = 0;
    /// `val_loss`: the plain loss, without weights or smoothing. A scalar.
    [[nodiscard]] virtual at::Tensor validation_loss(const at::Tensor& scores, const at::Tensor& targets) const = 0;
    [[nodiscard]] virtual OutputActivation activation() const = 0;
    /// The metrics that are always measured.
    [[nodiscard]] virtual std::vector<std::string> default_metrics() const = 0;
    /// Of a regression; else empty.
    [[nodiscard]] virtual TargetScale target_scale() const { return {}; }
    /// Where classes are found one by one: the thresholds before any image has validated. Else empty.
    [[nodiscard]] virtual std::vector<float> thresholds() const { return {}; }
    /// Whether thresholds are chosen on the validation images, of which there have to be some.
    [[nodiscard]] virtual bool chooses_thresholds() const { return false; }
    /// @param scores, targets of the validation images
    [[nodiscard]] virtual Thresholds choose_thresholds(const at::Tensor&, const at::Tensor&) const {
        return {thresholds(), {}};
    }
};

/// What a task learns about the data when it is built.
struct TaskContext {
    std::vector<std::string> classes;  ///< or the names of the numbers
    std::span<const Sample> training;
};

using TaskPlugin = Plugin<std::shared_ptr<const Task>, TaskContext>;
struct TaskRow : PluginRow<std::shared_ptr<const Task>, TaskContext> {
    std::string default_loss;                    ///< what is minimised when a config names no loss
    TargetKind targets = TargetKind::one_class;  ///< what it needs to know of an image
};

#define GRAFT_TASK(name) [[nodiscard]] TaskRow name##_row();
#include "task/tasks/builtin_tasks.inc"
#undef GRAFT_TASK

/// graft's own tasks.
[[nodiscard]] const Registry<TaskRow>& builtin_tasks();

/// The values of samples. float32 [N,K]
[[nodiscard]] at::Tensor values_of(std::span<const Sample> samples, std::size_t outputs);
/// How many samples have each value that is no NaN. [outputs]
[[nodiscard]] std::vector<std::int64_t> known_values(std::span<const Sample> samples, std::size_t outputs);

}  // namespace graft

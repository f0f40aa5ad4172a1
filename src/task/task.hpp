/// @file
/// What is learnt: how a sample's label becomes a target, what scores mean, and what is measured. One file each in
/// task/tasks/, one line each in task/tasks/builtin_tasks.inc.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.hpp"
#include "config/plugin.hpp"
#include "core/registry.hpp"
#include "data/image_folder.hpp"

namespace graft {

/// Scores float32 [N,K] and targets go through it alone; the loop, the features and the files know nothing of either.
/// Immutable, thread-safe.
class Task {
public:
    virtual ~Task() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// What the K scores are of, in order: the classes.
    [[nodiscard]] virtual const std::vector<std::string>& outputs() const = 0;
    /// The targets of samples: the first dimension is theirs.
    [[nodiscard]] virtual at::Tensor targets(std::span<const Sample> samples) const = 0;
    /// How many samples have each output as their label. [K]
    [[nodiscard]] virtual std::vector<std::int64_t> counts(std::span<const Sample> samples) const = 0;
    /// `val_loss`: the plain loss, without weights or smoothing. A scalar.
    [[nodiscard]] virtual at::Tensor validation_loss(const at::Tensor& scores, const at::Tensor& targets) const = 0;
    /// What model.pt makes of `scores`, as a TorchScript expression.
    [[nodiscard]] virtual std::string activation() const = 0;
    /// The metrics that are always measured.
    [[nodiscard]] virtual std::vector<std::string> default_metrics() const = 0;
};

/// What a task learns about the data when it is built.
struct TaskContext {
    std::vector<std::string> classes;
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

}  // namespace graft

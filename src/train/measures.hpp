/// @file
/// What an epoch measures: the mean loss and the task's metrics.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "record/metric.hpp"
#include "task/metric.hpp"
#include "task/task.hpp"

namespace graft {

/// A metric by name, with its options.
struct ChosenMetric {
    MetricPlugin plugin;
    Direction better = Direction::max;
};

/// The metrics of a run: the task's own first, then those that a config names besides.
/// @throws ConfigError at /training/metrics when one does not understand the task's targets or stands there twice
[[nodiscard]] std::vector<ChosenMetric> choose_metrics(const Task& task, std::span<const MetricPlugin> more,
                                                       const Registry<MetricRow>& table);

/// The metrics that an EpochRecord will hold: `loss` and the metrics, and with validation the same with "val_" before.
/// `loss` is what is minimised, over the epoch's batches as they came; `val_loss` is the task's plain loss.
[[nodiscard]] std::vector<ProducedMetric> produced_metrics(std::span<const ChosenMetric> metrics, bool has_validation);

/// Collects the batches of a pass.
class Measures {
public:
    Measures(std::span<const ChosenMetric> metrics, const Task& task);

    /// @param mean_loss over the batch
    /// @param weights of the images in that mean, [N]; undefined: they all count the same. Metrics do not know them
    void add(double mean_loss, const at::Tensor& scores, const at::Tensor& targets, const at::Tensor& weights = {});
    /// @param prefix of the names: "" or "val_"
    [[nodiscard]] std::vector<std::pair<std::string, double>> values(const std::string& prefix) const;
    /// The same without those that cost much, for the progress line.
    [[nodiscard]] std::vector<std::pair<std::string, double>> so_far() const;
    /// As Metric::keep.
    void keep(MetricState& state);

private:
    std::vector<std::pair<std::string, std::unique_ptr<Metric>>> metrics_;
    double loss_sum_ = 0, images_ = 0;
};

/// "loss 0.1234  accuracy 0.9643".
[[nodiscard]] std::string text_of(std::span<const std::pair<std::string, double>> values);

}  // namespace graft

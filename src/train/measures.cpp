#include "train/measures.hpp"

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "task/known.hpp"

namespace graft {
namespace {

/// What a mean loss is over: an image that does not say everything is a part of one.
double images_in(const at::Tensor& targets, const at::Tensor& weights) {
    const double count = count_of_targets(targets, weights);
    return targets.is_floating_point() ? count / static_cast<double>(targets.size(1)) : count;
}

}  // namespace

std::vector<ChosenMetric> choose_metrics(const Task& task, std::span<const MetricPlugin> more,
                                         const Registry<MetricRow>& table) {
    std::vector<ChosenMetric> chosen;
    std::set<std::string> names;
    for (const std::string& name : task.default_metrics()) {
        const MetricRow& row = *table.find(name);
        chosen.push_back({row.make(), row.better});
        names.insert(name);
    }
    std::vector<std::string> problems;
    for (std::size_t i = 0; i < more.size(); ++i) {
        const MetricRow& row = *table.find(more[i].name());
        const std::string at = format_text("/training/metrics/{}", i);
        if (std::ranges::find(row.tasks, task.name()) == row.tasks.end())
            problems.push_back(
                format_text("{}: \"{}\" is measured of {}, not of {}", at, row.name, joined(row.tasks), task.name()));
        else if (!names.insert(row.name).second)
            problems.push_back(format_text("{}: \"{}\" is measured already", at, row.name));
        chosen.push_back({more[i], row.better});
    }
    if (!problems.empty()) throw ConfigError(problems);
    return chosen;
}

std::vector<ProducedMetric> produced_metrics(std::span<const ChosenMetric> metrics, bool has_validation) {
    std::vector<ProducedMetric> produced;
    const auto add = [&](const std::string& prefix) {
        produced.push_back({prefix + "loss", Direction::min});
        for (const ChosenMetric& metric : metrics) produced.push_back({prefix + metric.plugin.name(), metric.better});
    };
    add("");
    if (has_validation) add(std::string(kValidationPrefix));
    return produced;
}

Measures::Measures(std::span<const ChosenMetric> metrics, const Task& task) {
    const MetricContext context{
        .outputs = task.outputs().size(), .task = task.kind(), .scale = task.target_scale().std};
    for (const ChosenMetric& metric : metrics)
        metrics_.emplace_back(metric.plugin.name(), metric.plugin.build(context));
}

void Measures::add(double mean_loss, const at::Tensor& scores, const at::Tensor& targets, const at::Tensor& weights) {
    const double images = images_in(targets, weights);
    loss_sum_ += mean_loss * images;
    images_ += images;
    for (const auto& [name, metric] : metrics_) metric->add(scores, targets);
}

std::vector<std::pair<std::string, double>> Measures::values(const std::string& prefix) const {
    std::vector<std::pair<std::string, double>> values;
    values.emplace_back(prefix + "loss", loss_sum_ / images_);
    for (const auto& [name, metric] : metrics_) values.emplace_back(prefix + name, metric->value());
    return values;
}

std::vector<std::pair<std::string, double>> Measures::so_far() const {
    std::vector<std::pair<std::string, double>> values;
    values.emplace_back("loss", loss_sum_ / images_);
    for (const auto& [name, metric] : metrics_)
        if (metric->is_cheap()) values.emplace_back(name, metric->value());
    return values;
}

void Measures::keep(MetricState& state) {
    state.part(loss_sum_);
    state.part(images_);
    for (const auto& [name, metric] : metrics_) metric->keep(state);
}

std::string text_of(std::span<const std::pair<std::string, double>> values) {
    std::vector<std::string> texts;
    for (const auto& [name, value] : values) texts.push_back(format_text("{} {:.4f}", name, value));
    return joined(texts, "  ");
}

}  // namespace graft

#include "app/folders_text.hpp"

#include <vector>

#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "record/task_kind.hpp"

namespace graft {
namespace {

/// What a line per folder shows: of classification the accuracies and the loss, else all that the evaluation is judged
/// by.
std::vector<MeasuredMetric> shown_metrics(const EvaluationRecord& record) {
    std::vector<MeasuredMetric> metrics = record.metrics();
    if (record.task() == text_of(TaskKind::classification))
        std::erase_if(metrics, [](const MeasuredMetric& metric) {
            return metric.name != "accuracy" && metric.name != "loss" && !metric.name.starts_with("top_");
        });
    return metrics;
}

/// "top_5" as people write it: "top-5".
std::string heading(const std::string& metric) {
    return metric.starts_with("top_") ? "top-" + metric.substr(4) : metric;
}

std::vector<std::string> folder_row(const std::string& name, const EvaluationRecord& record) {
    std::vector<std::string> row = {name, with_commas(record.images)};
    for (const MeasuredMetric& metric : shown_metrics(record)) row.push_back(four_decimals(metric.value));
    return row;
}

}  // namespace

std::string folders_text(std::span<const EvaluationRecord> folders, const EvaluationRecord& total) {
    std::vector<std::vector<std::string>> rows = {{"folder", "images"}};
    for (const MeasuredMetric& metric : shown_metrics(total)) rows.front().push_back(heading(metric.name));
    for (const EvaluationRecord& record : folders) rows.push_back(folder_row(record.source, record));
    rows.push_back(folder_row("all", total));
    return aligned(rows) + "\n";
}

}  // namespace graft

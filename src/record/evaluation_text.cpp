#include "record/evaluation_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "graft/core/errors.hpp"
#include "record/csv.hpp"
#include "record/table_names.hpp"
#include "record/task_kind.hpp"

namespace graft {
namespace {

template <class... Cases>
struct Either : Cases... {
    using Cases::operator()...;
};

std::string line(const std::string& name, const std::string& value) { return padded_right(name, 10) + value + "\n"; }
std::string line(const std::string& name, double value) { return line(name, four_decimals(value)); }

template <class Rows>
std::size_t width_of_names(const Rows& rows) {
    std::size_t width = 14;
    for (const auto& row : rows) width = std::max(width, display_width(row.name) + 1);
    return width;
}

std::string row(const ClassRecord& record, std::size_t width) {
    return padded_right(record.name, width) + padded_left(four_decimals(record.precision), 11) +
           padded_left(four_decimals(record.recall), 9) + padded_left(four_decimals(record.f1), 9) +
           padded_left(std::to_string(record.support), 9) + "\n";
}

std::string interval_text(const Interval& interval) {
    if (!std::isfinite(interval.low)) return "";
    return format_text("   {} to {}", four_decimals(interval.low), four_decimals(interval.high));
}

/// "top_5" as people write it.
std::string shown_name(const std::string& metric) {
    return metric.starts_with("top_") ? "top-" + metric.substr(4) : metric;
}

/// Of all figures those that say most; the others are in evaluation.json.
std::string figures_text(const ClassificationRecord& record) {
    static constexpr std::array<std::string_view, 6> kShown = {
        "accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "loss", "ece"};
    std::string text = padded_right("", 19) + "value    95 % interval\n";
    for (const MeasuredMetric& figure : record.figures)
        if (figure.name.starts_with("top_") || std::ranges::find(kShown, figure.name) != kShown.end())
            text += padded_right(shown_name(figure.name), 19) + four_decimals(figure.value) +
                    interval_text(figure.interval) + "\n";
    text += padded_right("commonest class", 19) + four_decimals(record.baseline.accuracy) + "   " +
            record.baseline.name + "\n";
    return text;
}

std::string confused_text(const ClassificationRecord& record) {
    constexpr std::size_t kMostShown = 3;
    std::vector<std::string> pairs;
    for (std::size_t i = 0; i < std::min(record.confused.size(), kMostShown); ++i)
        pairs.push_back(format_text("{} as {} {}", record.confused[i].name, record.confused[i].predicted,
                                    record.confused[i].images));
    return pairs.empty() ? "" : padded_right("most confused", 19) + joined(pairs) + "\n";
}

std::string decision_text(const DecisionRecord& decision, std::int64_t images) {
    return format_text("{}{} of {} images, accuracy {}{}\n", padded_right("answered", 19), decision.answered, images,
                       four_decimals(decision.accuracy), interval_text(decision.interval));
}

std::string comparison_text(const ComparisonRecord& comparison) {
    return format_text("{}right on both {}, on this alone {}, on the other alone {}, on neither {}; McNemar p = {}\n",
                       padded_right("compared", 19), comparison.both_right, comparison.only_this, comparison.only_other,
                       comparison.both_wrong, four_digits(comparison.p_value));
}

std::string text_of(const EvaluationRecord& all, const ClassificationRecord& record) {
    const std::size_t width = width_of_names(record.classes);
    std::string text = padded_right("class", width) + "  precision   recall       f1  support\n";
    for (const ClassRecord& c : record.classes) text += row(c, width);
    text += row(record.macro_average(), width) + "\n";
    if (!record.figures.empty()) {
        text += padded_right("images", 19) + std::to_string(all.images) + "\n" + figures_text(record) +
                confused_text(record);
        if (all.decision) text += decision_text(*all.decision, all.images);
        return all.comparison ? text + comparison_text(*all.comparison) : text;
    }
    text += line("images", std::to_string(all.images)) + line("accuracy", record.accuracy);
    for (const auto& [k, share] : record.top_k)
        if (k > 1) text += line("top-" + std::to_string(k), share);
    return text + line("loss", record.loss);
}

std::string text_of(const EvaluationRecord& all, const MultiLabelRecord& record) {
    const std::size_t width = width_of_names(record.classes);
    std::string text =
        padded_right("class", width) + "  average precision  precision   recall       f1  support  threshold\n";
    for (const LabelRecord& c : record.classes)
        text += padded_right(c.name, width) + padded_left(four_decimals(c.average_precision), 19) +
                row({"", c.precision, c.recall, c.f1, c.support}, 0).substr(0, 38) +
                padded_left(four_decimals(c.threshold), 11) + "\n";
    text += "\n" + padded_right("images", 24) + std::to_string(all.images) + "\n";
    for (const MeasuredMetric& metric : all.metrics())
        text += padded_right(metric.name, 24) + four_decimals(metric.value) + "\n";
    return text;
}

std::string text_of(const EvaluationRecord& all, const RegressionRecord& record) {
    std::vector<std::vector<std::string>> rows = {{"target", "mae", "rmse", "r2", "images"}};
    for (const TargetRecord& target : record.targets)
        rows.push_back({target.name, four_digits(target.mae), four_digits(target.rmse), four_decimals(target.r2),
                        std::to_string(target.support)});
    return aligned(rows) + "\n" + line("images", std::to_string(all.images)) + line("mae", four_digits(record.mae)) +
           line("rmse", four_digits(record.rmse)) + line("r2", record.r2);
}

std::string confusion_csv(const ClassificationRecord& record) {
    const std::vector<std::string> fixed = {"true\\predicted"};
    std::vector<std::string> names;
    for (const ClassRecord& c : record.classes) names.push_back(c.name);
    std::string text = fixed.front() + "," + csv_line(headings_of(names, fixed)) + "\n";
    for (std::size_t i = 0; i < record.classes.size(); ++i) {
        text += csv_field(record.classes[i].name);
        for (const std::int64_t count : record.confusion[i]) text += "," + std::to_string(count);
        text += "\n";
    }
    return text;
}

std::string classes_csv(const ClassificationRecord& record) {
    std::string text = "class,precision,recall,f1,support\n";
    for (const ClassRecord& c : record.classes)
        text += csv_field(c.name) + "," + four_decimals(c.precision) + "," + four_decimals(c.recall) + "," +
                four_decimals(c.f1) + "," + std::to_string(c.support) + "\n";
    return text;
}

std::string folders_csv(const ClassificationRecord& record) {
    std::string text = "folder,images,right,accuracy,low,high\n";
    for (const FolderRecord& folder : record.folders)
        text += format_text("{},{},{},{:.4f},{:.4f},{:.4f}\n", csv_field(folder.name), folder.images, folder.right,
                            folder.accuracy, folder.interval.low, folder.interval.high);
    return text;
}

std::string classes_csv(const MultiLabelRecord& record) {
    std::string text = "class,average_precision,precision,recall,f1,support,known,threshold\n";
    for (const LabelRecord& c : record.classes)
        text += format_text("{},{:.4f},{:.4f},{:.4f},{:.4f},{},{},{}\n", csv_field(c.name), c.average_precision,
                            c.precision, c.recall, c.f1, c.support, c.known, shortest(static_cast<float>(c.threshold)));
    return text;
}

std::string targets_csv(const RegressionRecord& record) {
    std::string text = "target,mae,rmse,r2,support\n";
    for (const TargetRecord& target : record.targets)
        text += csv_field(target.name) + "," + shortest(target.mae) + "," + shortest(target.rmse) + "," +
                shortest(target.r2) + "," + std::to_string(target.support) + "\n";
    return text;
}

template <class Result>
const Result& result_of(const EvaluationRecord& record, TaskKind task) {
    if (const auto* result = std::get_if<Result>(&record.result)) return *result;
    throw Error(format_text("the evaluation is of {}, not of {}", record.task(), task));
}

}  // namespace

ClassRecord ClassificationRecord::macro_average() const {
    ClassRecord mean{.name = "macro average"};
    double present = 0;
    for (const ClassRecord& record : classes) {
        mean.support += record.support;
        mean.predicted += record.predicted;
        if (record.support == 0 && record.predicted == 0) continue;
        present += 1;
        mean.precision += record.precision;
        mean.recall += record.recall;
        mean.f1 += record.f1;
    }
    for (double* value : {&mean.precision, &mean.recall, &mean.f1}) *value /= std::max(present, 1.0);
    return mean;
}

std::string_view EvaluationRecord::task() const { return enum_names<TaskKind>[result.index()]; }

const ClassificationRecord& EvaluationRecord::classification() const {
    return result_of<ClassificationRecord>(*this, TaskKind::classification);
}
const MultiLabelRecord& EvaluationRecord::multi_label() const {
    return result_of<MultiLabelRecord>(*this, TaskKind::multi_label);
}
const RegressionRecord& EvaluationRecord::regression() const {
    return result_of<RegressionRecord>(*this, TaskKind::regression);
}

std::vector<MeasuredMetric> EvaluationRecord::metrics() const {
    using Metrics = std::vector<MeasuredMetric>;
    return std::visit(Either{[](const ClassificationRecord& of) {
                                 if (!of.figures.empty()) return of.figures;
                                 Metrics metrics = {{"accuracy", of.accuracy}};
                                 for (const auto& [k, share] : of.top_k)
                                     if (k > 1) metrics.push_back({format_text("top_{}", k), share});
                                 const ClassRecord mean = of.macro_average();
                                 metrics.insert(metrics.end(), {{"macro_precision", mean.precision},
                                                                {"macro_recall", mean.recall},
                                                                {"macro_f1", mean.f1},
                                                                {"loss", of.loss, false}});
                                 return metrics;
                             },
                             [](const MultiLabelRecord& of) {
                                 return Metrics{{"mean_average_precision", of.mean_average_precision},
                                                {"micro_f1", of.micro_f1},
                                                {"macro_f1", of.macro_f1},
                                                {"exact_match", of.exact_match},
                                                {"hamming_loss", of.hamming_loss, false},
                                                {"loss", of.loss, false}};
                             },
                             [](const RegressionRecord& of) {
                                 return Metrics{{"mae", of.mae, false}, {"rmse", of.rmse, false}, {"r2", of.r2}};
                             }},
                      result);
}

std::string to_text(const EvaluationRecord& record) {
    return std::visit([&](const auto& result) { return text_of(record, result); }, record.result);
}

std::vector<EvaluationTable> tables_of(const EvaluationRecord& record) {
    using Files = std::vector<EvaluationTable>;
    return std::visit(Either{[](const ClassificationRecord& of) {
                                 Files files{{"classes.csv", classes_csv(of)}, {"confusion.csv", confusion_csv(of)}};
                                 if (!of.folders.empty()) files.push_back({"folders.csv", folders_csv(of)});
                                 return files;
                             },
                             [](const MultiLabelRecord& of) {
                                 return Files{{"classes.csv", classes_csv(of)}};
                             },
                             [](const RegressionRecord& of) {
                                 return Files{{"targets.csv", targets_csv(of)}};
                             }},
                      record.result);
}

}  // namespace graft

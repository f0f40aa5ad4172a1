#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "report/figures.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

constexpr std::size_t kShownRows = 30;

/// What a class or label is judged by, whatever the task.
struct JudgedRow {
    std::string name;
    double value = 0;  ///< what the bar shows
    Interval interval;
    std::vector<TableCell> cells;
};

TableCell bar_cell(const JudgedRow& row) {
    const bool known = std::isfinite(row.interval.low);
    TableCell cell(interval_bar(row.value, known ? row.interval.low : row.value, known ? row.interval.high : row.value),
                   row.value);
    cell.kind = "wide";
    return cell;
}

Markup table_of(std::span<const JudgedRow> rows, const std::string& caption, std::vector<std::string> header) {
    DataTable table{.caption = caption, .header = std::move(header), .rows = {}, .sortable = true};
    for (const JudgedRow& row : rows) {
        std::vector<TableCell> cells = {row.name, bar_cell(row)};
        cells.insert(cells.end(), row.cells.begin(), row.cells.end());
        table.rows.push_back(std::move(cells));
    }
    return markup_of(table);
}

/// The weakest first; of many, the others are folded away.
Markup weakest_first(std::vector<JudgedRow> rows, const std::string& caption, const std::vector<std::string>& header) {
    std::ranges::stable_sort(rows, {}, &JudgedRow::value);
    const std::span<const JudgedRow> all(rows);
    const std::size_t shown = std::min(kShownRows, all.size());
    Markup markup = table_of(all.first(shown), caption, header);
    if (shown < all.size())
        markup << folded(format_text("The other {}", all.size() - shown), "",
                         table_of(all.subspan(shown), caption + ", continued", header));
    return markup;
}

TableCell share_cell(double share) { return {percent(share), std::isfinite(share) ? share : -1}; }
TableCell count_cell(std::int64_t count) { return {with_commas(count), static_cast<double>(count)}; }

std::int64_t training_images_of(const ReportSource& source, const std::string& name) {
    if (!source.run) return -1;
    for (const DataRecord::Class& row : source.run->data.classes)
        if (row.name == name) return row.train;
    return -1;
}

/// The recall on images that were seen while training; NaN where it is not known.
double seen_recall_of(const DropRecord& drop, const std::string& name) {
    const auto found = std::ranges::find(drop.classes, name, &ClassDrop::name);
    return found == drop.classes.end() ? kUnknown : found->seen_recall;
}

/// What can be said of images that the run knew, class by class.
Markup seen_words(const ReportSource& source) {
    if (!source.run || !source.test) return {};
    if (source.run->data.validation > 0) return {};
    if (!source.run->drop)
        return remark(
            "How each class does among the training images is not known: nothing validated this run, and "
            "only of a head on kept features that costs nothing.");
    return remark(
        "Nothing validated this run, so the last column is of the images that it was trained with: a class "
        "that is well known there and badly here was learnt by heart, or its test images differ.");
}

std::string seen_heading(const DropRecord& drop) {
    return drop.part == "train" ? "recall in training" : "recall in " + drop.part;
}

}  // namespace

Markup classes_section(const ReportSource& source) {
    const ClassificationRecord* of = source.classification();
    if (of == nullptr) return {};
    std::vector<JudgedRow> rows;
    for (std::size_t k = 0; k < of->classes.size(); ++k) {
        const ClassRecord& c = of->classes[k];
        if (c.support == 0 && c.predicted == 0) continue;
        JudgedRow row{c.name, c.recall, share_interval(of->confusion[k][k], c.support), {}};
        row.cells = {share_cell(c.support > 0 ? c.recall : kUnknown), share_cell(c.precision), share_cell(c.f1),
                     count_cell(c.support)};
        if (source.run) row.cells.push_back(count_cell(training_images_of(source, c.name)));
        if (source.run && source.run->drop) row.cells.push_back(share_cell(seen_recall_of(*source.run->drop, c.name)));
        rows.push_back(std::move(row));
    }
    std::vector<std::string> header = {"class",      "found, with 95 % interval", "recall", "precision", "F1",
                                       "test images"};
    if (source.run) header.emplace_back("training images");
    if (source.run && source.run->drop) header.push_back(seen_heading(*source.run->drop));
    Markup section = paragraph(
        "The weakest first. Recall: of the images of a class, how many were found. Precision: of the answers for a "
        "class, how many were right. Where the interval is wide, the class has few test images.");
    return section << seen_words(source) << weakest_first(std::move(rows), "Each class", header);
}

Markup labels_section(const ReportSource& source) {
    const auto* of = source.test ? std::get_if<MultiLabelRecord>(&source.test->result) : nullptr;
    if (of == nullptr) return {};
    std::vector<JudgedRow> rows;
    for (const LabelRecord& label : of->classes) {
        JudgedRow row{label.name, label.average_precision, {}, {}};
        row.cells = {share_cell(label.average_precision),
                     share_cell(label.precision),
                     share_cell(label.recall),
                     share_cell(label.f1),
                     TableCell(format_text("{:.2f}", label.threshold), label.threshold),
                     count_cell(label.support),
                     count_cell(label.known)};
        rows.push_back(std::move(row));
    }
    Markup section = paragraph(
        format_text("The weakest first. Average precision says how well images with a label are ranked before images "
                    "without it; precision, recall and F1 count from the threshold on. All labels of an image were "
                    "right for {} of the images.",
                    percent(of->exact_match)));
    return section << weakest_first(std::move(rows), "Each label",
                                    {"label", "average precision", "AP", "precision", "recall", "F1", "threshold",
                                     "images with it", "images that say"});
}

}  // namespace graft

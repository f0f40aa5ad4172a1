#include "data/list/listed_targets.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "core/names.hpp"
#include "core/text.hpp"
#include "data/list/label_parts.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// Infinity for a number that no double holds.
std::optional<double> number_in(std::string_view text) {
    double value = 0;
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range) return std::numeric_limits<double>::infinity();
    if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
    return value;
}

[[noreturn]] void refuse_beyond_float(const std::string& column, const Cell& cell) {
    throw DataError(format_text("{}: {} is beyond the numbers that networks compute with (float32: 1.2e-38 to 3.4e38)",
                                column, cell.text));
}

/// A label column's cell.
float label_in(const std::string& column, const Cell& cell) {
    if (cell.text.empty() && !cell.is_list) return kUnknown;
    std::string lower = cell.text;
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    if (lower == "true") return 1;
    if (lower == "false") return 0;
    const std::optional<double> value = number_in(lower);
    if (value == 0 || value == 1) return static_cast<float>(*value);
    throw DataError(format_text("{}: expected 1 or true, 0 or false, or nothing where it is not known; found \"{}\"",
                                column, cell.text));
}

float target_in(const std::string& column, const Cell& cell) {
    if (cell.text.empty() && !cell.is_list) return kUnknown;
    const std::optional<double> value = number_in(cell.text);
    if (value && !std::isfinite(static_cast<float>(*value))) refuse_beyond_float(column, cell);
    if (value) return static_cast<float>(*value);
    throw DataError(format_text("{}: \"{}\" is no number{}", column, cell.text,
                                cell.text.find(',') != std::string::npos ? "; the decimal point is a point"
                                                                         : "; where it is not known, leave the cell "
                                                                           "empty"));
}

/// The labels in one cell, without the spaces around them.
std::vector<std::string> labels_in(const Cell& cell, const std::optional<std::string>& separator) {
    std::vector<std::string> labels = cell.items;
    for (const std::string_view label : parts_between(cell.text, separator))
        if (!label.empty()) labels.emplace_back(label);
    return labels;
}

/// @param own the columns that are named
std::string no_column_text(const std::string& name, const std::vector<std::string>& own, TargetKind kind) {
    std::vector<std::string> columns;
    for (const std::string& column : own) columns.push_back("\"" + printable(column) + "\"");
    const bool numbers = kind == TargetKind::numbers;
    return format_text(
        "the {} \"{}\" has no column{}: with {} each {} needs one, which may be empty; the columns are {}",
        numbers ? "number" : "class", name, did_you_mean(name, own), numbers ? "target_columns" : "label_columns",
        numbers ? "number" : "class", joined(columns));
}

}  // namespace

float weight_in(const std::string& column, const Cell& cell) {
    if (cell.text.empty() && !cell.is_list) return 1;
    const double value = number_in(cell.text).value_or(0);
    const auto weight = static_cast<float>(value);
    if (weight > 0 && std::isfinite(weight)) return weight;
    if (value > 0) refuse_beyond_float(column, cell);
    throw DataError(format_text("{}: expected a weight, a number above 0, or nothing for 1; found \"{}\"", column,
                                shown(cell.text)));
}

ListedTargets::ListedTargets(const ListOptions& options, const ListRequest& request)
    : options_(options), request_(request), classes_(request.classes), bound_(!request.classes.empty()) {
    for (std::size_t i = 0; i < classes_.size(); ++i)
        by_form_.emplace(composed(unescaped(classes_[i])), static_cast<std::int64_t>(i));
}

void ListedTargets::begin(const ListColumns& columns, TableKind table) {
    table_ = table;
    places_ = columns.values;
    const std::vector<std::string>& own =
        request_.kind == TargetKind::numbers ? options_.target_columns : options_.label_columns;
    if (request_.kind == TargetKind::one_class || own.empty()) return;
    if (!bound_) return classes_ = own, bound_ = true, void();
    std::vector<std::size_t> places;
    for (const std::string& name : classes_) {
        const auto column = std::ranges::find(own, name);
        if (column == own.end()) throw DataError(no_column_text(name, own, request_.kind));
        places.push_back(columns.values[static_cast<std::size_t>(column - own.begin())]);
    }
    places_ = places;
}

std::optional<std::int64_t> ListedTargets::index_of(const std::string& label) {
    if (const auto known = indices_.find(label); known != indices_.end()) return known->second;
    const auto next = static_cast<std::int64_t>(classes_.size());
    const std::string form = composed(unescaped(label));
    const auto known = by_form_.find(form);
    if (known == by_form_.end() && bound_) return std::nullopt;
    const std::int64_t index = known == by_form_.end() ? next : known->second;
    if (index == next) {
        classes_.push_back(escaped(form));
        by_form_.emplace(form, index);
    }
    indices_.emplace(label, index);
    return index;
}

ListedTargets::Outcome ListedTargets::read_class(Sample& sample, const Cell& cell) {
    if (cell.is_list) throw DataError("has a list of labels; those are for \"task\": \"multi_label\"");
    if (cell.text.empty()) throw DataError("has no label");
    const std::optional<std::int64_t> index = index_of(cell.text);
    if (index) return sample.label = *index, Outcome::taken;
    const bool is_new = unknown_.insert(escaped(composed(unescaped(cell.text)))).second;
    if (request_.mismatch == ClassMismatch::fail)
        throw DataError(
            format_text("unknown class \"{}\"{}", cell.text, is_new ? did_you_mean(cell.text, classes_) : ""));
    return Outcome::left_out;
}

/// Until the classes are complete, `values` hold the indices of the labels.
void ListedTargets::read_labels(Sample& sample, const Cell& cell) {
    if (!cell.given && table_ == TableKind::json_lines) throw DataError("has no list of labels; [] where it has none");
    for (const std::string& label : labels_in(cell, options_.label_separator)) {
        const std::optional<std::int64_t> index = index_of(label);
        if (index) {
            sample.values.push_back(static_cast<float>(*index));
            continue;
        }
        const bool is_new = unknown_.insert(escaped(composed(unescaped(label)))).second;
        if (request_.mismatch == ClassMismatch::fail)
            throw DataError(format_text("unknown label \"{}\"{}", label, is_new ? did_you_mean(label, classes_) : ""));
    }
    std::ranges::sort(sample.values);
    sample.values.erase(std::unique(sample.values.begin(), sample.values.end()), sample.values.end());
}

ListedTargets::Outcome ListedTargets::read(Sample& sample, std::span<const Cell> cells) {
    if (request_.kind == TargetKind::one_class) return read_class(sample, cells[places_.front()]);
    const bool by_column = request_.kind == TargetKind::numbers || !options_.label_columns.empty();
    if (!by_column) return read_labels(sample, cells[places_.front()]), Outcome::taken;
    for (std::size_t k = 0; k < places_.size(); ++k) {
        const Cell& cell = cells[places_[k]];
        sample.values.push_back(request_.kind == TargetKind::numbers ? target_in(classes_[k], cell)
                                                                     : label_in(classes_[k], cell));
    }
    return Outcome::taken;
}

std::vector<std::string> ListedTargets::finish(std::vector<Sample>& samples) {
    std::vector<std::size_t> order(classes_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (!bound_) std::ranges::sort(order, {}, [&](std::size_t i) { return classes_[i]; });
    std::vector<std::int64_t> place(order.size());
    std::vector<std::string> sorted;
    for (std::size_t i = 0; i < order.size(); ++i) {
        place[order[i]] = static_cast<std::int64_t>(i);
        sorted.push_back(classes_[order[i]]);
    }
    const bool sets = request_.kind == TargetKind::labels && options_.label_columns.empty();
    for (Sample& sample : samples) {
        if (request_.kind == TargetKind::one_class) sample.label = place[static_cast<std::size_t>(sample.label)];
        if (!sets) continue;
        std::vector<float> values(sorted.size());
        for (const float index : sample.values)
            values[static_cast<std::size_t>(place[static_cast<std::size_t>(index)])] = 1;
        sample.values = std::move(values);
    }
    return sorted;
}

std::string ListedTargets::text_of(const Sample& sample) const {
    if (request_.kind == TargetKind::one_class) return classes_[static_cast<std::size_t>(sample.label)];
    std::vector<std::string> words;
    const bool sets = request_.kind == TargetKind::labels && options_.label_columns.empty();
    for (const float value : sample.values)
        words.push_back(sets                ? classes_[static_cast<std::size_t>(value)]
                        : std::isnan(value) ? "?"
                                            : number_as_text(static_cast<double>(value)));
    return words.empty() ? "nothing" : joined(words);
}

}  // namespace graft

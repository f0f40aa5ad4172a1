#include "app/prediction_rows.hpp"

#include <algorithm>
#include <utility>

#include "config/json.hpp"
#include "core/ranking.hpp"
#include "core/text.hpp"
#include "graft/record/evaluation.hpp"
#include "record/csv.hpp"
#include "record/table_names.hpp"

namespace graft {

PredictionRows::PredictionRows(std::vector<std::string> outputs, const PredictionRowOptions& options)
    : outputs_(std::move(outputs)), options_(options) {
    options_.top_k = std::min(options_.top_k, outputs_.size());
}

/// Between the file and the error.
std::vector<std::string> PredictionRows::columns() const {
    if (options_.task == TaskKind::regression) return outputs_;
    if (options_.task == TaskKind::multi_label) return {"classes", "probabilities"};
    if (options_.top_k == 1) return {"class", "probability"};
    std::vector<std::string> names;
    if (options_.decision.may_refuse()) names.emplace_back("answer");
    for (std::size_t k = 1; k <= options_.top_k; ++k)
        names.insert(names.end(), {format_text("class_{}", k), format_text("probability_{}", k)});
    return names;
}

std::string PredictionRows::answer(const Prediction& prediction) const {
    const std::vector<float>& values = prediction.values;
    return options_.decision.answers(values, prediction.distance.value_or(kUnknown))
               ? outputs_[top_indices(values, 1).front()]
               : "unknown";
}

/// The classes that a row names, likeliest first.
std::vector<std::size_t> PredictionRows::chosen(const std::vector<float>& values) const {
    if (options_.task != TaskKind::multi_label) return top_indices(values, options_.top_k);
    std::vector<std::size_t> found = top_indices(values, values.size());
    std::erase_if(found, [&](std::size_t k) { return values[k] < options_.thresholds[k]; });
    return found;
}

std::vector<std::string> PredictionRows::cells(const Prediction& prediction) const {
    const std::vector<float>& values = prediction.values;
    std::vector<std::string> cells;
    if (options_.task == TaskKind::regression) {
        for (const float value : values) cells.push_back(shortest(value));
        return cells;
    }
    std::vector<std::string> names, numbers;
    for (const std::size_t index : chosen(values)) {
        names.push_back(outputs_[index]);
        numbers.push_back(shortest(values[index]));
    }
    if (options_.task == TaskKind::multi_label) return {class_cell(names), joined(numbers, "|")};
    if (options_.decision.may_refuse() && options_.top_k == 1) return {answer(prediction), numbers.front()};
    if (options_.decision.may_refuse()) cells.push_back(answer(prediction));
    for (std::size_t i = 0; i < names.size(); ++i) cells.insert(cells.end(), {names[i], numbers[i]});
    return cells;
}

std::string PredictionRows::header() const {
    if (options_.format == RowFormat::json_lines) return "";
    std::vector<std::string> headings = {"file", "error"}, own = columns();
    if (options_.task == TaskKind::regression) own = headings_of(own, headings);
    headings.insert(headings.begin() + 1, own.begin(), own.end());
    if (options_.all_probabilities) {
        const std::vector<std::string> classes = headings_of(outputs_, headings);
        headings.insert(headings.end(), classes.begin(), classes.end());
    }
    return csv_line(headings) + "\n";
}

std::string PredictionRows::row(const std::filesystem::path& file, const Prediction& prediction) const {
    const bool csv = options_.format == RowFormat::csv;
    const std::string name = escaped(file.string());
    return (csv ? csv_row(name, prediction) : json_row(name, prediction)) + "\n";
}

std::string PredictionRows::csv_row(const std::string& file, const Prediction& prediction) const {
    std::string text = csv_field(file);
    if (!prediction.error.empty()) {
        const std::size_t empty_after = options_.all_probabilities ? outputs_.size() : 0;
        return text + std::string(columns().size(), ',') + "," + csv_field(shown(prediction.error)) +
               std::string(empty_after, ',');
    }
    for (const std::string& cell : cells(prediction)) text += "," + csv_field(cell);
    text += ",";
    if (options_.all_probabilities)
        for (const float probability : prediction.values) text += "," + shortest(probability);
    return text;
}

std::string PredictionRows::json_row(const std::string& file, const Prediction& prediction) const {
    Json json = {{"file", file}};
    if (!prediction.error.empty()) {
        json["error"] = shown(prediction.error);
        return json_line(json);
    }
    if (options_.task == TaskKind::regression) {
        for (std::size_t i = 0; i < outputs_.size(); ++i)
            json["values"][outputs_[i]] = as_written(prediction.values[i]);
        return json_line(json);
    }
    if (options_.decision.may_refuse()) json["answer"] = answer(prediction);
    if (prediction.distance) json["distance"] = as_written(*prediction.distance);
    json["predictions"] = Json::array();
    for (const std::size_t index : chosen(prediction.values))
        json["predictions"].push_back(
            {{"class", outputs_[index]}, {"probability", as_written(prediction.values[index])}});
    if (options_.all_probabilities)
        for (std::size_t i = 0; i < outputs_.size(); ++i)
            json["probabilities"][outputs_[i]] = as_written(prediction.values[i]);
    return json_line(json);
}

}  // namespace graft

#include "app/prediction_rows.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "config/json.hpp"
#include "core/ranking.hpp"
#include "core/text.hpp"
#include "record/csv.hpp"

namespace graft {
namespace {

/// The double that is written like the float: 0.1, not 0.10000000149011612.
double as_written(float value) {
    const std::string text = shortest(value);
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

PredictionRows::PredictionRows(std::vector<std::string> classes, const PredictionRowOptions& options)
    : classes_(std::move(classes)), options_(options) {
    options_.top_k = std::min(options_.top_k, classes_.size());
}

std::string PredictionRows::header() const {
    if (options_.format == RowFormat::json_lines) return "";
    std::string text = "file";
    for (std::size_t k = 1; k <= options_.top_k; ++k) {
        const std::string rank = options_.top_k == 1 ? "" : format_text("_{}", k);
        text += format_text(",class{},probability{}", rank, rank);
    }
    text += ",error";
    if (options_.all_probabilities)
        for (const std::string& name : classes_) text += "," + csv_field(name);
    return text + "\n";
}

std::string PredictionRows::row(const std::filesystem::path& file, const Prediction& prediction) const {
    const bool csv = options_.format == RowFormat::csv;
    const std::string name = escaped(file.string());
    return (csv ? csv_row(name, prediction) : json_row(name, prediction)) + "\n";
}

std::string PredictionRows::csv_row(const std::string& file, const Prediction& prediction) const {
    std::string text = csv_field(file);
    if (!prediction.error.empty()) {
        const std::size_t empty_after = options_.all_probabilities ? classes_.size() : 0;
        return text + std::string(2 * options_.top_k, ',') + "," + csv_field(shown(prediction.error)) +
               std::string(empty_after, ',');
    }
    for (const std::size_t index : top_indices(prediction.probabilities, options_.top_k))
        text += "," + csv_field(classes_[index]) + "," + shortest(prediction.probabilities[index]);
    text += ",";
    if (options_.all_probabilities)
        for (const float probability : prediction.probabilities) text += "," + shortest(probability);
    return text;
}

std::string PredictionRows::json_row(const std::string& file, const Prediction& prediction) const {
    Json json = {{"file", file}};
    if (!prediction.error.empty()) {
        json["error"] = shown(prediction.error);
        return json_line(json);
    }
    json["predictions"] = Json::array();
    for (const std::size_t index : top_indices(prediction.probabilities, options_.top_k))
        json["predictions"].push_back(
            {{"class", classes_[index]}, {"probability", as_written(prediction.probabilities[index])}});
    if (options_.all_probabilities)
        for (std::size_t i = 0; i < classes_.size(); ++i)
            json["probabilities"][classes_[i]] = as_written(prediction.probabilities[i]);
    return json_line(json);
}

}  // namespace graft

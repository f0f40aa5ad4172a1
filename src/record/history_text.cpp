#include "record/history_text.hpp"

#include "record/csv.hpp"
#include "record/unknown_numbers.hpp"

namespace graft {

std::optional<double> EpochRecord::metric(std::string_view name) const {
    for (const auto& [metric_name, value] : metrics)
        if (metric_name == name) return value;
    return std::nullopt;
}

std::string history_csv(const std::vector<EpochRecord>& history, char separator) {
    std::string text = "epoch" + std::string(1, separator) + "learning_rate";
    if (!history.empty())
        for (const auto& [name, value] : history.front().metrics) text += separator + name;
    text += separator + std::string("seconds\n");
    for (const EpochRecord& row : history) {
        text += std::to_string(row.epoch) + separator + shortest(row.learning_rate);
        for (const auto& [name, value] : row.metrics) text += separator + shortest(value);
        text += separator + shortest(row.seconds) + "\n";
    }
    return text;
}

Json to_json(const std::vector<EpochRecord>& history) {
    Json rows = Json::array();
    for (const EpochRecord& row : history) {
        Json json = {{"epoch", row.epoch}};
        if (row.phase > 0) json["phase"] = row.phase;
        json["learning_rate"] = row.learning_rate;
        for (const auto& [name, value] : row.metrics) json[name] = number_or_null(value);
        json["seconds"] = row.seconds;
        rows.push_back(std::move(json));
    }
    return rows;
}

std::vector<EpochRecord> history_from_json(const Json& rows) {
    std::vector<EpochRecord> history;
    for (const Json& json : rows) {
        EpochRecord row{.epoch = json.at("epoch").get<std::int64_t>(),
                        .phase = json.value("phase", std::int64_t{0}),
                        .learning_rate = json.at("learning_rate").get<double>(),
                        .seconds = json.at("seconds").get<double>()};
        for (const auto& [name, value] : json.items())
            if (name != "epoch" && name != "phase" && name != "learning_rate" && name != "seconds")
                row.metrics.emplace_back(name, number_or_nan(value));
        history.push_back(std::move(row));
    }
    return history;
}

}  // namespace graft

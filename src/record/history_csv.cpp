#include "record/history_csv.hpp"

#include "record/csv.hpp"

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

}  // namespace graft

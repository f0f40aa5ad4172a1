#include "app/terminal/epoch_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "app/terminal/progress_text.hpp"
#include "core/text.hpp"
#include "core/text_layout.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostBars = 20;
constexpr std::size_t kLeastWidth = 8;
constexpr std::array kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

/// The loss that says most of the model.
std::string followed(const EpochRecord& epoch) { return epoch.metric("val_loss") ? "val_loss" : "loss"; }

std::size_t width_of_epochs(const EpochTable& table) {
    return std::max<std::size_t>(2 * std::to_string(table.epochs).size() + 1, std::string_view("epoch").size());
}

std::size_t width_of_metric(const std::string& name) { return std::max(kLeastWidth, name.size()); }

}  // namespace

std::string sparkline(std::span<const double> values) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const double value : values) {
        if (!std::isfinite(value)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    std::string bars;
    for (const double value : values) {
        const double share = high > low ? (value - low) / (high - low) : 0.5;
        bars += std::isfinite(value) ? kBars.at(static_cast<std::size_t>(std::lround(7 * share))) : " ";
    }
    return bars;
}

std::string header_text(const EpochTable& table, const std::vector<EpochRecord>& history) {
    const EpochRecord& epoch = history.back();
    std::string text = padded_left("epoch", width_of_epochs(table));
    for (const auto& [name, value] : epoch.metrics) text += "  " + padded_left(name, width_of_metric(name));
    text += "  " + padded_left("rate", kLeastWidth) + "    time";
    return table.unicode ? text + "  " + followed(epoch) : text;
}

std::string row_text(const EpochTable& table, const std::vector<EpochRecord>& history) {
    const EpochRecord& epoch = history.back();
    std::string text = padded_left(format_text("{}/{}", epoch.epoch + 1, table.epochs), width_of_epochs(table));
    for (const auto& [name, value] : epoch.metrics)
        text += "  " + padded_left(four_decimals(value), width_of_metric(name));
    text += "  " + padded_left(four_digits(epoch.learning_rate), kLeastWidth) + "  " +
            padded_left(duration_text(epoch.seconds), 6);
    if (!table.unicode) return text;
    std::vector<double> course;
    for (std::size_t i = history.size() - std::min(history.size(), kMostBars); i < history.size(); ++i)
        course.push_back(history[i].metric(followed(epoch)).value_or(std::numeric_limits<double>::quiet_NaN()));
    return text + "  " + sparkline(course);
}

}  // namespace graft

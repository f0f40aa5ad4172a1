#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>

#include "core/text.hpp"
#include "record/metric.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

/// Something that happened, at an epoch counted from 1.
struct CourseEvent {
    double epoch = 0;
    std::string words, kind;
};

bool reduces_on_plateau(const RunRecord& run) {
    for (const Json& callback : run.config.value("callbacks", Json::array()))
        if (callback.is_object() && callback.value("name", "") == "reduce_lr_on_plateau") return true;
    return false;
}

std::vector<CourseEvent> events_of(const ReportSource& source) {
    const RunRecord& run = *source.run;
    std::vector<CourseEvent> events;
    const bool on_plateau = config_text(run, "/training/schedule").empty() && reduces_on_plateau(run);
    for (std::size_t i = 1; i < run.history.size(); ++i) {
        const EpochRecord &before = run.history[i - 1], &now = run.history[i];
        const double at = static_cast<double>(now.epoch) + 0.5;
        if (now.phase != before.phase)
            events.push_back({at, format_text("phase {}", now.phase + 1), "k0"});
        else if (on_plateau && now.learning_rate < 0.9 * before.learning_rate)
            events.push_back({at, format_text("rate {}", number_as_text(now.learning_rate)), "k7"});
    }
    if (!source.finished || run.history.empty()) return events;
    const auto last = static_cast<double>(run.history.back().epoch + 1);
    events.push_back({static_cast<double>(run.kept_epoch().epoch + 1), "kept", "k3"});
    if (run.end == TrainingEnd::stopped_by_callback) events.push_back({last, "stopped", "k2"});
    if (run.end == TrainingEnd::interrupted) events.push_back({last, "interrupted", "k2"});
    std::ranges::stable_sort(events, {}, &CourseEvent::epoch);
    return events;
}

/// Without the prefix of validation.
std::string plain_name(const std::string& metric) {
    return metric.starts_with(kValidationPrefix) ? metric.substr(kValidationPrefix.size()) : metric;
}

std::string validation_name(const std::string& metric) { return std::string(kValidationPrefix) + metric; }

/// The metrics without the prefix of validation, in the history's order.
std::vector<std::string> metrics_of(const RunRecord& run) {
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const auto& [name, value] : run.history.front().metrics) {
        const std::string plain = plain_name(name);
        if (seen.insert(plain).second) names.push_back(plain);
    }
    return names;
}

bool is_share(const std::string& metric, const std::vector<double>& values) {
    const bool of_errors = metric.find("loss") != std::string::npos || metric == "mae" || metric == "rmse";
    return !of_errors && std::ranges::all_of(values, [](double value) { return value >= 0 && value <= 1; });
}

std::string last_text(const std::vector<PlotPoint>& points, TickText kind) {
    for (auto point = points.rbegin(); point != points.rend(); ++point)
        if (std::isfinite(point->y))
            return kind == TickText::percent ? format_text("{:.1f} %", 100 * point->y) : four_digits(point->y);
    return "unknown";
}

void add_tips(Plot& plot, const RunRecord& run, const std::string& metric) {
    for (const EpochRecord& epoch : run.history) {
        std::string words = format_text("epoch {}", epoch.epoch + 1);
        for (const std::string& name : {metric, validation_name(metric)})
            if (const auto value = epoch.metric(name)) words += format_text(" · {} {}", name, four_decimals(*value));
        words += format_text(" · rate {}", number_as_text(epoch.learning_rate));
        const auto at = static_cast<double>(epoch.epoch + 1);
        plot.add_tip(at - 0.5, at + 0.5, words);
    }
}

Axis epoch_axis(const RunRecord& run) {
    const auto last = static_cast<double>(run.history.back().epoch + 1);
    return {.name = "epoch", .low = 1, .high = std::max(last, 2.0), .whole = true};
}

NamedPlot metric_plot(const ReportSource& source, const std::string& metric) {
    const RunRecord& run = *source.run;
    const std::vector<PlotPoint> train = points_of(run, metric);
    const std::vector<PlotPoint> validation = points_of(run, validation_name(metric));
    const Axis axis = value_axis(metric, {train, validation});
    Plot plot(format_text("{} over {}", metric, count_of(run.history.size(), "epoch")),
              format_text("At the end {} in training and {} in validation.", last_text(train, axis.ticks),
                          last_text(validation, axis.ticks)),
              epoch_axis(run), axis);
    for (const CourseEvent& event : events_of(source)) plot.add_mark(event.epoch, event.words, event.kind);
    plot.add_line(train, "k0", "training");
    plot.add_line(validation, "k1", "validation");
    if (source.finished && run.kept < validation.size() && std::isfinite(validation[run.kept].y))
        plot.add_ring(validation[run.kept]);
    add_tips(plot, run, metric);
    return {metric, metric, "", std::move(plot)};
}

std::optional<NamedPlot> rate_plot(const RunRecord& run) {
    std::vector<PlotPoint> points;
    std::vector<double> rates;
    for (const EpochRecord& epoch : run.history) {
        points.push_back({static_cast<double>(epoch.epoch + 1), epoch.learning_rate});
        rates.push_back(epoch.learning_rate);
    }
    if (std::ranges::adjacent_find(rates, std::not_equal_to{}) == rates.end()) return std::nullopt;
    Plot plot("learning rate over the epochs",
              format_text("From {} to {}.", number_as_text(rates.front()), number_as_text(rates.back())),
              epoch_axis(run), axis_from_zero("", rates));
    plot.add_line(points, "k7", "rate");
    for (const PlotPoint& point : points)
        plot.add_tip(point.x - 0.5, point.x + 0.5,
                     format_text("epoch {} · rate {}", std::llround(point.x), number_as_text(point.y)));
    return NamedPlot{"learning_rate", "learning rate", "", std::move(plot)};
}

Markup history_table(const RunRecord& run) {
    DataTable table{.caption = "Every epoch", .header = {"epoch"}, .rows = {}};
    for (const auto& [name, value] : run.history.front().metrics) table.header.push_back(name);
    table.header.insert(table.header.end(), {"learning rate", "seconds"});
    for (const EpochRecord& epoch : run.history) {
        std::vector<TableCell> row = {std::to_string(epoch.epoch + 1)};
        for (const auto& [name, value] : epoch.metrics) row.emplace_back(four_decimals(value));
        row.emplace_back(number_as_text(epoch.learning_rate));
        row.emplace_back(format_text("{:.1f}", epoch.seconds));
        table.rows.push_back(std::move(row));
    }
    return markup_of(table);
}

Markup what_happened(const ReportSource& source) {
    const RunRecord& run = *source.run;
    if (!source.finished) return {};
    std::string text =
        format_text("The model has the weights of epoch {} ({}).", run.kept_epoch().epoch + 1, run.kept_because);
    if (!run.reason.empty()) text += format_text(" Training was stopped by {}.", run.reason);
    return paragraph(text);
}

}  // namespace

std::vector<PlotPoint> points_of(const RunRecord& run, const std::string& metric) {
    std::vector<PlotPoint> points;
    for (const EpochRecord& epoch : run.history)
        points.push_back({static_cast<double>(epoch.epoch + 1), epoch.metric(metric).value_or(kUnknown)});
    return points;
}

Axis value_axis(const std::string& metric, const std::vector<std::vector<PlotPoint>>& lines) {
    std::vector<double> values;
    for (const std::vector<PlotPoint>& points : lines)
        for (const PlotPoint& point : points)
            if (std::isfinite(point.y)) values.push_back(point.y);
    if (values.empty() || !is_share(plain_name(metric), values)) return axis_from_zero("", values);
    const double lowest = *std::ranges::min_element(values);
    return {.name = "", .low = std::floor(10 * lowest) / 10, .high = 1, .ticks = TickText::percent};
}

std::vector<NamedPlot> course_plots(const ReportSource& source) {
    if (!source.run || source.run->history.empty()) return {};
    std::vector<NamedPlot> plots;
    for (const std::string& metric : metrics_of(*source.run)) plots.push_back(metric_plot(source, metric));
    if (auto rate = rate_plot(*source.run)) plots.push_back(std::move(*rate));
    return plots;
}

Markup course_section(const ReportSource& source) {
    const std::vector<NamedPlot> plots = course_plots(source);
    if (plots.empty()) return {};
    Markup section = what_happened(source);
    return section << side_by_side(plots) << folded("All epochs as a table", "", history_table(*source.run));
}

Markup side_by_side(const std::vector<NamedPlot>& plots) {
    Markup figures;
    for (const NamedPlot& plot : plots) figures << figure_of(plot.caption, plot.remark, plot.plot.svg());
    return element("div", {{"class", "grid2"}}, figures);
}

}  // namespace graft

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "record/metric.hpp"
#include "report/figures.hpp"
#include "report/page.hpp"
#include "report/report.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

using Sources = std::vector<ReportSource>;

std::string kind_of(std::size_t run) { return format_text("k{}", (run + 1) % 8); }

/// Names that tell the runs apart: the folder's too, where a name occurs twice.
std::vector<std::string> names_of_runs(const Sources& sources) {
    std::map<std::string, int> counts;
    for (const ReportSource& source : sources) ++counts[source.name];
    std::vector<std::string> names;
    for (const ReportSource& source : sources)
        names.push_back(counts[source.name] == 1 ? source.name : format_text("{} ({})", source.name, source.folder));
    return names;
}

std::vector<MeasuredMetric> metrics_of_run(const ReportSource& source) {
    if (source.test) return source.test->metrics();
    std::vector<MeasuredMetric> metrics;
    if (source.run && !source.run->history.empty())
        for (const auto& [name, value] : source.run->kept_epoch().metrics) metrics.push_back({name, value});
    return metrics;
}

const MeasuredMetric* metric_named(const std::vector<MeasuredMetric>& metrics, const std::string& name) {
    const auto found = std::ranges::find(metrics, name, &MeasuredMetric::name);
    return found == metrics.end() ? nullptr : &*found;
}

TableCell seconds_cell(const ReportSource& source) {
    if (!source.run) return "–";
    return {format_text("{:.1f}", source.run->seconds), source.run->seconds};
}

Markup metrics_table(const Sources& sources, const std::vector<std::string>& names) {
    std::vector<std::vector<MeasuredMetric>> metrics;
    DataTable table{.caption = "What was measured in the test", .header = {"run"}, .rows = {}, .sortable = true};
    for (const ReportSource& source : sources) {
        metrics.push_back(metrics_of_run(source));
        for (const MeasuredMetric& metric : metrics.back())
            if (std::ranges::find(table.header, metric.name) == table.header.end()) table.header.push_back(metric.name);
    }
    for (std::size_t i = 0; i < sources.size(); ++i) {
        std::vector<TableCell> row = {names[i]};
        for (std::size_t m = 1; m < table.header.size(); ++m) {
            const MeasuredMetric* metric = metric_named(metrics[i], table.header[m]);
            row.push_back(metric == nullptr ? TableCell("–") : TableCell(four_decimals(metric->value), metric->value));
        }
        row.push_back(seconds_cell(sources[i]));
        table.rows.push_back(std::move(row));
    }
    table.header.emplace_back("seconds");
    return markup_of(table);
}

/// Every value of a config by its pointer.
std::map<std::string, std::string> flat_config(const ReportSource& source) {
    std::map<std::string, std::string> values;
    const Json flat = source.run ? source.run->config.flatten() : Json::object();
    for (const auto& [pointer, value] : flat.items())
        values[pointer] = value.is_string() ? value.get<std::string>() : value.dump();
    for (const char* known : {"/name", "/output"}) values.erase(known);
    return values;
}

Markup differences_table(const Sources& sources, const std::vector<std::string>& names) {
    std::vector<std::map<std::string, std::string>> configs;
    std::set<std::string> pointers;
    for (const ReportSource& source : sources) {
        configs.push_back(flat_config(source));
        for (const auto& [pointer, value] : configs.back()) pointers.insert(pointer);
    }
    DataTable table{.caption = "Each setting, run by run", .header = {"setting"}, .rows = {}};
    table.header.insert(table.header.end(), names.begin(), names.end());
    for (const std::string& pointer : pointers) {
        std::set<std::string> values;
        std::vector<TableCell> row = {pointer};
        for (auto& config : configs) {
            const auto found = config.find(pointer);
            values.insert(found == config.end() ? "–" : found->second);
            row.emplace_back(found == config.end() ? "–" : found->second);
        }
        if (values.size() > 1) table.rows.push_back(std::move(row));
    }
    return table.rows.empty() ? remark("The settings are the same.") : markup_of(table);
}

/// One line per run; of a run without the metric it is empty.
std::vector<std::vector<PlotPoint>> lines_of(const Sources& sources, const std::string& metric) {
    std::vector<std::vector<PlotPoint>> lines;
    for (const ReportSource& source : sources)
        lines.push_back(source.run ? points_of(*source.run, metric) : std::vector<PlotPoint>());
    return lines;
}

std::optional<NamedPlot> overlaid(const Sources& sources, const std::string& metric) {
    const std::vector<std::vector<PlotPoint>> lines = lines_of(sources, metric);
    bool known = false;
    double last = 2;
    for (const std::vector<PlotPoint>& points : lines)
        for (const PlotPoint& point : points) {
            last = std::max(last, point.x);
            known = known || std::isfinite(point.y);
        }
    if (!known) return std::nullopt;
    Plot plot(metric + " of all runs", "One line per run; the table above has the figures.",
              {.name = "epoch", .low = 1, .high = last, .whole = true}, value_axis(metric, lines));
    for (std::size_t i = 0; i < lines.size(); ++i)
        plot.add_line(lines[i], kind_of(i), lines.size() < 9 ? std::to_string(i + 1) : "");
    return NamedPlot{metric, metric, "", std::move(plot)};
}

Markup curves_of_all(const Sources& sources, const std::vector<std::string>& names) {
    std::vector<std::string> metrics;
    for (const ReportSource& source : sources)
        if (source.run && !source.run->history.empty())
            for (const auto& [name, value] : source.run->history.front().metrics)
                if (std::ranges::find(metrics, name) == metrics.end()) metrics.push_back(name);
    std::ranges::stable_partition(metrics, [](const std::string& name) { return name.starts_with(kValidationPrefix); });
    std::vector<NamedPlot> plots;
    for (const std::string& metric : metrics)
        if (auto plot = overlaid(sources, metric)) plots.push_back(std::move(*plot));
    if (plots.empty()) return {};
    Markup key;
    for (std::size_t i = 0; i < names.size(); ++i) {
        Markup item = element("i", {{"class", kind_of(i)}, {"aria-hidden", "true"}});
        key << tag("li", item << format_text("{}  {}", i + 1, names[i]));
    }
    Markup section = element("ul", {{"class", "key"}}, key);
    return section << side_by_side(plots);
}

/// Which run is ahead, and whether that can be chance.
Markup judgement(const Sources& sources, const std::vector<std::string>& names) {
    std::optional<std::size_t> best, second;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const ClassificationRecord* of = sources[i].classification();
        if (of == nullptr) return {};
        if (!best || of->accuracy > sources[*best].classification()->accuracy)
            second = std::exchange(best, i);
        else if (!second || of->accuracy > sources[*second].classification()->accuracy)
            second = i;
    }
    if (!best || !second) return {};
    const auto same = [&](const ReportSource& source) {
        return source.test->source == sources.front().test->source &&
               source.test->images == sources.front().test->images;
    };
    if (!std::ranges::all_of(sources, same))
        return paragraph("The runs were not tested on the same images: their figures say little about each other.");
    const auto accuracy = [&](std::size_t i) { return sources[i].classification()->accuracy; };
    const Interval interval = share_interval_of(accuracy(*best), sources[*best].test->images);
    const bool chance = accuracy(*second) >= interval.low;
    return paragraph(format_text(
        "{} is ahead with {} of the test images; {} follows with {}. {}", names[*best], percent(accuracy(*best)),
        names[*second], percent(accuracy(*second)),
        chance ? "With this many test images the difference may be chance: graft evaluate --compare tests it image by "
                 "image."
               : "That is more than the 95 % interval of the better one explains."));
}

}  // namespace

std::string comparison_of(const std::vector<ReportSource>& sources) {
    const std::vector<std::string> names = names_of_runs(sources);
    Markup verdict = judgement(sources, names);
    verdict << metrics_table(sources, names);
    Page page{.title = format_text("{} runs compared", sources.size()),
              .kicker = "Comparison",
              .subtitle = {},
              .sections = {{"results", "Results", std::move(verdict)},
                           {"settings", "Settings that differ", differences_table(sources, names)},
                           {"curves", "How training went", curves_of_all(sources, names)}}};
    return document_of(page);
}

}  // namespace graft

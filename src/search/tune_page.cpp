#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "search/tune.hpp"

namespace graft {
namespace {

constexpr double kPageWide = 1000, kPageHigh = 380, kPageTop = 50, kPageSide = 70;
constexpr std::size_t kRowsShown = 200;

constexpr std::string_view kPageStyle =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
    "table{border-collapse:collapse}th,td{padding:.2em .7em;text-align:right;border-bottom:1px solid #ddd}"
    "svg{width:100%;height:auto}svg text{font-size:12px;fill:#444}polyline{fill:none;stroke-width:1.2;opacity:.6}"
    "polyline:hover{stroke-width:4;opacity:1}.axis{stroke:#999}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}svg text{fill:#bbb}td,th{border-color:#444}}";

std::string escaped_for_html(std::string_view text) {
    std::string escaped;
    for (const char letter : shown(text)) {
        if (letter == '&')
            escaped += "&amp;";
        else if (letter == '<')
            escaped += "&lt;";
        else if (letter == '"')
            escaped += "&quot;";
        else
            escaped += letter;
    }
    return escaped;
}

/// A vertical axis.
struct PageAxis {
    std::string name, low, high;
    double from = 0, to = 1;
    bool logarithmic = false;

    /// 0 at the bottom, 1 at the top.
    [[nodiscard]] double height_of(double value) const {
        const double a = logarithmic ? std::log(from) : from, b = logarithmic ? std::log(to) : to;
        return b > a ? ((logarithmic ? std::log(value) : value) - a) / (b - a) : 0.5;
    }
};

PageAxis axis_of(const Dimension& dimension) {
    PageAxis axis{.name = dimension.pointer, .from = dimension.low, .to = dimension.high};
    if (dimension.range == Range::choice) {
        axis.from = 0;
        axis.to = static_cast<double>(dimension.choices.size() - 1);
        axis.low = cut_to_width(dimension.choices.front().dump(), 18);
        axis.high = cut_to_width(dimension.choices.back().dump(), 18);
        return axis;
    }
    axis.logarithmic = dimension.range == Range::loguniform;
    axis.low = four_digits(axis.from);
    axis.high = four_digits(axis.to);
    return axis;
}

/// The axis of the monitored metric, over all trials that have a value.
PageAxis axis_of_values(const TuneRecord& record) {
    PageAxis axis{.name = record.monitor.name, .from = INFINITY, .to = -INFINITY};
    for (const TrialRecord& trial : record.trials)
        if (std::isfinite(trial.value)) {
            axis.from = std::min(axis.from, trial.value);
            axis.to = std::max(axis.to, trial.value);
        }
    axis.low = four_digits(axis.from);
    axis.high = four_digits(axis.to);
    return axis;
}

/// From grey-blue, the worst, to red, the best.
std::string colour_of(double share) {
    return format_text("hsl({:.0f},{:.0f}%,{:.0f}%)", 220 - 220 * share, 25 + 55 * share, 70 - 20 * share);
}

std::string picture_of(const TuneRecord& record, const SearchSpace& space) {
    std::vector<PageAxis> axes;
    for (const Dimension& dimension : space) axes.push_back(axis_of(dimension));
    axes.push_back(axis_of_values(record));
    const double step = (kPageWide - 2 * kPageSide) / static_cast<double>(std::max<std::size_t>(axes.size() - 1, 1));
    const auto x = [&](std::size_t axis) { return kPageSide + step * static_cast<double>(axis); };
    const auto y = [](double height) { return kPageTop + (1 - height) * (kPageHigh - 2 * kPageTop); };
    std::string svg = format_text("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\">\n", kPageWide, kPageHigh);
    std::vector<std::size_t> order = ranked(record.trials, record.monitor.better);
    std::ranges::reverse(order);  // the best on top
    for (const std::size_t i : order) {
        const TrialRecord& trial = record.trials[i];
        if (trial.point.size() != space.size() || !std::isfinite(trial.value)) continue;
        std::string points;
        for (std::size_t axis = 0; axis < axes.size(); ++axis) {
            const double value = axis < space.size() ? trial.point[axis] : trial.value;
            points += format_text("{:.1f},{:.1f} ", x(axis), y(axes[axis].height_of(value)));
        }
        const double height = axes.back().height_of(trial.value);
        svg += format_text("<polyline points=\"{}\" stroke=\"{}\"><title>trial {}: {}</title></polyline>\n", points,
                           colour_of(record.monitor.better == Direction::max ? height : 1 - height), trial.number,
                           four_decimals(trial.value));
    }
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        const std::string name = axes[axis].name.substr(axes[axis].name.rfind('/') + 1);
        svg += format_text("<line class=\"axis\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.0f}\" y2=\"{:.0f}\"/>\n", x(axis),
                           x(axis), y(1), y(0));
        for (const auto& [text, at] :
             {std::pair(name, y(1) - 28), {axes[axis].high, y(1) - 8}, {axes[axis].low, y(0) + 18}})
            svg += format_text("<text x=\"{:.1f}\" y=\"{:.0f}\" text-anchor=\"middle\">{}</text>\n", x(axis), at,
                               escaped_for_html(text));
    }
    return svg + "</svg>\n";
}

std::string table_of(const TuneRecord& record, const SearchSpace& space) {
    std::string table = format_text("<table><tr><th>trial</th><th>end</th><th>epochs</th><th>{}</th>",
                                    escaped_for_html(record.monitor.name));
    for (const Dimension& dimension : space) table += format_text("<th>{}</th>", escaped_for_html(dimension.pointer));
    table += "</tr>\n";
    std::size_t rows = 0;
    for (const std::size_t i : ranked(record.trials, record.monitor.better)) {
        const TrialRecord& trial = record.trials[i];
        if (++rows > kRowsShown) break;
        table += format_text("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td>", trial.number, trial.end, trial.epochs,
                             four_decimals(trial.value));
        for (const Dimension& dimension : space)
            table += format_text("<td>{}</td>", trial.values.contains(dimension.pointer)
                                                    ? escaped_for_html(trial.values.at(dimension.pointer).dump())
                                                    : "as written");
        table += "</tr>\n";
    }
    return table + "</table>\n";
}

}  // namespace

std::string trials_page(const TuneRecord& record, const SearchSpace& space) {
    return format_text(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>graft tune</title><style>{}</style>"
        "</head><body>\n<h1>{}, the best {} first</h1>\n<p>The winner is trial {}. A line is a trial; red ones are the "
        "best.</p>\n{}{}</body></html>\n",
        kPageStyle, count_of(record.trials.size(), "trial"), escaped_for_html(record.monitor.name), record.winner,
        picture_of(record, space), table_of(record, space));
}

}  // namespace graft

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "report/page.hpp"
#include "search/tune.hpp"

namespace graft {
namespace {

constexpr double kPageWide = 1000, kPageHigh = 380, kPageTop = 50, kPageSide = 70;
constexpr std::size_t kRowsShown = 200;

/// Besides the style of all pictures: many lines that cross, of which one is looked at.
constexpr std::string_view kTrialStyle = ".trial{stroke-width:1.2;opacity:.6}.trial:hover{stroke-width:4;opacity:1}";

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

/// Every axis, side by side, and where a value lies on it.
class TrialPicture {
public:
    TrialPicture(const TuneRecord& record, const SearchSpace& space) : better_(record.monitor.better) {
        for (const Dimension& dimension : space) axes_.push_back(axis_of(dimension));
        axes_.push_back(axis_of_values(record));
    }

    /// A line through the trial's values; nothing where it has none.
    void add(const TrialRecord& trial) {
        if (trial.point.size() + 1 != axes_.size() || !std::isfinite(trial.value)) return;
        std::string points;
        for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
            const double value = axis < trial.point.size() ? trial.point[axis] : trial.value;
            points += short_number(across(axis)) + "," + short_number(down(axes_[axis].height_of(value))) + " ";
        }
        const double height = axes_.back().height_of(trial.value);
        const std::string colour = colour_of(better_ == Direction::max ? height : 1 - height);
        lines_ << element("polyline", {{"points", points}, {"class", "line trial"}, {"style", "--c:" + colour}},
                          tag("title", format_text("trial {}: {}", trial.number, four_decimals(trial.value))));
    }

    [[nodiscard]] Markup svg() const {
        Markup inside = tag("style", Markup::trusted(std::string(kTrialStyle)));
        inside << lines_;
        for (std::size_t i = 0; i < axes_.size(); ++i) {
            const PageAxis& axis = axes_[i];
            inside << element(
                "line", {{"x1", across(i)}, {"x2", across(i)}, {"y1", down(1)}, {"y2", down(0)}, {"class", "grid"}});
            inside << words(i, down(1) - 28, axis.name.substr(axis.name.rfind('/') + 1));
            inside << words(i, down(1) - 8, axis.high) << words(i, down(0) + 18, axis.low);
        }
        return element("svg",
                       {{"viewBox", format_text("0 0 {} {}", short_number(kPageWide), short_number(kPageHigh))},
                        {"role", "img"},
                        {"aria-label", "Every trial as a line across its values"},
                        {"class", "plot"}},
                       inside);
    }

private:
    [[nodiscard]] double across(std::size_t axis) const {
        const double gaps = static_cast<double>(std::max<std::size_t>(axes_.size() - 1, 1));
        return kPageSide + (kPageWide - 2 * kPageSide) / gaps * static_cast<double>(axis);
    }
    [[nodiscard]] static double down(double height) { return kPageTop + (1 - height) * (kPageHigh - 2 * kPageTop); }
    [[nodiscard]] Markup words(std::size_t axis, double y, const std::string& text) const {
        return element("text", {{"x", across(axis)}, {"y", y}, {"class", "tick mid"}}, text);
    }

    Direction better_;
    std::vector<PageAxis> axes_;
    Markup lines_;
};

TableCell cell_of(double value) {
    return std::isfinite(value) ? TableCell(four_decimals(value), value) : TableCell(four_decimals(value));
}

Markup table_of(const TuneRecord& record, const SearchSpace& space, std::span<const std::size_t> order) {
    DataTable table{.caption = "Trials, the best first",
                    .header = {"trial", "end", "epochs", record.monitor.name},
                    .rows = {},
                    .sortable = true};
    for (const Dimension& dimension : space) table.header.push_back(dimension.pointer);
    for (const std::size_t i : order.first(std::min(order.size(), kRowsShown))) {
        const TrialRecord& trial = record.trials[i];
        std::vector<TableCell>& row = table.rows.emplace_back();
        row = {format_text("{}", trial.number), std::string(text_of(trial.end)), format_text("{}", trial.epochs),
               cell_of(trial.value)};
        for (const Dimension& dimension : space)
            row.emplace_back(trial.values.contains(dimension.pointer) ? trial.values.at(dimension.pointer).dump()
                                                                      : std::string("as written"));
    }
    return markup_of(table);
}

}  // namespace

std::string trials_page(const TuneRecord& record, const SearchSpace& space) {
    std::vector<std::size_t> order = ranked(record.trials, record.monitor.better);
    const Markup table = table_of(record, space, order);
    TrialPicture picture(record, space);
    std::ranges::reverse(order);  // the best on top
    for (const std::size_t i : order) picture.add(record.trials[i]);
    Page page{
        .title = format_text("{}, the best {} first", count_of(record.trials.size(), "trial"), record.monitor.name),
        .kicker = "graft tune",
        .subtitle = paragraph(format_text("The winner is trial {}.", record.winner)),
        .sections = {}};
    Markup lines = paragraph("A line is a trial; red ones are the best.");
    page.sections.push_back({"values", "Values", lines << picture.svg()});
    page.sections.push_back({"trials", "Trials", table});
    return document_of(page);
}

}  // namespace graft

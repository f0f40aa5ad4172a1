#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostDots = 3000;

/// As many images as a picture can show, evenly from the whole.
std::vector<PlotPoint> dots_of(const std::vector<NumberPrediction>& images) {
    const std::size_t step = (images.size() + kMostDots - 1) / kMostDots;
    std::vector<PlotPoint> dots;
    for (std::size_t i = 0; i < images.size(); i += std::max<std::size_t>(step, 1))
        dots.push_back({images[i].truth, images[i].predicted});
    return dots;
}

Axis axis_over(const std::vector<NumberPrediction>& images, const char* name) {
    Axis axis{.name = name, .low = images.front().truth, .high = images.front().truth};
    for (const NumberPrediction& image : images)
        for (const double value : {image.truth, image.predicted}) {
            if (!std::isfinite(value)) continue;
            axis.low = std::min(axis.low, value);
            axis.high = std::max(axis.high, value);
        }
    const double margin = 0.04 * (axis.high - axis.low);
    axis.low -= margin;
    axis.high += margin;
    return axis;
}

NamedPlot scatter_of(const TargetRecord& target, const std::vector<NumberPrediction>& images, std::size_t number) {
    const Axis axis = axis_over(images, "");
    Axis x = axis;
    x.name = "true";
    Plot plot(format_text("{}: predicted against true", target.name),
              format_text("Mean absolute error {}, R² {:.3f}.", four_digits(target.mae), target.r2), x, axis);
    plot.add_line(std::vector<PlotPoint>{{axis.low, axis.low}, {axis.high, axis.high}}, "guide", "equal");
    plot.add_points(dots_of(images), "k1 fine");
    return {format_text("predicted_{}", number + 1), target.name, format_text("R² {:.3f}", target.r2), std::move(plot)};
}

}  // namespace

std::vector<NamedPlot> number_plots(const ReportSource& source) {
    if (!source.test || source.predictions.numbers.empty()) return {};
    std::vector<NamedPlot> plots;
    const auto& targets = source.test->regression().targets;
    for (std::size_t k = 0; k < targets.size(); ++k)
        if (!source.predictions.numbers[k].empty())
            plots.push_back(scatter_of(targets[k], source.predictions.numbers[k], k));
    return plots;
}

Markup numbers_section(const ReportSource& source) {
    const auto* of = source.test ? std::get_if<RegressionRecord>(&source.test->result) : nullptr;
    if (of == nullptr) return {};
    DataTable table{.caption = "Each number",
                    .header = {"number", "mean absolute error", "root mean square error", "R²", "images"},
                    .rows = {}};
    for (const TargetRecord& target : of->targets)
        table.rows.push_back({target.name, four_digits(target.mae), four_digits(target.rmse),
                              std::isfinite(target.r2) ? format_text("{:.3f}", target.r2) : "–",
                              with_commas(target.support)});
    Markup section = paragraph(
        "Each dot is an image: on the dashed line the prediction is exact. R² is 1 for a perfect model and 0 for one "
        "that always answers the mean.");
    return section << side_by_side(number_plots(source)) << markup_of(table);
}

}  // namespace graft

/// @file
/// The parts of a report. One that has nothing to say is empty.
#pragma once

#include <string>
#include <vector>

#include "report/heat_maps.hpp"
#include "report/markup.hpp"
#include "report/plot.hpp"
#include "report/source.hpp"
#include "report/thumbnails.hpp"

namespace graft {

/// A picture with axes, as a page shows it and as a file of its own.
struct NamedPlot {
    std::string name;  ///< "loss": of its file
    std::string caption, remark;
    Plot plot;
};
/// Loss and metrics over the epochs, with what happened.
[[nodiscard]] std::vector<NamedPlot> course_plots(const ReportSource& source);
/// A metric over the epochs, counted from 1; NaN where it is not known.
[[nodiscard]] std::vector<PlotPoint> points_of(const RunRecord& run, const std::string& metric);
/// For lines of one metric, of training or validation. Shares go from a round place below the lowest to 100 %, so that
/// the difference that matters can be seen.
[[nodiscard]] Axis value_axis(const std::string& metric, const std::vector<std::vector<PlotPoint>>& lines);
/// Confidence against accuracy, and accuracy against how many images are answered.
[[nodiscard]] std::vector<NamedPlot> reliability_plots(const ReportSource& source);
/// Predicted against true numbers.
[[nodiscard]] std::vector<NamedPlot> number_plots(const ReportSource& source);

[[nodiscard]] Markup verdict_section(const ReportSource& source);
[[nodiscard]] Markup course_section(const ReportSource& source);
[[nodiscard]] Markup confusion_section(const ReportSource& source, Thumbnails& thumbnails);
[[nodiscard]] Markup classes_section(const ReportSource& source);
[[nodiscard]] Markup labels_section(const ReportSource& source);
[[nodiscard]] Markup numbers_section(const ReportSource& source);
[[nodiscard]] Markup reliability_section(const ReportSource& source);
[[nodiscard]] Markup mistakes_section(const ReportSource& source, Thumbnails& thumbnails, const DrawHeatMaps& draw);
[[nodiscard]] Markup data_section(const ReportSource& source, Thumbnails& thumbnails);
[[nodiscard]] Markup augmentation_section(const ReportSource& source);
[[nodiscard]] Markup card_section(const ReportSource& source);
[[nodiscard]] Markup time_section(const ReportSource& source);
[[nodiscard]] Markup use_section(const ReportSource& source);

/// Captions and pictures side by side.
[[nodiscard]] Markup side_by_side(const std::vector<NamedPlot>& plots);

}  // namespace graft

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "report/figures.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

constexpr double kWorthAnswering = 0.3;  ///< share of the images: less is no use
constexpr double kSmallChange = 0.005;   ///< of a share: half a point of a hundred

Axis share_axis(const char* name) { return {.name = name, .low = 0, .high = 1, .ticks = TickText::percent}; }

NamedPlot reliability_diagram(const Reliability& reliability, const std::string& name, const std::string& caption) {
    Plot plot(caption, format_text("Expected calibration error {}.", percent(reliability.ece)),
              share_axis("how sure the model was"), share_axis(""));
    for (const ReliabilityBin& bin : reliability.bins) {
        if (bin.images == 0) continue;
        plot.add_bar(bin.low, bin.high, bin.accuracy, "k1");
        plot.add_tip(bin.low, bin.high,
                     format_text("{} to {} sure: {} of {} right", percent(bin.low), percent(bin.high),
                                 percent(bin.accuracy), count_of(static_cast<std::uint64_t>(bin.images), "image")));
    }
    plot.add_line(std::vector<PlotPoint>{{0, 0}, {1, 1}}, "guide");
    return {name, caption, format_text("error {}", percent(reliability.ece)), std::move(plot)};
}

NamedPlot coverage_plot(const ClassificationRecord& of) {
    std::vector<PlotPoint> points;
    double lowest = 1;
    for (const CoveragePoint& point : of.coverage) {
        if (point.coverage <= 0 || !std::isfinite(point.accuracy)) continue;
        points.push_back({point.coverage, point.accuracy});
        lowest = std::min(lowest, point.accuracy);
    }
    Axis accuracy = share_axis("");
    accuracy.low = std::max(0.0, std::floor(20 * lowest) / 20 - 0.05);
    Plot plot("Right, when only sure answers are given",
              "The more images are left unanswered, the fewer answers are wrong.",
              share_axis("images that get an answer"), accuracy);
    plot.add_line(points, "k1");
    for (const CoveragePoint& point : of.coverage)
        plot.add_tip(point.coverage - 0.025, point.coverage + 0.025,
                     format_text("from {} sure on: {} answered, {} of those right", percent(point.min_confidence),
                                 percent(point.coverage), percent(point.accuracy)));
    return {"coverage", "Right, when only sure answers are given", "", std::move(plot)};
}

/// The confidence from which on nearly all answers are right.
std::string operating_point(const ClassificationRecord& of) {
    for (const double wanted : {0.99, 0.95})
        for (const CoveragePoint& point : of.coverage)
            if (of.accuracy < wanted && point.coverage >= kWorthAnswering && point.coverage < 1 &&
                point.accuracy >= wanted)
                return format_text(
                    " If it answers only when it is {} sure or more, it answers {} of the images and is "
                    "right for {} of those.",
                    percent(point.min_confidence), percent(point.coverage), percent(point.accuracy));
    return "";
}

/// Too little to speak of is called neither a gain nor a loss.
std::string change_of_error(double before, double after) {
    if (std::abs(after - before) < kSmallChange) return format_text("stayed at about {}", percent(after));
    return format_text("{} from {} to {}", after < before ? "fell" : "rose", percent(before), percent(after));
}

/// What was done about it in training.
Markup calibration_of(const ReportSource& source) {
    if (!source.run || !source.run->calibration) return {};
    const CalibrationRecord& calibration = *source.run->calibration;
    if (!calibration.reason.empty()) return remark(format_text("Not calibrated: {}.", calibration.reason));
    return paragraph(format_text(
        "The model's probabilities are calibrated: class scores are divided by {:.3f}, which makes the log loss of "
        "{} smallest ({:.4f}, before {:.4f}). The error on these images {}.",
        calibration.temperature, count_of(static_cast<std::uint64_t>(calibration.images), "validation image"),
        calibration.after.loss, calibration.before.loss,
        change_of_error(calibration.before.ece, calibration.after.ece)));
}

/// What came of saying "unknown".
Markup decision_of(const EvaluationRecord& record) {
    if (!record.decision) return {};
    return paragraph(
        format_text("With its limits for \"unknown\" the model answered {} of {} and was right for {} of those.",
                    with_commas(record.decision->answered),
                    count_of(static_cast<std::uint64_t>(record.images), "image"), percent(record.decision->accuracy)));
}

}  // namespace

std::vector<NamedPlot> reliability_plots(const ReportSource& source) {
    const ClassificationRecord* of = source.classification();
    if (of == nullptr || of->reliability.bins.empty()) return {};
    std::vector<NamedPlot> plots;
    if (of->uncalibrated)
        plots.push_back(reliability_diagram(*of->uncalibrated, "reliability_before", "Before calibration"));
    plots.push_back(reliability_diagram(of->reliability, "reliability",
                                        of->uncalibrated ? "After calibration" : "Right, by how sure the model was"));
    if (!of->coverage.empty()) plots.push_back(coverage_plot(*of));
    return plots;
}

Markup reliability_section(const ReportSource& source) {
    const std::vector<NamedPlot> plots = reliability_plots(source);
    if (plots.empty()) return {};
    const ClassificationRecord& of = *source.classification();
    Markup section = paragraph(
        format_text("When the model is 90 % sure, is it right nine times of ten? Bars that end on the dashed line say "
                    "yes; bars below it say that it promises too much. Their mean distance from the line, the expected "
                    "calibration error, is {}.{}",
                    percent(of.reliability.ece), operating_point(of)));
    return section << calibration_of(source) << decision_of(*source.test) << side_by_side(plots);
}

}  // namespace graft

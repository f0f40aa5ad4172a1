/// @file
/// A picture with two axes, as SVG: lines, points, bars, marks. Colours come from the style sheet, so that one picture
/// serves light, dark and paper.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/markup.hpp"

namespace graft {

enum class TickText { plain, percent };

struct Axis {
    std::string name;
    double low = 0, high = 1;
    TickText ticks = TickText::plain;
    bool whole = false;  ///< ticks at whole numbers alone
};

struct PlotPoint {
    double x = 0, y = 0;  ///< y may be NaN: nothing is drawn there
};

/// The numbers at which an axis has ticks: 1, 2 or 5 times a power of ten apart, about `count` of them.
[[nodiscard]] std::vector<double> tick_places(const Axis& axis, std::size_t count);
/// From zero, or the least value where that is lower, to a bit above the highest of them.
[[nodiscard]] Axis axis_from_zero(std::string name, std::span<const double> values);

/// Things are drawn in the order in which they are added.
class Plot {
public:
    /// @param name what the picture shows, in a few words
    /// @param description the same for who does not see it, with its figures
    Plot(std::string name, std::string description, Axis x, Axis y);

    /// @param kind "k0" … "k7": a colour
    /// @param label stands beside its end; empty: none
    void add_line(std::span<const PlotPoint> points, const std::string& kind, const std::string& label = "");
    void add_points(std::span<const PlotPoint> points, const std::string& kind);
    /// From the axis up.
    void add_bar(double from, double to, double height, const std::string& kind);
    /// A vertical line with words at its top.
    void add_mark(double x, const std::string& words, const std::string& kind);
    /// A ring about a point.
    void add_ring(PlotPoint at);
    /// What is told about the strip between two places on the x axis.
    void add_tip(double from, double to, const std::string& words);

    /// For a page that has the style sheet.
    [[nodiscard]] Markup svg() const;
    /// For a file of its own.
    [[nodiscard]] std::string file() const;

private:
    struct EndLabel {
        double x = 0, y = 0;
        std::string words, kind;
    };
    [[nodiscard]] double across(double x) const;
    [[nodiscard]] double down(double y) const;
    [[nodiscard]] Markup axes() const;
    [[nodiscard]] Markup labels() const;
    [[nodiscard]] Markup picture(const Markup& style) const;

    std::string name_, description_;
    Axis x_, y_;
    Markup content_, above_, tips_;
    std::vector<EndLabel> labels_;
    double next_words_ = 0;  ///< where the words of the last mark end
    int words_row_ = 0;
};

/// A bar from 0 to 1 with the interval of its value, for a cell of a table.
[[nodiscard]] Markup interval_bar(double value, double low, double high);
/// Parts of a whole, side by side; each has a name and a size.
struct WholePart {
    std::string name;
    double size = 0;
};
[[nodiscard]] Markup parts_bar(std::span<const WholePart> parts, const std::string& description);

/// A number as a tick or an end of a line shows it.
[[nodiscard]] std::string tick_text(double value, TickText kind);

}  // namespace graft

#include "report/plot.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "report/style.hpp"

namespace graft {
namespace {

// Units of the picture; a page shows them at about one pixel.
constexpr double kWidth = 420, kHeight = 250;
constexpr double kLeft = 50, kRight = 74, kTop = 34, kBottom = 36;
constexpr double kLetter = 6.4;  ///< width of a letter, about
constexpr double kLabelHeight = 14;

Markup line_between(double x1, double y1, double x2, double y2, const std::string& kind) {
    return element("line", {{"x1", x1}, {"y1", y1}, {"x2", x2}, {"y2", y2}, {"class", kind}});
}

Markup words_at(double x, double y, const std::string& kind, const std::string& words) {
    return element("text", {{"x", x}, {"y", y}, {"class", kind}}, words);
}

double width_of(const std::string& words) { return kLetter * static_cast<double>(display_width(words)); }

}  // namespace

std::string tick_text(double value, TickText kind) {
    if (kind == TickText::percent) return format_text("{:.6g} %", std::round(1e6 * value) / 1e4 + 0.0);  // not "-0"
    return value == std::round(value) && std::abs(value) < 1e6 ? with_commas(std::llround(value))
                                                               : format_text("{:.3g}", value);
}

std::vector<double> tick_places(const Axis& axis, std::size_t count) {
    const double range = axis.high - axis.low;
    if (!(range > 0) || !std::isfinite(range)) return {axis.low};
    const double rough = range / static_cast<double>(std::max<std::size_t>(count, 1));
    const double power = std::pow(10, std::floor(std::log10(rough)));
    double step = power * 10;
    for (const double factor : {5.0, 2.0, 1.0})
        if (factor * power >= rough * 0.999) step = factor * power;
    if (axis.whole) step = std::max(step, 1.0);
    std::vector<double> places;
    for (double i = std::ceil(axis.low / step - 1e-9); i * step <= axis.high + 1e-9 * range; ++i)
        places.push_back(i * step);
    return places;
}

Axis axis_from_zero(std::string name, std::span<const double> values) {
    Axis axis{.name = std::move(name), .low = 0, .high = 0};
    for (const double value : values) {
        if (!std::isfinite(value)) continue;
        axis.low = std::min(axis.low, value);
        axis.high = std::max(axis.high, value);
    }
    axis.high = axis.high > axis.low ? axis.high + 0.04 * (axis.high - axis.low) : axis.low + 1;
    return axis;
}

Plot::Plot(std::string name, std::string description, Axis x, Axis y)
    : name_(std::move(name)), description_(std::move(description)), x_(std::move(x)), y_(std::move(y)) {
    if (!(x_.high > x_.low)) x_.high = x_.low + 1;
    if (!(y_.high > y_.low)) y_.high = y_.low + 1;
}

double Plot::across(double x) const {
    return kLeft + (std::clamp(x, x_.low, x_.high) - x_.low) / (x_.high - x_.low) * (kWidth - kLeft - kRight);
}

double Plot::down(double y) const {
    return kHeight - kBottom -
           (std::clamp(y, y_.low, y_.high) - y_.low) / (y_.high - y_.low) * (kHeight - kTop - kBottom);
}

void Plot::add_line(std::span<const PlotPoint> points, const std::string& kind, const std::string& label) {
    std::string path;
    bool pen_down = false;
    const PlotPoint* last = nullptr;
    for (const PlotPoint& point : points) {
        if (!std::isfinite(point.y)) {
            pen_down = false;
            continue;
        }
        path += (pen_down ? "L" : "M") + short_number(across(point.x)) + " " + short_number(down(point.y));
        pen_down = true;
        last = &point;
    }
    if (last == nullptr) return;
    content_ << element("path", {{"d", path}, {"class", "line " + kind}});
    if (points.size() == 1) add_points(points, kind);
    if (!label.empty()) labels_.push_back({across(last->x), down(last->y), label, kind});
}

void Plot::add_points(std::span<const PlotPoint> points, const std::string& kind) {
    std::string path;
    for (const PlotPoint& point : points)
        if (std::isfinite(point.x) && std::isfinite(point.y))
            path += "M" + short_number(across(point.x)) + " " + short_number(down(point.y)) + "h0";
    content_ << element("path", {{"d", path}, {"class", "dots " + kind}});
}

void Plot::add_bar(double from, double to, double height, const std::string& kind) {
    const double left = across(from), top = down(height);
    content_ << element("rect", {{"x", left + 0.75},
                                 {"y", top},
                                 {"width", std::max(across(to) - left - 1.5, 0.5)},
                                 {"height", std::max(down(y_.low) - top, 0.0)},
                                 {"class", "bar " + kind}});
}

/// Words that would run into those of the mark before go one row higher.
void Plot::add_mark(double x, const std::string& words, const std::string& kind) {
    const double place = across(x);
    content_ << line_between(place, kTop - 4, place, kHeight - kBottom, "mark " + kind);
    const double length = width_of(words);
    const double begin = std::clamp(place - length / 2, 0.0, kWidth - length);
    words_row_ = begin < next_words_ + 6 && words_row_ == 0 ? 1 : 0;
    next_words_ = begin + length;
    above_ << words_at(begin, kTop - 9 - 12.0 * words_row_, "word " + kind, words);
}

void Plot::add_ring(PlotPoint at) {
    above_ << element("circle", {{"cx", across(at.x)}, {"cy", down(at.y)}, {"r", 4.5}, {"class", "ring"}});
}

void Plot::add_tip(double from, double to, const std::string& words) {
    const double left = across(from);
    tips_ << element("rect",
                     {{"x", left},
                      {"y", kTop},
                      {"width", std::max(across(to) - left, 1.0)},
                      {"height", kHeight - kTop - kBottom},
                      {"class", "tip"}},
                     tag("title", words));
}

Markup Plot::axes() const {
    Markup markup;
    for (const double y : tick_places(y_, 4)) {
        markup << line_between(kLeft, down(y), kWidth - kRight, down(y), "grid");
        markup << words_at(kLeft - 6, down(y) + 4, "tick end", tick_text(y, y_.ticks));
    }
    for (const double x : tick_places(x_, 6))
        markup << words_at(across(x), kHeight - kBottom + 16, "tick mid", tick_text(x, x_.ticks));
    markup << words_at(kLeft + (kWidth - kLeft - kRight) / 2, kHeight - 4, "tick mid", x_.name);
    return markup;
}

/// Labels at the ends of lines, moved apart.
Markup Plot::labels() const {
    std::vector<EndLabel> labels = labels_;
    std::ranges::stable_sort(labels, {}, &EndLabel::y);
    for (std::size_t i = 1; i < labels.size(); ++i) labels[i].y = std::max(labels[i].y, labels[i - 1].y + kLabelHeight);
    double lowest = kHeight - kBottom;
    for (auto label = labels.rbegin(); label != labels.rend(); ++label, lowest -= kLabelHeight)
        label->y = std::min(label->y, lowest);
    Markup markup;
    for (const EndLabel& label : labels)
        markup << words_at(label.x + 6, label.y + 4, "name " + label.kind, label.words);
    return markup;
}

Markup Plot::picture(const Markup& style) const {
    Markup inside = tag("title", name_);
    inside << tag("desc", description_) << style << axes() << content_ << labels() << above_ << tips_;
    return element("svg",
                   {{"xmlns", "http://www.w3.org/2000/svg"},
                    {"viewBox", format_text("0 0 {} {}", short_number(kWidth), short_number(kHeight))},
                    {"role", "img"},
                    {"aria-label", name_ + ". " + description_},
                    {"class", "plot"}},
                   inside);
}

Markup Plot::svg() const { return picture({}); }

std::string Plot::file() const {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
           picture(tag("style", Markup::trusted(std::string(plot_style())))).text() + "\n";
}

Markup interval_bar(double value, double low, double high) {
    constexpr double kCells = 100, kThick = 12;
    Markup inside = element("rect", {{"x", 0.0}, {"y", 3.0}, {"width", kCells}, {"height", 6.0}, {"class", "rail"}});
    inside << element("rect",
                      {{"x", 0.0}, {"y", 3.0}, {"width", kCells * value}, {"height", 6.0}, {"class", "bar k1"}});
    inside << line_between(kCells * low, kThick / 2, kCells * high, kThick / 2, "whisker");
    inside << line_between(kCells * low, 3, kCells * low, 9, "whisker");
    inside << line_between(kCells * high, 3, kCells * high, 9, "whisker");
    return element("svg",
                   {{"viewBox", "0 0 100 12"},
                    {"preserveAspectRatio", "none"},
                    {"class", "interval"},
                    {"aria-hidden", "true"},
                    {"focusable", "false"}},
                   inside);
}

Markup parts_bar(std::span<const WholePart> parts, const std::string& description) {
    double whole = 0;
    for (const WholePart& part : parts) whole += part.size;
    Markup inside;
    double at = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const double width = whole > 0 ? 1000 * parts[i].size / whole : 0;
        inside << element("rect",
                          {{"x", at},
                           {"y", 0.0},
                           {"width", std::max(width - 2, 0.0)},
                           {"height", 24.0},
                           {"class", format_text("bar k{}", (i + 1) % 8)}},
                          tag("title", format_text("{}: {:.0f} %", parts[i].name, width / 10)));
        at += width;
    }
    return element("svg",
                   {{"viewBox", "0 0 1000 24"},
                    {"preserveAspectRatio", "none"},
                    {"class", "parts"},
                    {"role", "img"},
                    {"aria-label", description}},
                   inside);
}

}  // namespace graft

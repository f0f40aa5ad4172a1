#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "record/csv.hpp"
#include "search/lr_find.hpp"

namespace graft {
namespace {

constexpr const char* kNoCurve = "the first loss was no number: there is no curve";

Json rate_or_null(const std::optional<double>& rate) { return rate ? Json(*rate) : Json(nullptr); }

/// Where the points of a curve lie in a square of side 1, from the lower left: rates by their logarithm.
struct Curve {
    std::vector<std::pair<double, double>> points;
    double first_rate = 0, last_rate = 0, lowest = 0, highest = 0;

    /// @param all not empty
    explicit Curve(const std::vector<LrPoint>& all) {
        first_rate = all.front().learning_rate;
        last_rate = all.back().learning_rate;
        const auto [low, high] = std::ranges::minmax(all, {}, &LrPoint::smoothed);
        lowest = low.smoothed;
        highest = high.smoothed;
        for (const LrPoint& point : all) points.emplace_back(across(point.learning_rate), up(point.smoothed));
    }
    [[nodiscard]] double across(double rate) const {
        return last_rate > first_rate ? std::log(rate / first_rate) / std::log(last_rate / first_rate) : 0;
    }
    [[nodiscard]] double up(double loss) const { return highest > lowest ? (loss - lowest) / (highest - lowest) : 0; }
};

std::string plot_of(const LrFindRecord& record) {
    constexpr std::size_t kColumns = 64, kRows = 12;
    const Curve curve(record.curve);
    std::vector<std::string> rows(kRows, std::string(kColumns, ' '));
    const auto column = [&](double across) { return static_cast<std::size_t>(std::lround(across * (kColumns - 1))); };
    const auto mark = [&](const std::optional<double>& rate) {
        if (rate)
            for (std::string& row : rows) row[column(curve.across(*rate))] = '|';
    };
    mark(record.valley);
    mark(record.steepest);
    for (const auto& [across, up] : curve.points)
        rows[kRows - 1 - static_cast<std::size_t>(std::lround(up * (kRows - 1)))][column(across)] = '*';
    std::string text;
    for (std::size_t i = 0; i < kRows; ++i) {
        const std::string label = i == 0           ? four_digits(curve.highest)
                                  : i + 1 == kRows ? four_digits(curve.lowest)
                                                   : std::string();
        text += padded_left(label, 8) + " |" + rows[i].substr(0, rows[i].find_last_not_of(' ') + 1) + "\n";
    }
    return text + std::string(10, ' ') + padded_right(four_digits(curve.first_rate), kColumns - 8) +
           padded_left(four_digits(curve.last_rate), 8) + "\n";
}

constexpr double kFrameLeft = 60, kFrameTop = 20, kFrameWide = 560, kFrameHigh = 300;

std::string svg_words(double x, double y, const char* anchor, const std::string& words) {
    return format_text("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, words);
}

/// A whole picture: a frame, and what is drawn in it.
std::string framed(const std::string& inside) {
    return format_text(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 380\" font-family=\"sans-serif\" "
               "font-size=\"12\">\n<rect width=\"640\" height=\"380\" fill=\"white\"/>\n<rect x=\"{:.0f}\" "
               "y=\"{:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\" fill=\"none\" stroke=\"#999\"/>\n",
               kFrameLeft, kFrameTop, kFrameWide, kFrameHigh) +
           inside + "</svg>\n";
}

}  // namespace

Json to_json(const LrFindRecord& record) {
    Json document = {{"trains", record.trains},
                     {"valley", rate_or_null(record.valley)},
                     {"steepest", rate_or_null(record.steepest)},
                     {"stopped", record.stopped},
                     {"curve", Json::array()}};
    for (const LrPoint& point : record.curve)
        document["curve"].push_back(
            {{"learning_rate", point.learning_rate}, {"loss", point.loss}, {"smoothed", point.smoothed}});
    return document;
}

std::string csv_of(const LrFindRecord& record) {
    std::string text = "learning_rate,loss,smoothed\n";
    for (const LrPoint& point : record.curve)
        text +=
            format_text("{},{},{}\n", shortest(point.learning_rate), shortest(point.loss), shortest(point.smoothed));
    return text;
}

std::string svg_of(const LrFindRecord& record) {
    if (record.curve.empty())
        return framed(svg_words(kFrameLeft + kFrameWide / 2, kFrameTop + kFrameHigh / 2, "middle", kNoCurve));
    const Curve curve(record.curve);
    const auto x = [&](double across) { return kFrameLeft + across * kFrameWide; };
    const auto y = [&](double up) { return kFrameTop + (1 - up) * kFrameHigh; };
    std::string line;
    for (const auto& [across, up] : curve.points) line += format_text("{:.1f},{:.1f} ", x(across), y(up));
    std::string svg;
    for (const auto& [name, rate] : {std::pair("valley", record.valley), {"steepest", record.steepest}})
        if (rate)
            svg += format_text(
                       "<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.0f}\" y2=\"{:.0f}\" stroke=\"#c33\" "
                       "stroke-dasharray=\"4\"/>\n",
                       x(curve.across(*rate)), x(curve.across(*rate)), kFrameTop, kFrameTop + kFrameHigh) +
                   format_text("<text x=\"{:.1f}\" y=\"{:.0f}\" fill=\"#c33\">{} {}</text>\n", x(curve.across(*rate)),
                               kFrameTop + (name == std::string_view("valley") ? 12.0 : 28.0), std::string_view(name),
                               four_digits(*rate));
    svg += format_text("<polyline points=\"{}\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\"/>\n", line);
    svg += svg_words(kFrameLeft - 6, kFrameTop + 10, "end", four_digits(curve.highest));
    svg += svg_words(kFrameLeft - 6, kFrameTop + kFrameHigh, "end", four_digits(curve.lowest));
    svg += svg_words(kFrameLeft, kFrameTop + kFrameHigh + 18, "start", four_digits(curve.first_rate));
    svg += svg_words(kFrameLeft + kFrameWide, kFrameTop + kFrameHigh + 18, "end", four_digits(curve.last_rate));
    svg += svg_words(kFrameLeft + kFrameWide / 2, kFrameTop + kFrameHigh + 18, "middle", "learning rate");
    return framed(svg + svg_words(kFrameLeft, kFrameTop - 6, "start", "smoothed loss"));
}

std::string text_of(const LrFindRecord& record) {
    if (record.curve.empty()) return format_text("{}\n", kNoCurve);
    std::string text = plot_of(record) + "\n";
    if (!record.valley)
        return text + "the curve is too short for a suggestion: the loss grew at once; give a lower --start\n";
    return text + format_text("suggested learning rates: {} (valley), {} (steepest){}\n", four_digits(*record.valley),
                              four_digits(*record.steepest),
                              record.stopped ? "" : "; the loss did not grow to four times its best up to the end");
}

}  // namespace graft

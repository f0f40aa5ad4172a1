#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "report/advice.hpp"
#include "report/figures.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

/// The number that a report begins with.
struct Headline {
    std::string figure, what;
    double value = kUnknown;  ///< of a share
    Interval interval = {};
    double baseline = kUnknown;
    std::string baseline_name = {};
};

std::string test_images_text(const ReportSource& source) {
    return count_of(static_cast<std::uint64_t>(source.test->images), "test image");
}

Headline share_headline(double share, std::int64_t images, const std::string& what) {
    Headline headline{.figure = percent(share), .what = what, .value = share};
    headline.interval = share_interval_of(share, images);
    return headline;
}

Headline test_headline(const ReportSource& source) {
    if (const ClassificationRecord* of = source.classification()) {
        Headline headline = share_headline(of->accuracy, source.test->images,
                                           format_text("of {} were recognised", test_images_text(source)));
        headline.baseline = of->baseline.accuracy;
        headline.baseline_name = of->baseline.name;
        return headline;
    }
    if (const auto* of = std::get_if<MultiLabelRecord>(&source.test->result))
        return {.figure = percent(of->mean_average_precision),
                .what = format_text("mean average precision, over {} and {}", count_of(of->classes.size(), "label"),
                                    test_images_text(source)),
                .value = of->mean_average_precision};
    const RegressionRecord& of = source.test->regression();
    return {.figure = four_digits(of.mae),
            .what = format_text("mean absolute error over {}; R² is {:.3f}", test_images_text(source), of.r2)};
}

Headline headline_of(const ReportSource& source) {
    if (source.test) return test_headline(source);
    const RunRecord& run = *source.run;
    if (run.history.empty()) return {.figure = "–", .what = "no epoch is over yet"};
    const std::string when = source.finished ? "" : format_text(" after {}", count_of(run.history.size(), "epoch"));
    if (const auto accuracy = run.kept_epoch().metric("val_accuracy"))
        return share_headline(*accuracy, run.data.validation, "of the validation images were recognised" + when);
    const auto& [name, value] = run.kept_epoch().metrics.back();
    return {.figure = four_digits(value), .what = name + when};
}

Markup words_on_ruler(double x, double y, const char* kind, const std::string& words) {
    return element("text", {{"x", x}, {"y", y}, {"class", kind}}, words);
}

/// A scale from 0 to 100 % with the value, its interval, and what can be had without looking.
Markup ruler(const Headline& headline) {
    const auto x = [](double share) { return 14 + 392 * share; };
    const auto strip = [&](double from, double to, const char* kind) {
        return element("rect", {{"x", x(from)},
                                {"y", 24.0},
                                {"width", std::max(x(to) - x(from), 2.0)},
                                {"height", 10.0},
                                {"rx", 3.0},
                                {"class", kind}});
    };
    Markup inside = strip(0, 1, "rail");
    if (std::isfinite(headline.interval.low)) inside << strip(headline.interval.low, headline.interval.high, "band");
    if (std::isfinite(headline.baseline) && !headline.baseline_name.empty()) {
        const double at = x(headline.baseline);
        inside << element("line", {{"x1", at}, {"x2", at}, {"y1", 19.0}, {"y2", 39.0}, {"class", "tickline"}});
        inside << words_on_ruler(std::max(at - 4, 0.0), 13, "tick", "always " + headline.baseline_name);
    }
    inside << element("circle", {{"cx", x(headline.value)}, {"cy", 29.0}, {"r", 6.0}, {"class", "dot"}});
    for (const double share : {0.0, 0.5, 1.0})
        inside << words_on_ruler(x(share), 54, "tick mid", tick_text(share, TickText::percent));
    return element("svg", {{"viewBox", "0 0 420 60"}, {"class", "ruler plot"}, {"aria-hidden", "true"}}, inside);
}

Markup trust_of(const Headline& headline) {
    if (!std::isfinite(headline.interval.low)) return {};
    std::string text = format_text("For images like these, the true share lies between {} and {} (95 % interval).",
                                   percent(headline.interval.low), percent(headline.interval.high));
    if (std::isfinite(headline.baseline) && !headline.baseline_name.empty())
        text += format_text(" Always answering {} would be right for {}.", headline.baseline_name,
                            percent(headline.baseline));
    return paragraph(text);
}

Markup gates_of(const ReportSource& source) {
    Markup lines;
    for (const JudgedGate& gate : source.gates) {
        const std::string words = format_text(
            "{}: {} is {}, {} {} was asked for.", gate.met ? "Gate met" : "Gate not met", gate.metric,
            four_decimals(gate.value), gate.more_is_better ? "at least" : "at most", number_as_text(gate.bound));
        lines << element("li", {{"class", gate.met ? "k3" : "k2"}}, tag("b", words));
    }
    return lines.empty() ? Markup() : element("ul", {{"class", "advice"}}, lines);
}

Markup advice_list(const ReportSource& source) {
    Markup items;
    for (const Advice& advice : advice_for(source)) {
        Markup reason = advice.reason;
        if (!advice.link.empty())
            reason << " " << element("a", {{"href", advice.link}, {"class", "there"}}, "Look there");
        Markup inside = tag("b", advice.finding);
        inside << tag("p", reason);
        if (!advice.action.empty()) inside << element("span", {{"class", "do"}}, "→ " + advice.action);
        const char* kind = advice.kind == AdviceKind::act ? "k2" : advice.kind == AdviceKind::look ? "k7" : "k3";
        items << element("li", {{"class", kind}}, inside);
    }
    if (items.empty()) return {};
    Markup list = tag("h3", "What to do next");
    return list << element("ul", {{"class", "advice"}}, items);
}

}  // namespace

Markup verdict_section(const ReportSource& source) {
    const Headline headline = headline_of(source);
    Markup figure = element("div", {{"class", "figure"}}, headline.figure);
    figure << tag("p", headline.what);
    Markup beside = std::isfinite(headline.value) ? ruler(headline) : Markup();
    beside << trust_of(headline);
    Markup verdict = tag("div", figure);
    verdict << tag("div", beside);
    Markup section = element("div", {{"class", "verdict"}}, verdict);
    if (!source.finished) section << remark("The run is not over: these are the figures of the epochs that are done.");
    return section << gates_of(source) << advice_list(source);
}

}  // namespace graft

#include "app/terminal/progress_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/text.hpp"

namespace graft {
namespace {

/// Two digits below ten, whole numbers above.
std::string rate_text(double rate) {
    if (rate >= 9.95) return with_commas(std::llround(rate));
    return rate >= 0.995 ? format_text("{:.1f}", rate) : format_text("{:.2f}", rate);
}

}  // namespace

double share_done(const Progress& progress) {
    if (progress.total == 0) return 1;
    return std::min(1.0, static_cast<double>(progress.done) / static_cast<double>(progress.total));
}

std::string progress_text(const Progress& progress) {
    std::string text = format_text("{:3} %  {}/{} {}", static_cast<int>(100 * share_done(progress)), progress.done,
                                   progress.total, progress.unit);
    if (progress.done > progress.earlier && progress.seconds > 0) {
        const double rate = static_cast<double>(progress.done - progress.earlier) / progress.seconds;
        const std::size_t left = progress.total - std::min(progress.done, progress.total);
        text += format_text("  {} {}/s  {} left", rate_text(rate), progress.unit,
                            duration_text(static_cast<double>(left) / rate));
    }
    return progress.detail.empty() ? text : text + "  " + progress.detail;
}

std::string progress_bar(double share, std::size_t cells, bool unicode) {
    const auto halves = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * 2.0 * static_cast<double>(cells));
    const bool half = halves % 2 != 0;
    std::string bar;
    for (std::size_t i = 0; i < halves / 2; ++i) bar += unicode ? "━" : "=";
    if (half) bar += unicode ? "╸" : "-";
    return bar + std::string(cells - halves / 2 - (half ? 1 : 0), ' ');
}

std::string duration_text(double seconds) {
    const auto whole = static_cast<std::int64_t>(std::llround(std::clamp(seconds, 0.0, 1e9)));
    const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
    if (hours == 0) return format_text("{}:{:02}", minutes, whole % 60);
    return format_text("{}:{:02}:{:02}", hours, minutes, whole % 60);
}

}  // namespace graft

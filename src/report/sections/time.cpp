#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "report/figures.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

std::string duration_words(double seconds) {
    if (seconds < 90) return format_text("{:.1f} s", seconds);
    const auto minutes = static_cast<std::int64_t>(std::llround(seconds / 60));
    if (minutes < 90) return format_text("{} min", minutes);
    return format_text("{} h {} min", minutes / 60, minutes % 60);
}

std::vector<WholePart> parts_of_time(const RunRecord& run) {
    WholePart features{"computing features", 0}, epochs{"training", 0};
    for (const PhaseRecord& phase : run.phases) features.size += phase.features.seconds;
    for (const EpochRecord& epoch : run.history) epochs.size += epoch.seconds;
    const double rest = std::max(0.0, run.seconds - features.size - epochs.size);
    std::vector<WholePart> parts = {features, epochs, {"start, checks, test, writing", rest}};
    std::erase_if(parts, [](const WholePart& part) { return part.size < 0.05; });
    return parts;
}

std::string advice_on_speed(const RunRecord& run) {
    const FeaturesRecord& features = run.phases.back().features;
    if (features.seconds < 0.3 * run.seconds || features.computed == 0) return "";
    const bool network = features.network_share >= features.picture_share;
    return network
               ? format_text(
                     " The network took {} of the workers' time: a smaller one, or precision bfloat16 where "
                     "the processor has units for it, is faster.",
                     percent(features.network_share))
               : format_text(" Reading and decoding pictures took {} of the workers' time: smaller files are faster.",
                             percent(features.picture_share));
}

}  // namespace

Markup time_section(const ReportSource& source) {
    if (!source.run || !source.finished || !(source.run->seconds > 0) || source.run->phases.empty()) return {};
    const RunRecord& run = *source.run;
    const std::vector<WholePart> parts = parts_of_time(run);
    std::vector<std::string> words;
    Markup key;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string text = format_text("{}: {}", parts[i].name, duration_words(parts[i].size));
        words.push_back(text);
        Markup item = element("i", {{"class", format_text("k{}", (i + 1) % 8)}, {"aria-hidden", "true"}});
        key << tag("li", item << text);
    }
    Markup section = paragraph(format_text("{} from start to end, {:.0f} MB of memory at most.{}",
                                           duration_words(run.seconds), run.peak_memory_mb, advice_on_speed(run)));
    section << parts_bar(parts, joined(words, "; ")) << element("ul", {{"class", "key"}}, key);
    const FeaturesRecord& features = run.phases.back().features;
    return section << remark(format_text("{} computed with {}, {} found in the cache.",
                                         count_of(static_cast<std::uint64_t>(features.computed), "feature"),
                                         count_of(static_cast<std::uint64_t>(run.phases.back().workers), "worker"),
                                         with_commas(features.found)));
}

}  // namespace graft

#include "statistics/ranking_areas.hpp"

#include <algorithm>
#include <limits>

namespace graft {

void ImageRanking::rank(std::vector<Row>& rows) {
    std::ranges::sort(rows, [](const Row& one, const Row& other) {
        return one.score != other.score ? one.score > other.score : one.entry < other.entry;
    });
    entries_.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool last = i + 1 == rows.size() || rows[i + 1].score != rows[i].score;
        entries_.push_back(rows[i].entry | (last ? kLastOfItsScore : 0));
    }
}

RankingAreas ImageRanking::areas(std::span<const std::uint16_t> times) const {
    std::uint64_t of_class = 0, others = 0, of_class_here = 0, others_here = 0;
    double roc_area = 0, precisions = 0;
    for (const std::uint32_t entry : entries_) {
        const std::uint64_t count = times[entry & kImage];
        const std::uint64_t mine = (entry & kOfClass) != 0 ? count : 0;
        of_class_here += mine;
        others_here += count - mine;
        if ((entry & kLastOfItsScore) == 0) continue;
        // Each other image lies below those of the class so far, and level with those of the same score.
        roc_area += static_cast<double>(others_here) *
                    (static_cast<double>(of_class) + 0.5 * static_cast<double>(of_class_here));
        of_class += of_class_here;
        others += others_here;
        if (of_class_here > 0)
            precisions += static_cast<double>(of_class_here) * static_cast<double>(of_class) /
                          static_cast<double>(of_class + others);
        of_class_here = others_here = 0;
    }
    constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
    const auto all = static_cast<double>(of_class), rest = static_cast<double>(others);
    return {of_class > 0 && others > 0 ? roc_area / (all * rest) : kNothing,
            of_class > 0 ? precisions / all : kNothing};
}

}  // namespace graft

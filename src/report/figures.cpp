#include "report/figures.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/text.hpp"
#include "statistics/intervals.hpp"

namespace graft {

Interval share_interval(std::int64_t hits, std::int64_t of) { return of <= 0 ? Interval{0, 1} : wilson(hits, of); }

Interval share_interval_of(double share, std::int64_t images) {
    return share_interval(std::llround(share * static_cast<double>(images)), images);
}

std::vector<ConfusedCell> confused_cells(const std::vector<std::vector<std::int64_t>>& confusion) {
    std::vector<ConfusedCell> cells;
    for (std::size_t i = 0; i < confusion.size(); ++i)
        for (std::size_t j = 0; j < confusion[i].size(); ++j)
            if (i != j && confusion[i][j] > 0) cells.push_back({i, j, confusion[i][j]});
    std::ranges::stable_sort(cells, std::greater{}, &ConfusedCell::count);
    return cells;
}

std::string percent(double share) {
    if (!std::isfinite(share)) return "–";
    std::string number = format_text("{:.1f}", 100 * share);
    if (number == "100.0" && share < 1) number = "99.9";  // 100 % is for all
    if (number.ends_with(".0")) number.resize(number.size() - 2);
    return number + " %";
}

}  // namespace graft

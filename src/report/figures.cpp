#include "report/figures.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/text.hpp"

namespace graft {

Interval share_interval(std::int64_t hits, std::int64_t of) {
    if (of <= 0) return {0, 1};
    constexpr double z = 1.959963984540054;  // 0.975 quantile of the normal distribution
    const auto n = static_cast<double>(of);
    const double p = static_cast<double>(hits) / n, spread = z * z / n;
    const double centre = (p + spread / 2) / (1 + spread);
    const double half = z * std::sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread);
    return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
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

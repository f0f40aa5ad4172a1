#include "search/halving.hpp"

#include <algorithm>
#include <cmath>

namespace graft {

std::vector<std::int64_t> rungs_of(std::int64_t epochs, const HalvingOptions& options) {
    std::vector<std::int64_t> rungs{epochs};
    if (options.reduction < 2) return rungs;
    double next = static_cast<double>(epochs) / static_cast<double>(options.reduction);
    while (std::round(next) >= static_cast<double>(options.min_epochs) && std::round(next) >= 1) {
        const auto rung = static_cast<std::int64_t>(std::round(next));
        if (rung >= rungs.front()) break;
        rungs.insert(rungs.begin(), rung);
        next /= static_cast<double>(options.reduction);
    }
    return rungs;
}

bool is_better(double a, double b, Direction better) {
    if (!std::isfinite(a)) return false;
    if (!std::isfinite(b)) return true;
    return better == Direction::min ? a < b : a > b;
}

std::vector<bool> going_on(std::span<const double> earlier, std::span<const double> now, Direction better,
                           std::int64_t reduction) {
    const std::size_t places =
        std::max<std::size_t>(1, (earlier.size() + now.size()) / static_cast<std::size_t>(reduction));
    std::vector<bool> on;
    for (std::size_t i = 0; i < now.size(); ++i) {
        const auto beats = [&](double other) { return is_better(other, now[i], better); };
        auto ahead =
            static_cast<std::size_t>(std::ranges::count_if(earlier, beats) + std::ranges::count_if(now, beats));
        ahead += static_cast<std::size_t>(std::ranges::count(now.first(i), now[i]));  // of equals the first
        on.push_back(std::isfinite(now[i]) && ahead < places);
    }
    return on;
}

}  // namespace graft

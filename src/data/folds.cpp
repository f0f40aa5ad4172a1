#include "data/folds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

std::uint64_t draw_of(const std::string& name, std::uint64_t seed) {
    return stable_id(format_text("{} {}", seed, name));
}

/// Images that stay together.
struct Unit {
    std::vector<std::size_t> samples;
    std::vector<std::pair<std::size_t, double>> counts;  ///< of the classes that are in it
    double unevenness = 0;
    std::uint64_t draw = 0;
};

/// How often each class is in each fold so far, and how unevenly.
class Balance {
public:
    Balance(std::size_t folds, std::vector<double> totals)
        : folds_(folds), totals_(std::move(totals)), shares_(totals_.size(), std::vector<double>(folds, 0)) {}

    /// How much less even the classes of the unit would be with it in that fold: the growth of the summed deviations.
    [[nodiscard]] double growth(const Unit& unit, std::size_t fold) const {
        double growth = 0;
        for (const auto& [label, count] : unit.counts) {
            std::vector<double> shares = shares_[label];
            growth -= deviation(shares);
            shares[fold] += count / totals_[label];
            growth += deviation(shares);
        }
        return growth;
    }
    void add(const Unit& unit, std::size_t fold) {
        for (const auto& [label, count] : unit.counts) shares_[label][fold] += count / totals_[label];
    }

private:
    [[nodiscard]] double deviation(const std::vector<double>& shares) const {
        const double mean = std::accumulate(shares.begin(), shares.end(), 0.0) / static_cast<double>(folds_);
        double sum = 0;
        for (const double share : shares) sum += (share - mean) * (share - mean);
        return std::sqrt(sum / static_cast<double>(folds_));
    }

    std::size_t folds_;
    std::vector<double> totals_;               // [classes]
    std::vector<std::vector<double>> shares_;  // [classes][folds]
};

/// What a sample is counted as: its class, its labels, or, of labels and numbers, as an image.
std::vector<std::size_t> counted_as(const Sample& sample, TargetKind kind) {
    if (kind == TargetKind::one_class) return {static_cast<std::size_t>(sample.label)};
    std::vector<std::size_t> counted;
    if (kind == TargetKind::labels)
        for (std::size_t k = 0; k < sample.values.size(); ++k)
            if (sample.values[k] > 0.5F) counted.push_back(k);
    counted.push_back(sample.values.size());
    return counted;
}

/// Standard deviation of a unit's counts over all classes.
double unevenness_of(const Unit& unit, std::size_t classes) {
    double sum = 0, squares = 0;
    for (const auto& [label, count] : unit.counts) {
        sum += count;
        squares += count * count;
    }
    const auto all = static_cast<double>(classes);
    return std::sqrt(std::max(0.0, squares / all - sum / all * sum / all));
}

struct Units {
    std::vector<Unit> all;
    std::vector<double> totals;  ///< [classes]
};

Units units_of(std::span<const Sample> samples, std::span<const std::string> groups, TargetKind kind,
               std::uint64_t seed) {
    Units units;
    std::unordered_map<std::string, std::size_t> known;
    std::vector<std::map<std::size_t, double>> counts;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const std::string& name = groups.empty() ? samples[i].name : groups[i];
        const auto [place, is_new] = known.try_emplace(name, units.all.size());
        if (is_new) {
            units.all.push_back({.draw = draw_of(name, seed)});
            counts.emplace_back();
        }
        units.all[place->second].samples.push_back(i);
        for (const std::size_t label : counted_as(samples[i], kind)) {
            if (units.totals.size() <= label) units.totals.resize(label + 1, 0);
            ++units.totals[label];
            ++counts[place->second][label];
        }
    }
    for (std::size_t u = 0; u < units.all.size(); ++u) {
        units.all[u].counts.assign(counts[u].begin(), counts[u].end());
        units.all[u].unevenness = unevenness_of(units.all[u], units.totals.size());
    }
    return units;
}

/// The fold in which the unit does the least harm; of equally good ones that with the fewest images.
std::size_t best_fold(const Unit& unit, const Balance& balance, const std::vector<std::size_t>& sizes) {
    constexpr double kAlike = 1e-8;
    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t fold = 0; fold < sizes.size(); ++fold) {
        const double growth = balance.growth(unit, fold);
        const bool alike = std::abs(growth - least) <= kAlike;
        if (alike ? sizes[fold] >= sizes[best] : growth > least) continue;
        best = fold;
        least = growth;
    }
    return best;
}

std::vector<std::size_t> deal_out_units(std::span<const Sample> samples, std::span<const std::string> groups,
                                        TargetKind kind, const FoldOptions& options) {
    Units units = units_of(samples, groups, kind, options.seed);
    if (units.all.size() < options.folds)
        throw DataError(format_text("there are {} for {} folds: each needs one at least",
                                    count_of(units.all.size(), groups.empty() ? "image" : "group"), options.folds));
    std::ranges::sort(units.all, {}, [](const Unit& unit) { return std::tuple(-unit.unevenness, unit.draw); });
    Balance balance(options.folds, units.totals);
    std::vector<std::size_t> folds(samples.size()), sizes(options.folds, 0);
    for (const Unit& unit : units.all) {
        const std::size_t fold = best_fold(unit, balance, sizes);
        balance.add(unit, fold);
        sizes[fold] += unit.samples.size();
        for (const std::size_t sample : unit.samples) folds[sample] = fold;
    }
    return folds;
}

/// Each class in the order of a hash of the names, cut into runs. Images number i, i + folds, … of all, class by class,
/// say how many of a class a fold has: so neither classes nor folds differ by more than one.
std::vector<std::size_t> deal_out_classes(std::span<const Sample> samples, TargetKind kind,
                                          const FoldOptions& options) {
    if (samples.size() < options.folds)
        throw DataError(format_text("there are {} for {} folds: each needs one at least",
                                    count_of(samples.size(), "image"), options.folds));
    std::map<std::int64_t, std::vector<std::pair<std::uint64_t, std::size_t>>> by_class;
    for (std::size_t i = 0; i < samples.size(); ++i)
        by_class[kind == TargetKind::one_class ? samples[i].label : 0].emplace_back(
            draw_of(samples[i].name, options.seed), i);
    std::vector<std::size_t> folds(samples.size());
    std::size_t before = 0;  // images of the classes before
    for (auto& [label, drawn] : by_class) {
        std::ranges::sort(drawn);
        std::size_t next = 0;
        for (std::size_t fold = 0; fold < options.folds; ++fold)
            for (std::size_t j = (fold + options.folds - before % options.folds) % options.folds; j < drawn.size();
                 j += options.folds)
                folds[drawn[next++].second] = fold;
        before += drawn.size();
    }
    return folds;
}

}  // namespace

std::vector<std::size_t> folds_of(std::span<const Sample> samples, std::span<const std::string> groups, TargetKind kind,
                                  const FoldOptions& options) {
    if (groups.empty() && kind != TargetKind::labels) return deal_out_classes(samples, kind, options);
    return deal_out_units(samples, groups, kind, options);
}

}  // namespace graft

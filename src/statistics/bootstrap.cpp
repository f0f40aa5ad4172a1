#include "statistics/bootstrap.hpp"

#include <cmath>

#include "core/random.hpp"
#include "statistics/count_figures.hpp"
#include "statistics/intervals.hpp"

namespace graft {
namespace {

/// The means over the classes of which the areas say something.
RankingAreas mean_areas(std::span<const ImageRanking> rankings, std::span<const std::uint16_t> times) {
    RankingAreas sum;
    double with_auc = 0, with_precision = 0;
    for (const ImageRanking& ranking : rankings) {
        const RankingAreas areas = ranking.areas(times);
        if (!std::isnan(areas.roc_auc)) {
            sum.roc_auc += areas.roc_auc;
            with_auc += 1;
        }
        if (!std::isnan(areas.average_precision)) {
            sum.average_precision += areas.average_precision;
            with_precision += 1;
        }
    }
    return {with_auc > 0 ? sum.roc_auc / with_auc : kUnknown,
            with_precision > 0 ? sum.average_precision / with_precision : kUnknown};
}

/// What is added up over images, once or in a resample.
struct FigureSums {
    explicit FigureSums(std::size_t classes) : counts(classes) {}
    void add(const EvaluatedImage& image) {
        counts.add(image.truth, image.predicted);
        loss += image.loss;
        brier += image.brier;
    }
    ClassCounts counts;
    double loss = 0, brier = 0;
};

/// One value for each figure, in their order.
std::vector<double> values_of(const FigureSums& sums, const RankingAreas& areas, std::size_t images) {
    const CountFigures counted = count_figures(sums.counts);
    std::vector<double> values(counted.begin(), counted.end());
    const auto all = static_cast<double>(images);
    values.insert(values.end(), {areas.roc_auc, areas.average_precision, sums.loss / all, sums.brier / all});
    return values;
}

std::vector<MeasuredMetric> named_figures(const std::vector<double>& values) {
    std::vector<MeasuredMetric> figures;
    for (const std::string_view name : kCountFigures) figures.push_back({std::string(name)});
    figures.insert(figures.end(), {{"roc_auc"}, {"average_precision"}, {"loss", 0, false}, {"brier", 0, false}});
    for (std::size_t i = 0; i < figures.size(); ++i) figures[i].value = values[i];
    return figures;
}

}  // namespace

std::vector<MeasuredMetric> figures_with_intervals(std::span<const EvaluatedImage> images, std::size_t classes,
                                                   std::span<const ImageRanking> rankings,
                                                   const BootstrapRecord& bootstrap) {
    FigureSums sums(classes);
    for (const EvaluatedImage& image : images) sums.add(image);
    std::vector<std::uint16_t> times(images.size(), 1);
    if (images.empty()) return named_figures(values_of(sums, {kUnknown, kUnknown}, 1));
    std::vector<MeasuredMetric> figures = named_figures(values_of(sums, mean_areas(rankings, times), images.size()));
    std::vector<std::vector<double>> resampled(figures.size());
    for (std::int64_t r = 0; r < bootstrap.resamples; ++r) {
        Rng draws = Rng::stream(bootstrap.seed, "bootstrap", {static_cast<std::uint64_t>(r)});
        FigureSums again(classes);
        times.assign(images.size(), 0);
        for (std::size_t i = 0; i < images.size(); ++i) {
            const auto drawn = static_cast<std::size_t>(draws.uniform() * static_cast<double>(images.size()));
            ++times[drawn];
            again.add(images[drawn]);
        }
        const bool ranks = r < bootstrap.ranking_resamples && !rankings.empty();
        const RankingAreas areas = ranks ? mean_areas(rankings, times) : RankingAreas{kUnknown, kUnknown};
        const std::vector<double> values = values_of(again, areas, images.size());
        for (std::size_t i = 0; i < values.size(); ++i) resampled[i].push_back(values[i]);
    }
    for (std::size_t i = 0; i < figures.size(); ++i) figures[i].interval = percentiles(std::move(resampled[i]));
    return figures;
}

}  // namespace graft

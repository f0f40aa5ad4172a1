#include "statistics/count_figures.hpp"

#include <cmath>

namespace graft {
namespace {

double quotient(double part, double whole) { return whole == 0 ? 0 : part / whole; }

}  // namespace

CountFigures count_figures(const ClassCounts& counts) {
    double images = 0, right = 0, chance = 0, truth_squares = 0, predicted_squares = 0;
    double present = 0, seen = 0, recalls = 0, precisions = 0, f1s = 0, weighted_precision = 0, weighted_f1 = 0;
    for (std::size_t k = 0; k < counts.truth.size(); ++k) {
        const double truth = counts.truth[k], predicted = counts.predicted[k], both = counts.right[k];
        const double precision = quotient(both, predicted), f1 = quotient(2 * both, truth + predicted);
        images += truth;
        right += both;
        chance += truth * predicted;
        truth_squares += truth * truth;
        predicted_squares += predicted * predicted;
        present += truth > 0 ? 1 : 0;
        seen += truth + predicted > 0 ? 1 : 0;
        recalls += quotient(both, truth);
        precisions += precision;
        f1s += f1;
        weighted_precision += truth * precision;
        weighted_f1 += truth * f1;
    }
    const double squares = images * images;
    const double spread = (squares - truth_squares) * (squares - predicted_squares);
    const double agreement = images * right - chance;
    return {quotient(recalls, present),
            quotient(precisions, seen),
            quotient(recalls, seen),
            quotient(f1s, seen),
            quotient(weighted_precision, images),
            quotient(right, images),
            quotient(weighted_f1, images),
            agreement / (squares - chance),  // 0 / 0 where nothing is left to chance
            spread > 0 ? agreement / std::sqrt(spread) : 0};
}

}  // namespace graft

/// @file
/// How far predicted numbers are from the true ones.
#pragma once

#include <cstdint>

namespace graft {

/// The errors of one target. Memory does not grow with the number of images.
class RegressionErrors {
public:
    void add(double predicted, double truth);
    void add(const RegressionErrors& other);

    [[nodiscard]] std::int64_t images() const { return images_; }
    /// NaN without images.
    [[nodiscard]] double mae() const;
    [[nodiscard]] double rmse() const;
    /// 1 - squared errors / squared deviations from the mean of the truth, as scikit-learn's r2_score: for a truth that
    /// never changes 1 when every prediction is right, else 0. NaN for fewer than two images.
    [[nodiscard]] double r2() const;

private:
    std::int64_t images_ = 0;
    double absolute_ = 0, squared_ = 0;  // sums of errors
    double mean_ = 0, deviations_ = 0;   // of the truth: its mean, the sum of squared deviations from it
};

}  // namespace graft

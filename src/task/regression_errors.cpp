#include "task/regression_errors.hpp"

#include <cmath>
#include <limits>

namespace graft {

void RegressionErrors::add(double predicted, double truth) {
    const double error = predicted - truth;
    ++images_;
    absolute_ += std::abs(error);
    squared_ += error * error;
    const double before = truth - mean_;
    mean_ += before / static_cast<double>(images_);
    deviations_ += before * (truth - mean_);
}

void RegressionErrors::add(const RegressionErrors& other) {
    if (other.images_ == 0) return;
    const auto mine = static_cast<double>(images_), theirs = static_cast<double>(other.images_);
    const double apart = other.mean_ - mean_;
    deviations_ += other.deviations_ + apart * apart * mine * theirs / (mine + theirs);
    mean_ += apart * theirs / (mine + theirs);
    images_ += other.images_;
    absolute_ += other.absolute_;
    squared_ += other.squared_;
}

double RegressionErrors::mae() const { return absolute_ / static_cast<double>(images_); }

double RegressionErrors::rmse() const { return std::sqrt(squared_ / static_cast<double>(images_)); }

double RegressionErrors::r2() const {
    if (images_ < 2) return std::numeric_limits<double>::quiet_NaN();
    if (deviations_ == 0) return squared_ == 0 ? 1 : 0;
    return 1 - squared_ / deviations_;
}

}  // namespace graft

#include "network/probe.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "network/network_input.hpp"

namespace graft {
namespace {

constexpr double kTolerance = 1e-4;      // of the largest value
constexpr double kSmallestReach = 1e-6;  // below, everything is rounding

double largest_of(const at::Tensor& values) { return values.numel() == 0 ? 0 : values.abs().max().item<double>(); }

}  // namespace

at::Tensor normalised_probe(const Preprocessing& preprocessing) { return example_input(preprocessing) / 64 - 2; }

OutputDifference difference_between(const at::Tensor& found, const at::Tensor& expected) {
    OutputDifference difference{std::numeric_limits<double>::infinity(), largest_of(expected)};
    if (found.sizes() != expected.sizes()) return difference;
    const double largest = largest_of(found - expected);
    if (std::isfinite(largest)) difference.largest = largest;
    return difference;
}

bool OutputDifference::is_rounding() const { return largest <= kTolerance * std::max(reach, kSmallestReach); }

bool agree(const at::Tensor& found, const at::Tensor& expected) {
    return difference_between(found, expected).is_rounding();
}

std::string text_of(const OutputDifference& difference) {
    if (std::isinf(difference.largest)) return "gives another shape, or values that are not numbers";
    return format_text("differs by {} where outputs reach {}", four_digits(difference.largest),
                       four_digits(difference.reach));
}

}  // namespace graft

#include "train/sampling.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <utility>

namespace graft {
namespace {

/// The samples of a class, and how often an epoch draws each of them on average.
struct DrawnClass {
    std::vector<std::size_t> samples;
    double draws = 1;
};

std::vector<DrawnClass> drawn_classes(const at::Tensor& labels, double exponent) {
    const at::Tensor flat = labels.contiguous();
    const std::span<const std::int64_t> values(flat.data_ptr<std::int64_t>(), static_cast<std::size_t>(flat.numel()));
    std::map<std::int64_t, DrawnClass> by_label;
    for (std::size_t i = 0; i < values.size(); ++i) by_label[values[i]].samples.push_back(i);
    double all = 0;
    std::vector<DrawnClass> classes;
    for (auto& [label, drawn] : by_label) {
        const auto size = static_cast<double>(drawn.samples.size());
        drawn.draws = std::pow(size, -exponent);
        all += size * drawn.draws;
        classes.push_back(std::move(drawn));
    }
    for (DrawnClass& drawn : classes) drawn.draws *= static_cast<double>(values.size()) / all;
    return classes;
}

/// Systematic sampling: samples lie side by side on a line, each as long as the draws it is due, and a comb with teeth
/// one apart is laid over it. What lies under a tooth is drawn.
std::vector<std::size_t> comb_over(std::vector<DrawnClass> classes, std::size_t teeth, Rng& rng) {
    for (DrawnClass& drawn : classes) shuffle(std::span(drawn.samples), rng);
    const double first_tooth = rng.uniform();
    std::vector<std::size_t> order;
    double start = 0;  // of a class on the line
    for (const DrawnClass& drawn : classes) {
        const auto size = drawn.samples.size();
        const double end = start + static_cast<double>(size) * drawn.draws;
        const bool last = &drawn == &classes.back();
        for (double tooth = static_cast<double>(order.size()) + first_tooth;
             order.size() < teeth && (last || tooth < end); tooth = static_cast<double>(order.size()) + first_tooth) {
            const auto place = static_cast<std::size_t>(std::max((tooth - start) / drawn.draws, 0.0));
            order.push_back(drawn.samples[std::min(place, size - 1)]);  // rounding may lead just beyond an end
        }
        start = end;
    }
    return order;
}

}  // namespace

std::vector<std::size_t> shuffled(std::size_t size, Rng& rng) {
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    shuffle(std::span(order), rng);
    return order;
}

EpochOrder balanced_order(const at::Tensor& labels, double exponent) {
    const auto size = static_cast<std::size_t>(labels.numel());
    return [classes = drawn_classes(labels, exponent), size](Rng& rng) {
        std::vector<std::size_t> order = comb_over(classes, size, rng);
        shuffle(std::span(order), rng);
        return order;
    };
}

}  // namespace graft

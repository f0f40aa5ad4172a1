#include "insight/confident_learning.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>

namespace graft {
namespace {

using Row = std::vector<double>;
using Counts = std::vector<std::vector<std::int64_t>>;

std::size_t most_probable(std::span<const float> row) {
    return static_cast<std::size_t>(std::ranges::max_element(row) - row.begin());
}

Row confident_thresholds(std::span<const std::int64_t> labels, const HeldOutProbabilities& probabilities) {
    constexpr double nothing_reaches = 2, least = 2e-6;
    Row sums(probabilities.classes), counts(probabilities.classes);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto label = static_cast<std::size_t>(labels[i]);
        sums[label] += probabilities.of(i)[label];
        ++counts[label];
    }
    for (std::size_t k = 0; k < sums.size(); ++k)
        sums[k] = counts[k] > 0 ? std::max(sums[k] / counts[k], least) : nothing_reaches;
    return sums;
}

/// The class that an image is confidently of.
std::optional<std::size_t> confident_class(std::span<const float> row, const Row& thresholds) {
    constexpr double tolerance = 1e-6;
    std::size_t reached = 0, last = 0;
    for (std::size_t k = 0; k < row.size(); ++k)
        if (row[k] >= thresholds[k] - tolerance) {
            ++reached;
            last = k;
        }
    if (reached == 0) return std::nullopt;
    return reached == 1 ? last : most_probable(row);
}

/// Whole numbers of the same sum: those that rounding changed most give way.
std::vector<std::int64_t> rounded_with_sum(const Row& values) {
    std::vector<std::int64_t> rounded(values.size());
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        rounded[i] = std::llrint(values[i]);
        sum += values[i];
    }
    std::int64_t missing = std::llrint(sum) - std::accumulate(rounded.begin(), rounded.end(), std::int64_t{0});
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto left_over = [&](std::size_t i) { return values[i] - static_cast<double>(rounded[i]); };
    while (missing != 0) {
        const std::int64_t step = missing > 0 ? 1 : -1;
        std::ranges::sort(order);
        std::ranges::stable_sort(order, {}, left_over);
        if (step > 0) std::ranges::reverse(order);
        for (std::size_t i = 0; i < order.size() && missing != 0; ++i, missing -= step) rounded[order[i]] += step;
    }
    return rounded;
}

/// Of the images with one label: how many to leave out as of each other class. At least one image stays.
/// Where its own count has to grow for that, the others shrink evenly.
Row prune_fractions(const std::vector<std::int64_t>& joint_row, std::size_t label) {
    const auto own = static_cast<double>(joint_row[label]);
    const double grown = std::max(own, 1.0);
    const auto others =
        static_cast<double>(std::ranges::count_if(joint_row, [](auto count) { return count != 0; })) - 1;
    Row row;
    for (const std::int64_t count : joint_row)
        row.push_back(std::trunc(std::max(0.0, static_cast<double>(count) - (grown - own) / std::max(others, 1.0))));
    row[label] = grown;
    return row;
}

/// Marks the `count` images of `members` with the largest p_other - p_label.
void mark_largest_margins(const std::vector<std::size_t>& members, std::size_t label, std::size_t other,
                          std::size_t count, const HeldOutProbabilities& probabilities, std::vector<bool>& marked) {
    std::vector<std::size_t> order = members;
    const auto margin = [&](std::size_t i) {
        return static_cast<double>(probabilities.of(i)[other]) - probabilities.of(i)[label];
    };
    std::ranges::stable_sort(order, std::greater(), margin);
    for (std::size_t i = 0; i < std::min(count, order.size()); ++i) marked[order[i]] = true;
}

}  // namespace

Counts confident_joint(std::span<const std::int64_t> labels, const HeldOutProbabilities& probabilities) {
    const std::size_t classes = probabilities.classes;
    const Row thresholds = confident_thresholds(labels, probabilities);
    std::vector<Row> joint(classes, Row(classes));
    Row labelled(classes);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto label = static_cast<std::size_t>(labels[i]);
        ++labelled[label];
        if (const auto found = confident_class(probabilities.of(i), thresholds)) ++joint[label][*found];
    }
    Counts counts;
    for (std::size_t label = 0; label < classes; ++label) {
        Row& row = joint[label];
        row[label] = std::max(row[label], 1.0);
        const double confident = std::accumulate(row.begin(), row.end(), 0.0);
        for (double& count : row) count = count / confident * labelled[label];
        counts.push_back(rounded_with_sum(row));
    }
    return counts;
}

std::vector<LabelError> find_label_errors(std::span<const std::int64_t> labels,
                                          const HeldOutProbabilities& probabilities) {
    const std::size_t classes = probabilities.classes;
    const Counts joint = confident_joint(labels, probabilities);
    std::vector<std::vector<std::size_t>> members(classes);
    for (std::size_t i = 0; i < labels.size(); ++i) members[static_cast<std::size_t>(labels[i])].push_back(i);
    std::vector<bool> marked(labels.size());
    for (std::size_t label = 0; label < classes; ++label) {
        if (members[label].size() <= 1) continue;  // a class keeps an image
        const Row counts = prune_fractions(joint[label], label);
        for (std::size_t other = 0; other < classes; ++other)
            if (other != label && counts[other] > 0)
                mark_largest_margins(members[label], label, other, static_cast<std::size_t>(counts[other]),
                                     probabilities, marked);
    }
    std::vector<LabelError> errors;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::span<const float> row = probabilities.of(i);
        const auto label = static_cast<std::size_t>(labels[i]), best = most_probable(row);
        if (marked[i] && best != label) errors.push_back({i, row[label], static_cast<std::int64_t>(best)});
    }
    std::ranges::stable_sort(errors, {}, &LabelError::probability);
    return errors;
}

}  // namespace graft

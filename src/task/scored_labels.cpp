#include "task/scored_labels.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "record/metric.hpp"

namespace graft {
double LabelCounts::precision() const { return ratio(right, found); }
double LabelCounts::recall() const { return ratio(right, there); }
double LabelCounts::f1() const { return ratio(2 * right, found + there); }

LabelCounts& LabelCounts::operator+=(const LabelCounts& other) {
    right += other.right;
    found += other.found;
    there += other.there;
    images += other.images;
    return *this;
}

void ScoredLabel::add(float score, bool there) {
    scores_.push_back(score);
    there_.push_back(there ? 1 : 0);
}

void ScoredLabel::add(const ScoredLabel& other) {
    scores_.insert(scores_.end(), other.scores_.begin(), other.scores_.end());
    there_.insert(there_.end(), other.there_.begin(), other.there_.end());
}

LabelCounts ScoredLabel::counts(float threshold) const {
    LabelCounts counts{.images = static_cast<std::int64_t>(scores_.size())};
    for (std::size_t i = 0; i < scores_.size(); ++i) {
        const bool found = scores_[i] >= threshold, there = there_[i] != 0;
        counts.found += found ? 1 : 0;
        counts.there += there ? 1 : 0;
        counts.right += found && there ? 1 : 0;
    }
    return counts;
}

template <class Visit>
void ScoredLabel::for_each_threshold(const Visit& visit) const {
    std::vector<std::size_t> order(scores_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores_[a] > scores_[b]; });
    LabelCounts counts{.there = std::ranges::count(there_, 1), .images = static_cast<std::int64_t>(scores_.size())};
    for (std::size_t i = 0; i < order.size(); ++i) {
        ++counts.found;
        counts.right += there_[order[i]];
        const bool last_of_its_score = i + 1 == order.size() || scores_[order[i + 1]] != scores_[order[i]];
        if (last_of_its_score) visit(scores_[order[i]], counts);
    }
}

double ScoredLabel::average_precision() const {
    double sum = 0, recall = 0;
    for_each_threshold([&](float, const LabelCounts& counts) {
        sum += (counts.recall() - recall) * counts.precision();
        recall = counts.recall();
    });
    return sum;
}

std::optional<float> ScoredLabel::best_f1() const {
    std::optional<float> best;
    double highest = 0;
    for_each_threshold([&](float score, const LabelCounts& counts) {
        if (counts.right == 0 || counts.f1() < highest) return;
        highest = counts.f1();
        best = score;
    });
    return best;
}

std::optional<float> ScoredLabel::with_precision(double least) const {
    std::optional<float> lowest;
    for_each_threshold([&](float score, const LabelCounts& counts) {
        if (counts.right > 0 && counts.precision() >= least) lowest = score;
    });
    return lowest;
}

std::optional<ScoredLabel::Reached> ScoredLabel::best_precision() const {
    std::optional<Reached> best;
    for_each_threshold([&](float score, const LabelCounts& counts) {
        if (counts.right > 0 && (!best || counts.precision() >= best->precision)) best = {counts.precision(), score};
    });
    return best;
}

std::optional<float> ScoredLabel::with_recall(double least) const {
    std::optional<float> highest;
    for_each_threshold([&](float score, const LabelCounts& counts) {
        if (!highest && counts.right > 0 && counts.recall() >= least) highest = score;
    });
    return highest;
}

}  // namespace graft

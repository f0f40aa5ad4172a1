#include "task/metrics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/ranking.hpp"
#include "record/metric.hpp"

namespace graft {
namespace {

ClassRecord class_record(const std::string& name, std::size_t index,
                         const std::vector<std::vector<std::int64_t>>& confusion) {
    ClassRecord record{.name = name};
    std::int64_t predicted = 0;
    for (std::size_t other = 0; other < confusion.size(); ++other) {
        record.support += confusion[index][other];
        predicted += confusion[other][index];
    }
    record.precision = ratio(confusion[index][index], predicted);
    record.recall = ratio(confusion[index][index], record.support);
    const double sum = record.precision + record.recall;
    record.f1 = sum > 0 ? 2 * record.precision * record.recall / sum : 0;
    return record;
}

}  // namespace

ClassificationMetrics::ClassificationMetrics(std::vector<std::string> classes, std::span<const std::int64_t> top_k)
    : classes_(std::move(classes)), top_k_{1} {
    for (const std::int64_t k : top_k)
        if (k > 1 && k < static_cast<std::int64_t>(classes_.size())) top_k_.push_back(k);
    std::ranges::sort(top_k_);
    top_k_.erase(std::ranges::unique(top_k_).begin(), top_k_.end());
    top_k_hits_.resize(top_k_.size());
    confusion_.assign(classes_.size(), std::vector<std::int64_t>(classes_.size()));
}

std::size_t ClassificationMetrics::add(std::int64_t label, std::span<const float> probabilities) {
    assert(probabilities.size() == classes_.size() && label >= 0 && label < static_cast<std::int64_t>(classes_.size()));
    const auto truth = static_cast<std::size_t>(label);
    const std::vector<std::size_t> ranked = top_indices(probabilities, static_cast<std::size_t>(top_k_.back()));
    ++images_;
    ++confusion_[truth][ranked.front()];
    loss_sum_ -= std::log(std::max(static_cast<double>(probabilities[truth]), 1e-12));
    for (std::size_t i = 0; i < top_k_.size(); ++i) {
        const auto end = ranked.begin() + top_k_[i];
        if (std::find(ranked.begin(), end, truth) != end) ++top_k_hits_[i];
    }
    return ranked.front();
}

void ClassificationMetrics::add(const ClassificationMetrics& other) {
    assert(other.classes_ == classes_ && other.top_k_ == top_k_);
    images_ += other.images_;
    loss_sum_ += other.loss_sum_;
    for (std::size_t i = 0; i < top_k_.size(); ++i) top_k_hits_[i] += other.top_k_hits_[i];
    for (std::size_t i = 0; i < confusion_.size(); ++i)
        for (std::size_t j = 0; j < confusion_.size(); ++j) confusion_[i][j] += other.confusion_[i][j];
}

EvaluationRecord ClassificationMetrics::finish(const std::string& source) const {
    ClassificationRecord record{.confusion = confusion_};
    for (std::size_t i = 0; i < top_k_.size(); ++i)
        record.top_k.emplace_back(top_k_[i], ratio(top_k_hits_[i], images_));
    record.accuracy = record.top_k.front().second;
    record.loss = images_ == 0 ? 0 : loss_sum_ / static_cast<double>(images_);
    for (std::size_t i = 0; i < classes_.size(); ++i)
        record.classes.push_back(class_record(classes_[i], i, confusion_));
    return {.source = source, .images = images_, .result = std::move(record)};
}

}  // namespace graft

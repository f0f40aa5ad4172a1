#include "statistics/classification_metrics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <set>

#include "core/ranking.hpp"
#include "core/text.hpp"
#include "record/metric.hpp"
#include "statistics/bootstrap.hpp"
#include "statistics/intervals.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostScores = 250'000'000;
constexpr std::size_t kMostConfusedPairs = 20;
constexpr double kLeastLikely = 1e-12;  // a class that was ruled out has a finite loss

using Confusion = std::vector<std::vector<std::int64_t>>;

ClassRecord counted_class(const std::string& name, std::size_t index, const Confusion& confusion) {
    ClassRecord record{.name = name};
    for (std::size_t other = 0; other < confusion.size(); ++other) {
        record.support += confusion[index][other];
        record.predicted += confusion[other][index];
    }
    const std::int64_t right = confusion[index][index];
    record.precision = ratio(right, record.predicted);
    record.recall = ratio(right, record.support);
    record.precision_interval = wilson(right, record.predicted);
    record.recall_interval = wilson(right, record.support);
    const double sum = record.precision + record.recall;
    record.f1 = sum > 0 ? 2 * record.precision * record.recall / sum : 0;
    return record;
}

std::vector<ConfusedPair> most_confused(const std::vector<ClassRecord>& classes, const Confusion& confusion) {
    std::vector<ConfusedPair> pairs;
    for (std::size_t i = 0; i < classes.size(); ++i)
        for (std::size_t j = 0; j < classes.size(); ++j)
            if (i != j && confusion[i][j] > 0)
                pairs.push_back(
                    {classes[i].name, classes[j].name, confusion[i][j], ratio(confusion[i][j], classes[i].support)});
    std::ranges::stable_sort(pairs, std::greater(), &ConfusedPair::images);
    if (pairs.size() > kMostConfusedPairs) pairs.resize(kMostConfusedPairs);
    return pairs;
}

/// As scikit-learn's brier_score_loss: of two classes half of the sum over both.
double brier_of(std::span<const float> probabilities, std::size_t truth) {
    double sum = 0;
    for (std::size_t k = 0; k < probabilities.size(); ++k) {
        const double wrong = probabilities[k] - (k == truth ? 1.0 : 0.0);
        sum += wrong * wrong;
    }
    return probabilities.size() == 2 ? sum / 2 : sum;
}

}  // namespace

ClassificationMetrics::ClassificationMetrics(ClassificationContext context) : context_(std::move(context)), top_k_{1} {
    for (const std::int64_t k : context_.top_k)
        if (k > 1 && k < static_cast<std::int64_t>(context_.classes.size())) top_k_.push_back(k);
    std::ranges::sort(top_k_);
    top_k_.erase(std::ranges::unique(top_k_).begin(), top_k_.end());
    top_k_hits_.resize(top_k_.size());
}

std::size_t ClassificationMetrics::add(std::int64_t label, std::span<const float> probabilities,
                                       std::string_view folder, double distance) {
    assert(probabilities.size() == context_.classes.size() && label >= 0 &&
           label < static_cast<std::int64_t>(context_.classes.size()));
    const auto truth = static_cast<std::size_t>(label);
    const std::vector<std::size_t> ranked = top_indices(probabilities, static_cast<std::size_t>(top_k_.back()));
    for (std::size_t i = 0; i < top_k_.size(); ++i) {
        const auto end = ranked.begin() + top_k_[i];
        if (std::find(ranked.begin(), end, truth) != end) ++top_k_hits_[i];
    }
    const std::size_t predicted = ranked.front();
    const Image image{static_cast<std::uint32_t>(truth), static_cast<std::uint32_t>(predicted),
                      brier_of(probabilities, truth)};
    images_.push_back(image);
    confidences_.push_back({probabilities[predicted], predicted == truth,
                            -std::log(std::max(static_cast<double>(probabilities[truth]), kLeastLikely))});
    if (context_.temperature != 1)
        uncalibrated_.push_back(confidence_of(scores_behind(probabilities, context_.temperature), label, 1));
    if (context_.decision.answers(probabilities, distance)) {
        ++answered_;
        answered_right_ += predicted == truth ? 1 : 0;
    }
    keep_scores(probabilities);
    if (!folder.empty()) add_to_folder(folder, image, 1, predicted == truth ? 1 : 0);
    return predicted;
}

void ClassificationMetrics::keep_scores(std::span<const float> probabilities) {
    too_many_scores_ = too_many_scores_ || scores_.size() + probabilities.size() > kMostScores;
    if (too_many_scores_)
        scores_ = {};
    else
        scores_.insert(scores_.end(), probabilities.begin(), probabilities.end());
}

void ClassificationMetrics::add_to_folder(std::string_view name, const Image& image, std::int64_t images,
                                          std::int64_t right) {
    auto found = folders_.find(name);
    if (found == folders_.end()) found = folders_.emplace(name, Folder{.truth = image.truth}).first;
    Folder& folder = found->second;
    folder.images += images;
    folder.right += right;
    folder.one_class = folder.one_class && folder.truth == image.truth;
}

void ClassificationMetrics::add(const ClassificationMetrics& other) {
    assert(other.context_.classes == context_.classes && other.top_k_ == top_k_);
    for (std::size_t i = 0; i < top_k_.size(); ++i) top_k_hits_[i] += other.top_k_hits_[i];
    answered_ += other.answered_;
    answered_right_ += other.answered_right_;
    images_.insert(images_.end(), other.images_.begin(), other.images_.end());
    confidences_.insert(confidences_.end(), other.confidences_.begin(), other.confidences_.end());
    uncalibrated_.insert(uncalibrated_.end(), other.uncalibrated_.begin(), other.uncalibrated_.end());
    too_many_scores_ = too_many_scores_ || other.too_many_scores_;
    keep_scores(other.scores_);
    for (const auto& [name, folder] : other.folders_) {
        add_to_folder(name, {folder.truth, 0, 0}, folder.images, folder.right);
        if (!folder.one_class) folders_.find(name)->second.one_class = false;
    }
}

std::vector<ClassRecord> ClassificationMetrics::class_records(const Confusion& confusion) const {
    std::vector<ClassRecord> records;
    for (std::size_t i = 0; i < context_.classes.size(); ++i)
        records.push_back(counted_class(context_.classes[i], i, confusion));
    return records;
}

/// None where folders are the classes, or there is one: they would say nothing new.
std::vector<FolderRecord> ClassificationMetrics::folder_records() const {
    std::set<std::uint32_t> classes;
    bool mixed = false;
    for (const auto& [name, folder] : folders_) {
        classes.insert(folder.truth);
        mixed = mixed || !folder.one_class;
    }
    if (folders_.size() < 2 || (!mixed && classes.size() == folders_.size())) return {};
    std::vector<FolderRecord> records;
    for (const auto& [name, folder] : folders_)
        records.push_back({name, folder.images, folder.right, ratio(folder.right, folder.images),
                           wilson(folder.right, folder.images)});
    return records;
}

DecisionRecord ClassificationMetrics::decision_record() const {
    return {.min_confidence = context_.decision.min_confidence,
            .min_margin = context_.decision.min_margin,
            .max_distance = context_.decision.max_distance.value_or(kUnknown),
            .answered = answered_,
            .accuracy = answered_ == 0 ? kUnknown : ratio(answered_right_, answered_),
            .interval = wilson(answered_right_, answered_)};
}

void ClassificationMetrics::add_figures(ClassificationRecord& record) const {
    const auto images = std::ssize(images_);
    for (std::size_t i = 0; i < top_k_.size(); ++i)
        record.figures.push_back({i == 0 ? "accuracy" : format_text("top_{}", top_k_[i]), record.top_k[i].second, true,
                                  wilson(top_k_hits_[i], images)});
    std::vector<EvaluatedImage> evaluated;
    for (std::size_t i = 0; i < images_.size(); ++i)
        evaluated.push_back({images_[i].truth, images_[i].predicted, confidences_[i].loss, images_[i].brier});
    const std::size_t classes = context_.classes.size();
    std::vector<ImageRanking> rankings;
    const std::vector<std::uint16_t> once(images_.size(), 1);
    for (std::size_t k = 0; k < classes && !too_many_scores_; ++k) {
        const ImageRanking ranking(
            images_.size(), [&](std::size_t i) { return scores_[i * classes + k]; },
            [&](std::size_t i) { return images_[i].truth == k; });
        const RankingAreas areas = ranking.areas(once);
        record.classes[k].roc_auc = areas.roc_auc;
        record.classes[k].average_precision = areas.average_precision;
        rankings.push_back(ranking);
    }
    std::ranges::move(figures_with_intervals(evaluated, classes, rankings, record.bootstrap),
                      std::back_inserter(record.figures));
    record.figures.push_back({"ece", record.reliability.ece, false, record.reliability.ece_interval});
}

EvaluationRecord ClassificationMetrics::finish(const std::string& source) const {
    const auto images = std::ssize(images_);
    const std::size_t classes = context_.classes.size();
    ClassificationRecord record{.confusion = Confusion(classes, std::vector<std::int64_t>(classes))};
    for (const Image& image : images_) ++record.confusion[image.truth][image.predicted];
    for (std::size_t i = 0; i < top_k_.size(); ++i) record.top_k.emplace_back(top_k_[i], ratio(top_k_hits_[i], images));
    record.accuracy = record.top_k.front().second;
    record.bootstrap = bootstrap_of(images, static_cast<std::int64_t>(classes));
    record.reliability = reliability_of(confidences_, record.bootstrap);
    record.loss = record.reliability.loss;
    if (context_.temperature != 1) record.uncalibrated = reliability_of(uncalibrated_, record.bootstrap);
    record.classes = class_records(record.confusion);
    record.confused = most_confused(record.classes, record.confusion);
    record.coverage = coverage_of(confidences_);
    const auto commonest = std::ranges::max_element(record.classes, {}, &ClassRecord::support);
    record.baseline = {commonest->name, ratio(commonest->support, images)};
    record.folders = folder_records();
    add_figures(record);
    EvaluationRecord all{.source = source, .images = images, .result = std::move(record)};
    if (context_.decision.may_refuse()) all.decision = decision_record();
    return all;
}

}  // namespace graft

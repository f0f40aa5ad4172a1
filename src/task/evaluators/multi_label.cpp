/// Counts of any number of classes per image. What an image does not say counts nowhere.
#include <algorithm>
#include <cmath>
#include <limits>

#include "record/csv.hpp"
#include "record/table_names.hpp"
#include "task/evaluator.hpp"
#include "task/scored_labels.hpp"

namespace graft {
namespace {

constexpr double kNothingKnown = std::numeric_limits<double>::quiet_NaN();

/// NaN of nothing.
double share(std::int64_t part, std::int64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

class MultiLabelEvaluator final : public Evaluator {
public:
    explicit MultiLabelEvaluator(const EvaluatorContext& context)
        : classes_(context.outputs), thresholds_(context.thresholds), scored_(context.outputs.size()) {}

    void add(const Sample& sample, const ModelOutput& output) override {
        const std::span<const float> probabilities = output.values;
        ++images_;
        if (!std::ranges::all_of(sample.values, [](float truth) { return std::isnan(truth); })) {
            ++told_;
            exact_ += all_right(sample, probabilities) ? 1 : 0;
        }
        for (std::size_t k = 0; k < classes_.size(); ++k) {
            const float truth = sample.values[k], probability = probabilities[k];
            if (std::isnan(truth)) continue;
            scored_[k].add(probability, truth > 0.5F);
            const double of_truth = truth > 0.5F ? probability : 1 - double{probability};
            loss_sum_ -= std::log(std::max(of_truth, 1e-12));
        }
    }

    void add(const Evaluator& other) override {
        const auto& more = dynamic_cast<const MultiLabelEvaluator&>(other);
        images_ += more.images_;
        told_ += more.told_;
        exact_ += more.exact_;
        loss_sum_ += more.loss_sum_;
        for (std::size_t k = 0; k < scored_.size(); ++k) scored_[k].add(more.scored_[k]);
    }

    [[nodiscard]] EvaluationRecord finish(const std::string& source) const override {
        MultiLabelRecord record{.exact_match = share(exact_, told_)};
        LabelCounts all;
        double measured = 0;
        for (std::size_t k = 0; k < classes_.size(); ++k) {
            const LabelCounts counts = scored_[k].counts(thresholds_[k]);
            const bool is_known = counts.images > 0;
            record.classes.push_back({.name = classes_[k],
                                      .average_precision = is_known ? scored_[k].average_precision() : kNothingKnown,
                                      .precision = is_known ? counts.precision() : kNothingKnown,
                                      .recall = is_known ? counts.recall() : kNothingKnown,
                                      .f1 = is_known ? counts.f1() : kNothingKnown,
                                      .support = counts.there,
                                      .known = counts.images,
                                      .threshold = thresholds_[k]});
            all += counts;
            if (!is_known) continue;
            measured += 1;
            record.mean_average_precision += record.classes.back().average_precision;
            record.macro_f1 += record.classes.back().f1;
        }
        record.mean_average_precision /= measured;  // NaN where nothing is known
        record.macro_f1 /= measured;
        record.micro_f1 = all.images > 0 ? all.f1() : kNothingKnown;
        record.hamming_loss = share(all.wrong(), all.images);
        record.loss = loss_sum_ / static_cast<double>(all.images);
        return {.source = source, .images = images_, .result = std::move(record)};
    }

    /// True classes, found classes, whether every known one was found right, and a probability per class.
    [[nodiscard]] std::string columns() const override {
        const std::vector<std::string> fixed = {"file", "classes", "predicted", "correct"};
        return "classes,predicted,correct," + csv_line(headings_of(classes_, fixed));
    }
    [[nodiscard]] std::string cells(const Sample& sample, std::span<const float> probabilities) const override {
        const auto names_where = [&](const auto& holds) {
            std::vector<std::string> names;
            for (std::size_t k = 0; k < classes_.size(); ++k)
                if (holds(k)) names.push_back(classes_[k]);
            return csv_field(class_cell(names));
        };
        std::string text = names_where([&](std::size_t k) { return sample.values[k] > 0.5F; }) + "," +
                           names_where([&](std::size_t k) { return probabilities[k] >= thresholds_[k]; }) +
                           (all_right(sample, probabilities) ? ",1" : ",0");
        for (const float probability : probabilities) text += "," + shortest(probability);
        return text;
    }
    [[nodiscard]] Json object(const Sample& sample, const ModelOutput& output) const override {
        const std::span<const float> probabilities = output.values;
        Json true_classes = Json::array(), found = Json::array();
        for (std::size_t k = 0; k < classes_.size(); ++k) {
            if (sample.values[k] > 0.5F) true_classes.push_back(classes_[k]);
            if (probabilities[k] >= thresholds_[k]) found.push_back(classes_[k]);
        }
        return {{"classes", true_classes},
                {"predicted", found},
                {"correct", all_right(sample, probabilities)},
                {"probabilities", by_name(classes_, probabilities)}};
    }

private:
    [[nodiscard]] bool all_right(const Sample& sample, std::span<const float> probabilities) const {
        for (std::size_t k = 0; k < classes_.size(); ++k)
            if (!std::isnan(sample.values[k]) && (sample.values[k] > 0.5F) != (probabilities[k] >= thresholds_[k]))
                return false;
        return true;
    }

    std::vector<std::string> classes_;
    std::vector<float> thresholds_;
    std::vector<ScoredLabel> scored_;
    std::int64_t images_ = 0, told_ = 0, exact_ = 0;  // images; of which a class is known; of those, all right
    double loss_sum_ = 0;
};

}  // namespace

std::unique_ptr<Evaluator> multi_label_evaluator(const EvaluatorContext& context) {
    return std::make_unique<MultiLabelEvaluator>(context);
}

}  // namespace graft

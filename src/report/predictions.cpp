#include "report/predictions.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_map>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "record/table_names.hpp"
#include "report/csv_rows.hpp"

namespace graft {
namespace {

using Row = std::span<const std::string>;
constexpr std::size_t kBeforeProbabilities = 4;  ///< file, class(es), predicted, correct

/// NaN where there is no number.
double number_in(const std::string& cell) {
    double value = std::numeric_limits<double>::quiet_NaN();
    std::from_chars(cell.data(), cell.data() + cell.size(), value);
    return value;
}

using ClassNumbers = std::unordered_map<std::string, std::uint32_t>;

template <class Rows>
ClassNumbers numbers_of(const Rows& classes) {
    ClassNumbers numbers;
    for (std::uint32_t i = 0; i < classes.size(); ++i) numbers.emplace(classes[i].name, i);
    return numbers;
}

ClassPrediction class_prediction(Row row, const ClassNumbers& numbers) {
    ClassPrediction image{.name = row[0], .truth = numbers.at(row[1]), .predicted = numbers.at(row[2])};
    image.confidence = static_cast<float>(number_in(row[kBeforeProbabilities + image.predicted]));
    image.truth_probability = static_cast<float>(number_in(row[kBeforeProbabilities + image.truth]));
    return image;
}

LabelPrediction label_prediction(Row row, const MultiLabelRecord& record) {
    LabelPrediction image{.name = row[0], .truth = row[1], .found = row[2], .right = row[3] == "1"};
    for (std::size_t k = 0; k < record.classes.size() && !image.right; ++k) {
        const bool is = names_class(image.truth, record.classes[k].name);
        const bool said = names_class(image.found, record.classes[k].name);
        if (is == said) continue;
        const auto probability = static_cast<float>(number_in(row[kBeforeProbabilities + k]));
        const float surprise = said ? probability : 1 - probability;
        if (surprise <= image.surprise) continue;
        image.surprise = surprise;
        image.surprising = static_cast<std::uint32_t>(k);
    }
    return image;
}

/// Takes the rows of one task.
class RowsOfTask {
public:
    RowsOfTask(const std::filesystem::path& file, const EvaluationRecord& record) : file_(file), record_(record) {
        if (const auto* of = std::get_if<ClassificationRecord>(&record.result)) {
            numbers_ = numbers_of(of->classes);
            columns_ = kBeforeProbabilities + of->classes.size();
        } else if (const auto* labels = std::get_if<MultiLabelRecord>(&record.result)) {
            columns_ = kBeforeProbabilities + labels->classes.size();
        } else {
            found_.numbers.resize(record.regression().targets.size());
            columns_ = 1 + 2 * found_.numbers.size();
        }
    }

    void take(Row row) {
        if (row.size() != columns_) fail();
        if (std::exchange(is_header_, false)) return;
        if (std::holds_alternative<ClassificationRecord>(record_.result)) {
            if (!numbers_.contains(row[1]) || !numbers_.contains(row[2])) fail();
            found_.classes.push_back(class_prediction(row, numbers_));
        } else if (const auto* labels = std::get_if<MultiLabelRecord>(&record_.result)) {
            found_.labels.push_back(label_prediction(row, *labels));
        } else {
            for (std::size_t k = 0; k < found_.numbers.size(); ++k)
                if (!row[1 + 2 * k].empty())
                    found_.numbers[k].push_back({row[0], number_in(row[1 + 2 * k]), number_in(row[2 + 2 * k])});
        }
    }
    Predictions finish() { return std::move(found_); }

private:
    [[noreturn]] void fail() const {
        throw DataError(format_text("{}: is not of the evaluation beside it; evaluate once more", file_));
    }

    const std::filesystem::path& file_;
    const EvaluationRecord& record_;
    ClassNumbers numbers_;
    std::size_t columns_ = 0;
    bool is_header_ = true;
    Predictions found_;
};

}  // namespace

Predictions read_predictions(const std::filesystem::path& file, const EvaluationRecord& record) {
    RowsOfTask rows(file, record);
    for_each_csv_row(file, [&](Row row) { rows.take(row); });
    return rows.finish();
}

}  // namespace graft

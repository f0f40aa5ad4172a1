/// @file
/// Predictions as rows that programs read: CSV or JSON Lines.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/enum_names.hpp"
#include "graft/deploy/predictor.hpp"
#include "record/task_kind.hpp"

namespace graft {

enum class RowFormat { csv, json_lines };
template <>
inline constexpr auto enum_names<RowFormat> = std::to_array<std::string_view>({"csv", "jsonl"});

struct PredictionRowOptions {
    RowFormat format = RowFormat::csv;
    std::size_t top_k = 1;           ///< of classification: the likeliest classes, at most as many as there are
    bool all_probabilities = false;  ///< also the probability of every class
    TaskKind task = TaskKind::classification;
    std::vector<float> thresholds = {};  ///< of multi_label. [K]
    Decision decision = {};              ///< of classification
};

/// Of classification the likeliest classes; of multi_label the classes that reach their thresholds, likeliest first, in
/// CSV in one cell with | between them; of regression a number per target. Where the decision may refuse, the answer is
/// "unknown" for images that it refuses: in CSV in the place of the class, or with several classes in a column of its
/// own. Files are written as escaped() writes names; numbers are as short as they can be without being another float.
class PredictionRows {
public:
    PredictionRows(std::vector<std::string> outputs, const PredictionRowOptions& options);

    /// The line before the first row, with its end; JSON Lines have none.
    [[nodiscard]] std::string header() const;
    /// One line with its end.
    [[nodiscard]] std::string row(const std::filesystem::path& file, const Prediction& prediction) const;

private:
    [[nodiscard]] std::vector<std::string> columns() const;
    [[nodiscard]] std::vector<std::string> cells(const Prediction& prediction) const;
    /// The likeliest class, or "unknown".
    [[nodiscard]] std::string answer(const Prediction& prediction) const;
    [[nodiscard]] std::vector<std::size_t> chosen(const std::vector<float>& values) const;
    [[nodiscard]] std::string csv_row(const std::string& file, const Prediction& prediction) const;
    [[nodiscard]] std::string json_row(const std::string& file, const Prediction& prediction) const;

    std::vector<std::string> outputs_;
    PredictionRowOptions options_;
};

}  // namespace graft

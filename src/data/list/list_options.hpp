/// @file
/// How a list names its images and what is to be recognised in them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/fields.hpp"
#include "config/json.hpp"
#include "data/list/table.hpp"

namespace graft {

struct ListOptions {
    std::optional<std::string> root;         ///< of paths; nothing: the list's folder
    std::optional<std::string> delimiter;    ///< one character
    std::vector<std::string> columns;        ///< names of the columns of a list without header
    std::optional<std::string> path_column;  ///< nothing, here and for the label: as a published dialect has it
    std::optional<std::string> label_column;
    std::optional<std::string> label_separator;  ///< between the labels in label_column
    std::vector<std::string> label_columns;      ///< one for each label
    std::vector<std::string> target_columns;     ///< one for each number
    std::optional<std::string> split_column;
    std::vector<std::string> train_values, validation_values, test_values;  ///< in split_column; empty: the usual ones
    std::optional<std::string> group_column;
    std::optional<std::string> weight_column;

    bool operator==(const ListOptions&) const = default;
};
void describe(Fields& fields, ListOptions& options);

/// What `describe` cannot say of one field alone. Each problem begins with `pointer` and the key.
[[nodiscard]] std::vector<std::string> contradictions(const ListOptions& options, const std::string& pointer);

/// How the lists of a run were read, as its config says it: the defaults of other lists for its model. Where the images
/// lie, groups and weights belong to the run's own lists and are left out.
[[nodiscard]] ListOptions recorded_list_options(const Json& run_config);

/// `base` with `KEY=VALUE` assignments, as a command line has them; values are JSON or text. What `base` says otherwise
/// of the same thing, such as label_columns beside a given label_column, gives way.
/// @throws ConfigError with every problem
[[nodiscard]] ListOptions with_assignments(const ListOptions& base, std::span<const std::string> assignments);

[[nodiscard]] TableOptions table_options(const ListOptions& options);

/// A pair of columns that a published program uses.
struct ListDialect {
    const char *path, *label;
};
inline constexpr ListDialect kListDialects[] = {
    {"image_path", "label"},
    {"filename", "class"},   // Keras's flow_from_dataframe
    {"file_name", "label"},  // Hugging Face's ImageFolder
    {"ImagePath", "Label"},  // ML.NET
};

}  // namespace graft

#include "data/list/list_options.hpp"

#include <algorithm>
#include <utility>

#include "config/read.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr std::string_view kTab = "\\t";  // as people type it where JSON's form of a tab is not read

/// Takes away what `base` says of what the assignments say another way.
void give_way(ListOptions& base, std::span<const std::string> assignments) {
    const auto names = [&](std::string_view key) {
        return std::ranges::any_of(assignments, [&](std::string_view assignment) {
            return assignment.substr(0, assignment.find_first_of("=/")) == key;
        });
    };
    const bool one_column = names("label_column") || names("label_separator");
    if (one_column && !names("label_columns")) base.label_columns.clear();
    if (names("label_columns") && !one_column) {
        base.label_column.reset();
        base.label_separator.reset();
    }
    if (names("split_column")) {  // another column has words of its own
        if (!names("train_values")) base.train_values.clear();
        if (!names("validation_values")) base.validation_values.clear();
        if (!names("test_values")) base.test_values.clear();
    }
}

}  // namespace

void describe(Fields& fields, ListOptions& options) {
    fields.path("root", options.root, "Folder that the paths in lists are relative to; `null`: the list's own.");
    fields.field("delimiter", options.delimiter,
                 "The character between the cells of a CSV file; `null`: a comma, in .tsv files a tab.");
    fields.field("columns", options.columns, "Names of the columns, for lists that have no header line.");
    fields.field("path_column", options.path_column,
                 "Column of the image's path; `null`: `image_path`, `filename`, `file_name` or `ImagePath`.");
    fields.field("label_column", options.label_column,
                 "Column of the image's class; `null`: the one that goes with the path's: `label`, `class`, `label`, "
                 "`Label`.");
    fields.field("label_separator", options.label_separator,
                 "For `multi_label`: what separates labels in `label_column`, such as `|`; `null`: a label a row, in "
                 "JSON Lines a list. An empty cell: no label.");
    fields.field("label_columns", options.label_columns,
                 "For `multi_label`: a column for each label, with 1 or true, 0 or false, or nothing where it is not "
                 "known.");
    fields.field("target_columns", options.target_columns,
                 "For `regression`: a column for each number; an empty cell: not known.");
    fields.field("split_column", options.split_column,
                 "Column that says a row's part: train, validation (val, valid, dev) or test.");
    fields.field("train_values", options.train_values, "What `split_column` holds for training instead.");
    fields.field("validation_values", options.validation_values, "What `split_column` holds for validation instead.");
    fields.field("test_values", options.test_values, "What `split_column` holds for the test instead.");
    fields.field("group_column", options.group_column,
                 "Column of groups, such as patients; a group stays in one part.");
    fields.field("weight_column", options.weight_column,
                 "Column of how much a training image counts in the loss, a number above 0; an empty cell: 1.");
}

std::vector<std::string> contradictions(const ListOptions& options, const std::string& pointer) {
    std::vector<std::string> problems;
    const auto wrong = [&](const char* key, const std::string& why) {
        problems.push_back(format_text("{}/{}: {}", pointer, key, why));
    };
    const auto exclusive = [&](bool both, const char* key, const char* other) {
        if (both) wrong(key, format_text("excludes {}: leave one out", other));
    };
    if (options.delimiter && options.delimiter != kTab &&
        (options.delimiter->size() != 1 ||
         std::string_view("\"\r\n").find((*options.delimiter)[0]) != std::string_view::npos))
        wrong("delimiter", format_text("expected one character, got \"{}\"", shown(*options.delimiter)));
    if (options.label_separator && options.label_separator->empty())
        wrong("label_separator", "is empty: expected the text between two labels, such as \"|\"");
    exclusive(!options.label_columns.empty() && (options.label_column || options.label_separator), "label_columns",
              "label_column and label_separator");
    exclusive(!options.target_columns.empty() &&
                  (options.label_column || options.label_separator || !options.label_columns.empty()),
              "target_columns", "columns of labels");
    if (!options.split_column &&
        !(options.train_values.empty() && options.validation_values.empty() && options.test_values.empty()))
        wrong("split_column", "is missing: train_values, validation_values and test_values are what it holds");
    for (const auto& [key, names] :
         {std::pair("columns", &options.columns), std::pair("label_columns", &options.label_columns),
          std::pair("target_columns", &options.target_columns)}) {
        std::vector<std::string> sorted = *names;
        std::ranges::sort(sorted);
        if (std::ranges::adjacent_find(sorted) != sorted.end()) wrong(key, "holds a name twice");
    }
    return problems;
}

ListOptions recorded_list_options(const Json& run_config) {
    using nlohmann::literals::operator""_json_pointer;
    constexpr const char* kOfItsOwnLists[] = {"root", "group_column", "weight_column"};
    ListOptions options;
    if (!run_config.is_object() || !run_config.contains("/data/list"_json_pointer)) return options;
    Json list = run_config.at("/data/list"_json_pointer);
    if (!list.is_object()) return options;
    for (const char* key : kOfItsOwnLists) list.erase(key);
    (void)read_options(list, [&](Fields& fields) { describe(fields, options); });
    return options;
}

ListOptions with_assignments(const ListOptions& base, std::span<const std::string> assignments) {
    ListOptions options = base;
    give_way(options, assignments);
    const auto visit = [&](Fields& fields) { describe(fields, options); };
    Json document = write_options(visit);
    std::vector<std::string> pointers, problems;
    for (const std::string& assignment : assignments) pointers.push_back("/" + assignment);
    apply_assignments(document, pointers);
    for (const std::string& problem : read_options(document, visit)) problems.push_back("--list " + problem.substr(1));
    for (const std::string& problem : contradictions(options, "--list")) problems.push_back(problem);
    if (!problems.empty()) throw ConfigError(problems);
    return options;
}

TableOptions table_options(const ListOptions& options) {
    TableOptions table{.columns = options.columns};
    if (options.delimiter) table.delimiter = *options.delimiter == kTab ? '\t' : options.delimiter->front();
    return table;
}

}  // namespace graft

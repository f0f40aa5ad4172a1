/// @file
/// Which part a row is of.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>

#include "core/text.hpp"
#include "data/list/list_columns.hpp"
#include "data/list/table.hpp"
#include "data/part.hpp"
#include "graft/core/errors.hpp"

namespace graft {

/// The parts that the values of split_column stand for.
class SplitValues {
public:
    explicit SplitValues(const ListOptions& options) {
        for (const auto& [part, values] : {std::pair(PartKind::train, &options.train_values),
                                           {PartKind::validation, &options.validation_values},
                                           {PartKind::test, &options.test_values}})
            for (const std::string& value : *values) given_.emplace(value, part);
    }
    /// Throws DataError for a value that stands for none.
    [[nodiscard]] PartKind part_of(const Cell& cell, AskedBy asked_by) const {
        const auto given = given_.find(cell.text);
        const std::optional<PartKind> part = given != given_.end() ? given->second : part_called(cell.text);
        if (part) return *part;
        throw DataError(format_text("the split \"{}\" is none of train, validation and test; other words for them: {}",
                                    cell.text, list_option(asked_by, "train_values")));
    }

private:
    std::unordered_map<std::string, PartKind> given_;
};

}  // namespace graft

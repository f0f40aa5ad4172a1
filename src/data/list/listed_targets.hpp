/// @file
/// What the cells of a row say of its image.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/list/list_columns.hpp"
#include "data/list/read_list.hpp"

namespace graft {

/// How much an image counts: a number above 0; 1 where the cell is empty. @throws DataError for anything else
[[nodiscard]] float weight_in(const std::string& column, const Cell& cell);

/// Reads targets into samples. Classes that nobody has named before are numbered as they come, and sorted in the end.
class ListedTargets {
public:
    ListedTargets(const ListOptions& options, const ListRequest& request);

    /// @param columns of the cells
    /// @throws DataError when a bound class has no column
    void begin(const ListColumns& columns, TableKind table);

    enum class Outcome { taken, left_out };
    /// Fills in label or values. @throws DataError with what is wrong with the row
    [[nodiscard]] Outcome read(Sample& sample, std::span<const Cell> cells);

    /// Sorts the classes by name and renumbers. @return the classes
    [[nodiscard]] std::vector<std::string> finish(std::vector<Sample>& samples);

    /// Labels that are none of the bound classes: left out under ClassMismatch::use_known, else each a wrong row.
    [[nodiscard]] std::vector<std::string> unknown() const { return {unknown_.begin(), unknown_.end()}; }

    /// "cat", "cat and dog", "3.5": for messages.
    [[nodiscard]] std::string text_of(const Sample& sample) const;

private:
    [[nodiscard]] std::optional<std::int64_t> index_of(const std::string& label);
    Outcome read_class(Sample& sample, const Cell& cell);
    void read_labels(Sample& sample, const Cell& cell);

    const ListOptions& options_;
    const ListRequest& request_;
    std::vector<std::size_t> places_;  // among the cells
    std::vector<std::string> classes_;
    std::unordered_map<std::string, std::int64_t> indices_;  // by the label as it is written
    std::map<std::string, std::int64_t> by_form_;            // by the one form of all ways to write it
    std::set<std::string> unknown_;
    bool bound_;
    TableKind table_ = TableKind::csv;
};

}  // namespace graft

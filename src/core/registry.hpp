/// @file
/// A table of named things. Tables are values: a library user copies a built-in one and adds rows of their own.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// Rows in the order in which they were added; `Row` has a `std::string name`.
template <class Row>
class Registry {
public:
    Registry() = default;
    Registry(std::initializer_list<Row> rows) {
        for (const Row& row : rows) add(row);
    }

    /// Throws std::logic_error when the name is taken: two rows of one name are a bug.
    void add(Row row) {
        if (find(row.name) != nullptr) throw std::logic_error("registered twice: " + std::string(row.name));
        rows_.push_back(std::move(row));
    }

    /// The row of that name, or nullptr.
    [[nodiscard]] const Row* find(std::string_view name) const {
        for (const Row& row : rows_)
            if (row.name == name) return &row;
        return nullptr;
    }

    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const Row& row : rows_) names.emplace_back(row.name);
        return names;
    }

    [[nodiscard]] auto begin() const { return rows_.begin(); }
    [[nodiscard]] auto end() const { return rows_.end(); }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }

private:
    std::vector<Row> rows_;
};

}  // namespace graft

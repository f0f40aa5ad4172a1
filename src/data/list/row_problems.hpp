/// @file
/// What is wrong with the rows of a list, all at once.
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace graft {

/// Collects the wrong rows: the first twenty in full, the others as a number.
class RowProblems {
public:
    void add(std::size_t line, const std::string& what);
    /// What to do about it, said once.
    void advise(std::string advice) { advice_.insert(std::move(advice)); }
    /// @throws DataError naming the rows, when there are any
    void throw_if_any(const std::filesystem::path& list, std::size_t rows) const;

private:
    std::vector<std::string> first_;
    std::size_t count_ = 0;
    std::set<std::string> advice_;
};

}  // namespace graft

/// @file
/// Which columns of a list are meant.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/folder_walk.hpp"
#include "data/list/list_options.hpp"
#include "data/sample.hpp"

namespace graft {

/// Where the columns stand among the cells of a row.
struct ListColumns {
    std::vector<std::string> names;   ///< of the wanted columns
    std::size_t path = 0;             ///< index into `names`, as all the others
    std::vector<std::size_t> values;  ///< the label's, the labels' or the numbers'; empty: paths alone are wanted
    std::optional<std::size_t> split, group, weight;
    std::string note;  ///< for people: what was taken without being named; "": all was named
};

/// @param kind of labels; nothing: paths alone are wanted
/// @throws DataError that says what to set when a column is not there, or when it is not clear which are meant
[[nodiscard]] ListColumns choose_columns(const std::filesystem::path& list, const std::vector<std::string>& header,
                                         const ListOptions& options, std::optional<TargetKind> kind, AskedBy asked_by);

/// How an option is written where the person is: "/data/list/root", "--list root=…".
[[nodiscard]] std::string list_option(AskedBy asked_by, const std::string& key);

/// What to do about an option: "set /data/list/delimiter to \";\"", "add --list 'delimiter=;'".
[[nodiscard]] std::string how_to_set(AskedBy asked_by, const std::string& key, const std::string& value);

}  // namespace graft

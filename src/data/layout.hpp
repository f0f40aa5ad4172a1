/// @file
/// How people lay out their data sets: parts in folders of their own, or class folders alone.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/part.hpp"

namespace graft {

/// The folders of a data set.
struct Layout {
    std::filesystem::path train;
    std::optional<std::filesystem::path> validation, test;
    std::vector<std::string> notes;  ///< what was seen and is not used, for people
};

/// Finds the parts of a data set: `train` beside `val`, `valid`, `validation`, `dev`, `test`, in any case; or class
/// folders in `folder` itself; or either in the only folder that it holds.
/// @throws DataError that says what was seen and what to do when there is nothing to train on
[[nodiscard]] Layout find_layout(const std::filesystem::path& folder);

}  // namespace graft

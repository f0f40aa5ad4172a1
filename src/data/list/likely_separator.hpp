/// @file
/// Lists whose cells hold several labels, read as if each held one.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "data/sample.hpp"

namespace graft {

/// What seems to stand between labels, and a label that shows it.
struct LikelySeparator {
    char mark = '|';
    std::string example;  ///< "sun|sea"
};

/// Nothing where no label is made of parts of which one is another label, or a part of one. Commas count only where
/// several labels are asked for: names of single classes have them too.
/// @param labels each another one
[[nodiscard]] std::optional<LikelySeparator> likely_separator(std::span<const std::string> labels, TargetKind kind);

}  // namespace graft

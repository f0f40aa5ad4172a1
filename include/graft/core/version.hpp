/// @file
/// Which graft this is.
#pragma once

#include <string_view>

#include "graft/core/export.hpp"

namespace graft {

/// "0.2.0": of the library that runs, which may be newer than the headers that a program was built with.
[[nodiscard]] GRAFT_EXPORT std::string_view version_text();

}  // namespace graft

/// @file
/// What was put into this binary when it was built.
#pragma once

#include "graft/core/version.hpp"

namespace graft {

/// weights/manifest.json as it was when this binary was built.
[[nodiscard]] std::string_view embedded_manifest();

}  // namespace graft

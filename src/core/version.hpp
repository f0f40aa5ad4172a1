/// @file
/// Which graft this is.
#pragma once

#include <string_view>

namespace graft {

/// "0.1.0", from the build.
[[nodiscard]] std::string_view version_text();

/// weights/manifest.json as it was when this binary was built.
[[nodiscard]] std::string_view embedded_manifest();

}  // namespace graft

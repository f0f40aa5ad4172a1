/// @file
/// Where configs/schema.json of this graft lies, for configs to name it.
#pragma once

#include <filesystem>

namespace graft {

/// The schema that was installed with an executable, or that of the checkout it was built in; empty when there is none.
[[nodiscard]] std::filesystem::path schema_file_of(const std::filesystem::path& executable);

}  // namespace graft

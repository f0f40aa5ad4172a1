/// @file
/// What this graft is made of: what belongs into a report about a fault.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace graft {

/// Name and version of graft, of the libraries it runs with, and of what built it. Libraries that can be asked are
/// asked as they run; of the others it is the version that graft was compiled against.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> component_versions();

/// The same as text, a line each; the first is graft's own.
[[nodiscard]] std::string versions_text();

}  // namespace graft

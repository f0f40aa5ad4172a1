/// @file
/// The processor as the kernel describes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// What /proc/cpuinfo says under a name such as "model name", once per thread of the machine; empty where it does not.
[[nodiscard]] std::vector<std::string> processor_facts(std::string_view name);

}  // namespace graft

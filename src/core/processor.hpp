/// @file
/// The processor and the memory as the kernel describes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// What /proc/cpuinfo says under a name such as "model name", once per thread of the machine; empty where it does not.
[[nodiscard]] std::vector<std::string> processor_facts(std::string_view name);

/// The most resident memory that this process has had, in MB of 2^20 bytes.
[[nodiscard]] double peak_memory_mb();

}  // namespace graft

#include "core/processor.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>

namespace graft {

std::vector<std::string> processor_facts(std::string_view name) {
    std::vector<std::string> facts;
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with(name)) facts.push_back(line.substr(std::min(line.find(": ") + 2, line.size())));
    return facts;
}

double peak_memory_mb() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

}  // namespace graft

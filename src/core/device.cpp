#include "core/device.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <system_error>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

std::string text_of(const Device& device) {
    const std::string kind(text_of(device.kind));
    return device.index == 0 ? kind : format_text("{}:{}", kind, device.index);
}

std::optional<Device> device_named(std::string_view name, std::string_view where) {
    if (name == "auto") return std::nullopt;
    if (const auto kind = enum_named<DeviceKind>(name)) return Device{*kind, 0};
    constexpr std::string_view kPrefix = "cuda:";
    if (name.starts_with(kPrefix)) {
        Device device{DeviceKind::cuda, 0};
        const std::string_view number = name.substr(kPrefix.size());
        const char* end = number.data() + number.size();
        if (std::from_chars(number.data(), end, device.index).ptr == end && !number.empty() && device.index >= 0)
            return device;
    }
    throw ConfigError(format_text("{}: expected auto, cpu, cuda or cuda:<number>, got \"{}\"", where, name));
}

std::vector<std::string> processor_facts(std::string_view name) {
    std::vector<std::string> facts;
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with(name)) facts.push_back(line.substr(std::min(line.find(": ") + 2, line.size())));
    return facts;
}

std::vector<std::string> gpu_names(const std::filesystem::path& driver) {
    constexpr std::string_view kModel = "Model:", kBlanks = " \t";
    std::set<std::filesystem::path> cards;  // in the order of their places on the bus
    std::error_code ignored;
    for (const auto& card : std::filesystem::directory_iterator(driver, ignored)) cards.insert(card.path());
    std::vector<std::string> names;
    for (const std::filesystem::path& card : cards) {
        std::ifstream information(card / "information");
        for (std::string line; std::getline(information, line);) {
            const std::size_t name = line.find_first_not_of(kBlanks, kModel.size());
            if (line.starts_with(kModel) && name != std::string::npos) names.push_back(line.substr(name));
        }
    }
    return names;
}

double peak_memory_mb() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

}  // namespace graft

#include "core/device.hpp"

#include <charconv>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

std::string text_of(const Device& device) {
    const std::string kind(text_of(device.kind));
    return device.index == 0 ? kind : format_text("{}:{}", kind, device.index);
}

Device device_named(std::string_view name, std::string_view where) {
    if (const auto kind = enum_named<DeviceKind>(name)) return {*kind, 0};
    constexpr std::string_view kPrefix = "cuda:";
    if (name.starts_with(kPrefix)) {
        Device device{DeviceKind::cuda, 0};
        const std::string_view number = name.substr(kPrefix.size());
        const char* end = number.data() + number.size();
        if (std::from_chars(number.data(), end, device.index).ptr == end && !number.empty() && device.index >= 0)
            return device;
    }
    throw ConfigError(format_text("{}: expected cpu, cuda or cuda:<number>, got \"{}\"", where, name));
}

}  // namespace graft

#include "run/circumstances.hpp"

#include <array>

#include "core/device.hpp"
#include "inference/throughput.hpp"

namespace graft {

void add_circumstances(RunRecord& record, const RunOptions& options, Clock::time_point start) {
    record.seconds = seconds_since(start);
    record.peak_memory_mb = peak_memory_mb();
    record.machine = machine_text();
    record.device = description_of(device_of(options).device);
    record.finished = utc_text(std::time(nullptr), UpTo::minutes);
}

std::string utc_text(std::time_t time, UpTo precision) {
    std::tm parts{};
    std::array<char, 32> text{};
    if (::gmtime_r(&time, &parts) == nullptr) return "";
    return {text.data(), precision == UpTo::minutes
                             ? std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts)
                             : std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

}  // namespace graft

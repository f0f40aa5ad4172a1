#include "run/circumstances.hpp"

#include <array>
#include <ctime>

#include "core/device.hpp"
#include "inference/throughput.hpp"

namespace graft {
namespace {

std::string utc_text(std::time_t now) {
    std::tm parts{};
    std::array<char, 32> text{};
    if (::gmtime_r(&now, &parts) == nullptr) return "";
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts)};
}

}  // namespace

void add_circumstances(RunRecord& record, std::chrono::steady_clock::time_point start) {
    record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    record.peak_memory_mb = peak_memory_mb();
    record.machine = machine_text();
    record.finished = utc_text(std::time(nullptr));
}

}  // namespace graft

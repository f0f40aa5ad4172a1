/// @file
/// Where and with which numbers a network computes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/enum_names.hpp"

namespace graft {

enum class DeviceKind { cpu, cuda };
template <>
inline constexpr auto enum_names<DeviceKind> = std::to_array<std::string_view>({"cpu", "cuda"});

/// A device that LibTorch computes on.
struct Device {
    DeviceKind kind = DeviceKind::cpu;
    std::int64_t index = 0;  ///< of several GPUs; 0 for the CPU

    bool operator==(const Device&) const = default;
};

/// "cpu", "cuda", "cuda:1".
[[nodiscard]] std::string text_of(const Device& device);

/// The device of that name; nothing for "auto", which leaves it open (network/torch_device.hpp chooses).
/// @throws ConfigError naming `where`, what was found and what is allowed
[[nodiscard]] std::optional<Device> device_named(std::string_view name, std::string_view where);

/// The numbers that a frozen network computes with.
enum class Precision {
    float32,
    bfloat16,  ///< 8 bits of mantissa; about twice as fast where the processor has units for it
};
template <>
inline constexpr auto enum_names<Precision> = std::to_array<std::string_view>({"float32", "bfloat16"});

/// What /proc/cpuinfo says under a name such as "model name", once per thread of the machine; empty where it does not.
[[nodiscard]] std::vector<std::string> processor_facts(std::string_view name);

/// What the NVIDIA driver calls the GPUs of this machine; empty without that driver.
[[nodiscard]] std::vector<std::string> gpu_names(const std::filesystem::path& driver = "/proc/driver/nvidia/gpus");

/// The most resident memory that this process has had, in MB of 2^20 bytes.
[[nodiscard]] double peak_memory_mb();

}  // namespace graft

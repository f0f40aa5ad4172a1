/// @file
/// LibTorch's devices: which are there, what is chosen among them, and what is said when one's memory is used up.
#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "core/device.hpp"
#include "graft/core/errors.hpp"
#include "network/layers.hpp"

namespace graft {

[[nodiscard]] c10::Device torch_device(const Device& device);

/// Why LibTorch cannot compute on the device; "" when it can.
[[nodiscard]] std::string why_absent(const Device& device);

/// "cpu", "cuda (NVIDIA H100 80GB HBM3)"; the card is named where all of them are the same.
[[nodiscard]] std::string description_of(const Device& device);

/// Where something is computed.
struct ChosenDevice {
    Device device;
    std::string
        note;  ///< of what "auto" chose and why, or of a GPU that was asked for; "" for a CPU that was asked for
};

/// The device that is asked for; of "auto" the first GPU that LibTorch finds, else the CPU.
/// @param name as device_named() takes it
/// @throws ConfigError naming `where` for a device that is not there, with what can be done
[[nodiscard]] ChosenDevice choose_device(std::string_view name, std::string_view where);

/// From now on a GPU computes float32 in full, as the CPU does, and convolutions in the same way each time: no
/// TensorFloat-32, which rounds to 10 bits, and none of cuDNN's algorithms that differ from run to run.
void compute_as_the_cpu_does(const c10::Device& device);

/// The module itself where all of it is on the CPU, else a copy that is.
[[nodiscard]] TorchModule on_cpu(const TorchModule& module);

/// In bytes.
struct DeviceMemory {
    std::size_t free = 0, total = 0;
};
/// The memory of a device that is no CPU, whoever uses it. What LibTorch keeps of freed memory for itself is not free;
/// after release_memory() it is. Nothing: it is not told.
[[nodiscard]] std::optional<DeviceMemory> memory_of(const c10::Device& device);
/// Gives back what LibTorch keeps of freed memory.
void release_memory(const c10::Device& device);

/// The memory of a device does not suffice.
class DeviceMemoryError : public Error {
public:
    using Error::Error;
};

/// Where LibTorch's error says that memory is used up: says it as "DEVICE: the memory does not suffice for WHAT: WHAT
/// CAN BE DONE". Else returns.
/// @throws DeviceMemoryError
void expect_memory(const std::exception& error, const c10::Device& device, std::string_view what,
                   std::string_view what_can_be_done);

}  // namespace graft

/// @file
/// A device that is no CPU, for machines that have no other: it goes by LibTorch's name "hpu", for which no kernels are
/// there. Its operators are computed by the CPU; what a GPU refuses it refuses too. An operator does not take tensors
/// of several devices, and nobody reads its memory but by a copy: a pointer into it ends the process.
#pragma once

#include <c10/core/Device.h>

#include <cstddef>

namespace graft::testing {

[[nodiscard]] c10::Device fake_device();

/// While it lives, the fake device has room for so many bytes, all tensors of it together; beyond, LibTorch's error of
/// a GPU whose memory is used up.
class FakeDeviceMemory {
public:
    explicit FakeDeviceMemory(std::size_t bytes);
    ~FakeDeviceMemory();
    FakeDeviceMemory(const FakeDeviceMemory&) = delete;
    FakeDeviceMemory& operator=(const FakeDeviceMemory&) = delete;
};

/// How many operators the fake device has been asked to compute so far.
[[nodiscard]] std::size_t fake_device_operators();

}  // namespace graft::testing

#include "network/torch_device.hpp"

#include <ATen/Context.h>
#include <ATen/core/Tensor.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/version.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace graft {
namespace {

/// Its half for GPUs is a library of its own, which registers itself where it is loaded.
bool is_built_with_cuda() { return at::CUDAHooksRegistry()->Has("CUDAHooks"); }

bool is_on_cpu(const TorchModule& module) {
    for (const at::Tensor& tensor : module.parameters())
        if (!tensor.is_cpu()) return false;
    for (const at::Tensor& tensor : module.buffers())
        if (!tensor.is_cpu()) return false;
    return true;
}

/// TorchScript's interpreter passes on the text of an error and not its type.
bool is_memory_used_up(const std::exception& error) {
    constexpr std::array kWords = {"out of memory", "not enough memory", "STATUS_ALLOC_FAILED"};
    const std::string_view text = error.what();
    return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
           std::ranges::any_of(kWords, [&](const char* words) { return text.find(words) != std::string_view::npos; });
}

c10::DeviceAllocator* allocator_of(const c10::Device& device) {
    return dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(device.type()));
}

}  // namespace

c10::Device torch_device(const Device& device) {
    if (device.kind == DeviceKind::cpu) return c10::kCPU;
    return {c10::kCUDA, static_cast<c10::DeviceIndex>(device.index)};
}

std::string why_absent(const Device& device) {
    if (device.kind == DeviceKind::cpu) return "";
    if (!is_built_with_cuda())
        return format_text(
            "this LibTorch ({}) is built for CPUs alone; scripts/setup.sh --device cuda installs one with CUDA, then "
            "build graft again",
            TORCH_VERSION);
    if (!at::globalContext().hasCUDA())
        return format_text(
            "this LibTorch ({}, with CUDA) finds no GPU: nvidia-smi shows whether card and driver are there",
            TORCH_VERSION);
    const std::int64_t count = at::detail::getCUDAHooks().deviceCount();
    if (device.index < count) return "";
    return format_text("LibTorch finds {}, counted from 0", count_of(static_cast<std::uint64_t>(count), "GPU"));
}

std::string description_of(const Device& device) {
    if (device.kind == DeviceKind::cpu) return text_of(device);
    const std::vector<std::string> names = gpu_names();
    const bool alike = !names.empty() && std::ranges::count(names, names.front()) == std::ssize(names);
    return alike ? format_text("{} ({})", text_of(device), names.front()) : text_of(device);
}

ChosenDevice choose_device(std::string_view name, std::string_view where) {
    const std::optional<Device> asked = device_named(name, where);
    const std::string why_not = why_absent(asked.value_or(Device{DeviceKind::cuda, 0}));
    if (asked && !why_not.empty())
        throw ConfigError(format_text("{}: there is no {}: {}", where, text_of(*asked), why_not));
    if (!asked && !why_not.empty()) return {Device(), "device: cpu, for " + why_not};
    const Device device = asked.value_or(Device{DeviceKind::cuda, 0});
    return {device, device.kind == DeviceKind::cpu ? "" : "device: " + description_of(device)};
}

void compute_as_the_cpu_does(const c10::Device& device) {
    if (!device.is_cuda()) return;
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setDeterministicCuDNN(true);
    at::globalContext().setBenchmarkCuDNN(false);
}

TorchModule on_cpu(const TorchModule& module) {
    if (is_on_cpu(module)) return module;
    TorchModule copy = module.deepcopy();
    copy.to(at::kCPU);
    return copy;
}

std::optional<DeviceMemory> memory_of(const c10::Device& device) {
    c10::DeviceAllocator* allocator = allocator_of(device);
    if (allocator == nullptr) return std::nullopt;
    try {
        const auto [free, total] = allocator->getMemoryInfo(std::max<c10::DeviceIndex>(device.index(), 0));
        return DeviceMemory{free, total};
    } catch (const c10::NotImplementedError&) {
        return std::nullopt;
    }
}

void release_memory(const c10::Device& device) {
    if (c10::DeviceAllocator* allocator = allocator_of(device)) allocator->emptyCache();
}

void expect_memory(const std::exception& error, const c10::Device& device, std::string_view what,
                   std::string_view what_can_be_done) {
    if (is_memory_used_up(error))
        throw DeviceMemoryError(
            format_text("{}: the memory does not suffice for {}: {}", device.str(), what, what_can_be_done));
}

}  // namespace graft

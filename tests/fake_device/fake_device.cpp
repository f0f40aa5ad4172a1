#include "fake_device/fake_device.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/EmptyTensor.h>
#include <ATen/detail/HPUHooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/set_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>

namespace at {
namespace {

/// Says that the device is there. LibTorch looks for it by this name.
struct HPUHooks final : HPUHooksInterface {
    explicit HPUHooks(HPUHooksArgs) {}
    bool hasHPU() const override { return true; }
    bool isBuilt() const override { return true; }
    bool isAvailable() const override { return true; }
    bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
    void init() const override {}
    c10::DeviceIndex deviceCount() const override { return 1; }
    c10::DeviceIndex getCurrentDevice() const override { return 0; }
    // It has none of its own.
    const Generator& getDefaultGenerator(c10::DeviceIndex) const override { return detail::getDefaultCPUGenerator(); }
};

}  // namespace

REGISTER_HPU_HOOKS(HPUHooks)

}  // namespace at

namespace graft::testing {
namespace {

constexpr c10::DeviceType kFake = c10::DeviceType::HPU;
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

std::atomic<std::size_t> operators_computed = 0;

/// Memory that is there twice: at addresses that tensors show, which nobody may read, and at others. As a GPU's, it is
/// not free again before emptyCache().
class FakeMemory final : public c10::DeviceAllocator {
public:
    bool initialized() override { return true; }
    void emptyCache(c10::MempoolId_t) override {
        const std::scoped_lock lock(mutex_);
        most_used_ = used_;
    }
    void recordStream(const c10::DataPtr&, c10::Stream) override {}
    c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex) override { return {}; }
    void resetAccumulatedStats(c10::DeviceIndex) override {}
    void resetPeakStats(c10::DeviceIndex) override {}
    std::pair<std::size_t, std::size_t> getMemoryInfo(c10::DeviceIndex) override {
        const std::scoped_lock lock(mutex_);
        return {limit_ - std::min(limit_, most_used_), limit_};
    }

    c10::DataPtr allocate(std::size_t bytes) override {
        const std::scoped_lock lock(mutex_);
        if (bytes > limit_ - std::min(limit_, used_))
            C10_THROW_ERROR(OutOfMemoryError, "HPU out of memory. Tried to allocate more than the fake device has");
        const std::size_t mapped = std::max<std::size_t>(bytes, 1);
        const int memory = ::memfd_create("fake device", 0);
        if (memory < 0 || ::ftruncate(memory, static_cast<off_t>(mapped)) != 0)
            throw std::runtime_error("the fake device finds no memory");
        void* shown = ::mmap(nullptr, mapped, PROT_NONE, MAP_SHARED, memory, 0);
        void* usable = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
        ::close(memory);
        if (shown == MAP_FAILED || usable == MAP_FAILED) throw std::runtime_error("the fake device finds no memory");
        blocks_[static_cast<char*>(shown)] = {static_cast<char*>(usable), mapped};
        used_ += mapped;
        most_used_ = std::max(most_used_, used_);
        return {shown, shown, &free_block, c10::Device(kFake, 0)};
    }
    [[nodiscard]] c10::DeleterFnPtr raw_deleter() const override { return &free_block; }
    void copy_data(void* to, const void* from, std::size_t count) const override {
        std::memcpy(usable(to), usable(from), count);
    }

    [[nodiscard]] char* usable(const void* shown) const {
        const std::scoped_lock lock(mutex_);
        char* address = const_cast<char*>(static_cast<const char*>(shown));
        const auto block = std::prev(blocks_.upper_bound(address));
        return block->second.usable + (address - block->first);
    }
    void limit(std::size_t bytes) {
        const std::scoped_lock lock(mutex_);
        most_used_ = used_;
        limit_ = bytes;
    }
    static FakeMemory& get() {
        static auto* memory = new FakeMemory;  // tensors may outlive everything else
        return *memory;
    }

private:
    struct Block {
        char* usable;
        std::size_t bytes;
    };

    static void free_block(void* shown) {
        FakeMemory& memory = get();
        const std::scoped_lock lock(memory.mutex_);
        const auto block = memory.blocks_.find(static_cast<char*>(shown));
        ::munmap(block->second.usable, block->second.bytes);
        ::munmap(shown, block->second.bytes);
        memory.used_ -= block->second.bytes;
        memory.blocks_.erase(block);
    }

    mutable std::mutex mutex_;
    std::map<char*, Block> blocks_;
    std::size_t used_ = 0, most_used_ = 0, limit_ = kNoLimit;
};

/// The same memory as a tensor of the CPU.
at::Tensor as_of_the_cpu(const at::Tensor& tensor) {
    if (tensor.device().type() != kFake) return tensor;
    void* data = tensor.numel() == 0 ? nullptr : FakeMemory::get().usable(tensor.const_data_ptr());
    return at::from_blob(data, tensor.sizes(), tensor.strides(), tensor.options().device(at::kCPU));
}

at::Tensor empty(at::IntArrayRef size, std::optional<at::ScalarType> type, std::optional<at::Layout>,
                 std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
    return at::detail::empty_generic(size, &FakeMemory::get(), c10::DispatchKeySet(c10::DispatchKey::HPU),
                                     type.value_or(at::kFloat), format);
}

at::Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride, std::optional<at::ScalarType> type,
                         std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
    return at::detail::empty_strided_generic(size, stride, &FakeMemory::get(),
                                             c10::DispatchKeySet(c10::DispatchKey::HPU), type.value_or(at::kFloat));
}

at::Tensor copy_from(const at::Tensor& from, const at::Tensor& to, bool) {
    as_of_the_cpu(to).copy_(as_of_the_cpu(from));
    return to;
}

at::Tensor copy_from_and_resize(const at::Tensor& from, const at::Tensor& to) {
    if (from.sizes() != to.sizes()) throw std::runtime_error("the fake device does not change the size of a tensor");
    return copy_from(from, to, false);
}

at::Scalar value_of(const at::Tensor& tensor) { return as_of_the_cpu(tensor).item(); }

at::Tensor on_the_device(const at::Tensor& tensor) { return tensor.defined() ? tensor.to(fake_device()) : tensor; }

/// Convolutions of devices that LibTorch does not know have operators of their own.
at::Tensor convolution(const at::Tensor& input, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                       at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                       at::IntArrayRef output_padding, std::int64_t groups) {
    ++operators_computed;
    const std::optional<at::Tensor> its_bias = bias && bias->defined() ? std::optional(as_of_the_cpu(*bias)) : bias;
    return on_the_device(at::convolution(as_of_the_cpu(input), as_of_the_cpu(weight), its_bias, stride, padding,
                                         dilation, transposed, output_padding, groups));
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> convolution_backward(const at::Tensor& gradient, const at::Tensor& input,
                                                                    const at::Tensor& weight, at::IntArrayRef stride,
                                                                    at::IntArrayRef padding, at::IntArrayRef dilation,
                                                                    bool transposed, at::IntArrayRef output_padding,
                                                                    std::int64_t groups, std::array<bool, 3> wanted) {
    ++operators_computed;
    const std::int64_t outputs = weight.size(0);
    const auto [of_input, of_weight, of_bias] = at::convolution_backward(
        as_of_the_cpu(gradient), as_of_the_cpu(input), as_of_the_cpu(weight), at::OptionalIntArrayRef(outputs), stride,
        padding, dilation, transposed, output_padding, groups, wanted);
    return {on_the_device(of_input), on_the_device(of_weight), on_the_device(of_bias)};
}

void expect_of_the_device(const at::Tensor& tensor, const c10::OperatorHandle& op) {
    if (tensor.defined() && tensor.dim() > 0 && tensor.device().type() != kFake)
        throw std::runtime_error(c10::str(op.schema().name(), ": expected all tensors to be on the fake device, found ",
                                          "one on ", tensor.device()));
}

void compute_on_the_cpu(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
    for (const c10::IValue& value : torch::jit::last(*stack, op.schema().arguments().size())) {
        if (value.isTensor()) expect_of_the_device(value.toTensor(), op);
        if (!value.isTensorList()) continue;
        for (const at::Tensor& tensor : value.toTensorVector()) expect_of_the_device(tensor, op);
    }
    ++operators_computed;
    at::native::cpu_fallback(op, stack);
}

/// One stream, on which everything is done at once.
struct FakeGuard final : c10::impl::NoOpDeviceGuardImpl<kFake> {
    c10::Device getDevice() const override { return {kFake, 0}; }
    c10::Device exchangeDevice(c10::Device) const override { return {kFake, 0}; }
    c10::Stream getStream(c10::Device) const noexcept override { return the_stream(); }
    c10::Stream getDefaultStream(c10::Device) const override { return the_stream(); }
    c10::Stream exchangeStream(c10::Stream) const noexcept override { return the_stream(); }
    void record(void**, const c10::Stream&, c10::DeviceIndex, c10::EventFlag) const override {}
    void block(void*, const c10::Stream&) const override {}
    bool queryStream(const c10::Stream&) const override { return true; }
    void synchronizeStream(const c10::Stream&) const override {}
    c10::DeviceIndex deviceCount() const noexcept override { return 1; }

private:
    static c10::Stream the_stream() { return c10::Stream(c10::Stream::DEFAULT, c10::Device(kFake, 0)); }
};

}  // namespace

// LibTorch's macros.
C10_REGISTER_GUARD_IMPL(HPU, FakeGuard)
REGISTER_ALLOCATOR(c10::DeviceType::HPU, &FakeMemory::get())

TORCH_LIBRARY_IMPL(_, HPU, library) {
    library.fallback(torch::CppFunction::makeFromBoxedFunction<&compute_on_the_cpu>());
}

TORCH_LIBRARY_IMPL(aten, HPU, library) {
    library.impl("empty.memory_format", &empty);
    library.impl("empty_strided", &empty_strided);
    library.impl("as_strided", &at::native::as_strided_tensorimpl);
    library.impl("view", static_cast<at::Tensor (*)(const at::Tensor&, at::IntArrayRef)>(&at::native::view));
    library.impl("_reshape_alias", &at::native::_reshape_alias);
    library.impl("set_.source_Storage_storage_offset", &at::native::set_storage_cpu_);
    library.impl("_copy_from", &copy_from);
    library.impl("_copy_from_and_resize", &copy_from_and_resize);
    library.impl("_local_scalar_dense", &value_of);
    library.impl("convolution_overrideable", &convolution);
    library.impl("convolution_backward_overrideable", &convolution_backward);
}

c10::Device fake_device() { return {kFake, 0}; }

FakeDeviceMemory::FakeDeviceMemory(std::size_t bytes) { FakeMemory::get().limit(bytes); }
FakeDeviceMemory::~FakeDeviceMemory() { FakeMemory::get().limit(kNoLimit); }

std::size_t fake_device_operators() { return operators_computed; }

}  // namespace graft::testing

#include "inference/device_inference.hpp"

#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <cmath>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/autocast.hpp"
#include "network/probe.hpp"
#include "network/torch_device.hpp"

namespace graft {
namespace {

constexpr double kAllowed = 1e-3;           // of the largest value
constexpr double kAllowedInBfloat16 = 0.1;  // of the output's length

}  // namespace

/// The device's streams. Who computes has one for himself, so that his images are copied while another's are computed.
class DeviceInference::Lanes {
public:
    explicit Lanes(const c10::Device& device) {
        constexpr int kLanes = 2;
        const c10::impl::VirtualGuardImpl streams(device.type());
        for (int i = 0; i < kLanes; ++i)
            free_.push_back(device.is_cuda() ? streams.getStreamFromGlobalPool(device) : streams.getStream(device));
    }

    /// A stream that is the calling thread's while this lives.
    class Lent {
    public:
        explicit Lent(Lanes& lanes) : lanes_(lanes), stream_(lanes.take()), current_(stream_) {}
        ~Lent() { lanes_.give_back(stream_); }
        Lent(const Lent&) = delete;
        Lent& operator=(const Lent&) = delete;

    private:
        Lanes& lanes_;
        c10::Stream stream_;
        c10::StreamGuard current_;
    };

private:
    c10::Stream take() {
        std::unique_lock lock(mutex_);
        given_back_.wait(lock, [&] { return !free_.empty(); });
        const c10::Stream stream = free_.back();
        free_.pop_back();
        return stream;
    }
    void give_back(const c10::Stream& stream) {
        const std::scoped_lock lock(mutex_);
        free_.push_back(stream);
        given_back_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable given_back_;
    std::vector<c10::Stream> free_;
};

DeviceInference::DeviceInference(const TorchModule& module, const at::Tensor& example, const c10::Device& where,
                                 const InferenceOptions& options)
    : options_(options), where_(where), module_(module.deepcopy()), lanes_(std::make_unique<Lanes>(where)) {
    compute_as_the_cpu_does(where);
    module_.eval();
    const TorchModule plain = module_.deepcopy();
    try {
        const c10::InferenceMode inference;
        module_.to(where);
        module_ = torch::jit::freeze(module_);
    } catch (const std::exception& error) {
        expect_memory(error, where, "the network", "free what others use of it (nvidia-smi), or compute on the CPU");
        throw;
    }
    expect_as_on_the_cpu(plain, example);
}

DeviceInference::~DeviceInference() = default;

void DeviceInference::expect_as_on_the_cpu(const TorchModule& plain, const at::Tensor& example) const {
    const at::Tensor found = (*this)(example);
    at::Tensor expected;
    {
        const c10::InferenceMode inference;
        const torch::jit::GraphOptimizerEnabledGuard once(false);
        TorchModule network = plain;  // forward() is not const
        expected = network.forward({example}).toTensor();
    }
    const OutputDifference difference = difference_between(found, expected);
    bool same = difference.largest <= kAllowed * difference.reach;
    if (options_.precision == Precision::bfloat16)
        same = std::isfinite(difference.largest) &&
               (found - expected).norm().item<double>() <= kAllowedInBfloat16 * expected.norm().item<double>();
    if (!same)
        throw Error(format_text("device {}: what it gives {}; compute on the CPU", text_of(options_.device),
                                text_of(difference)));
}

at::Tensor DeviceInference::run(const at::Tensor& images) const {
    at::Tensor input = images.contiguous(at::MemoryFormat::ChannelsLast);  // [N,3,H,W]
    const bool by_itself = where_.is_cuda();  // a copy goes on beside the caller where it is from pinned memory
    if (by_itself) input = input.pin_memory();
    const Lanes::Lent stream(*lanes_);
    const torch::jit::GraphOptimizerEnabledGuard as_frozen(false);
    const Autocast numbers(where_.type(), options_.precision == Precision::bfloat16);
    const at::Tensor output = module_.forward({input.to(where_, input.scalar_type(), by_itself)}).toTensor();
    return output.to(at::kFloat).cpu();
}

at::Tensor DeviceInference::operator()(const at::Tensor& images) const {
    try {
        return in_calls_of(options_.images_per_call, images, [&](const at::Tensor& input) { return run(input); });
    } catch (const std::exception& error) {
        expect_memory(error, where_,
                      format_text("{} of {}x{} in one call",
                                  count_of(static_cast<std::uint64_t>(options_.images_per_call), "image"),
                                  images.size(2), images.size(3)),
                      "lower /data/image_size, free what others use of it (nvidia-smi), or compute on the CPU");
        throw;
    }
}

std::size_t DeviceInference::callers() const { return workers_or_cores(0); }

}  // namespace graft

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "core/text.hpp"
#include "network/autocast.hpp"
#include "network/torch_device.hpp"
#include "network/training_graph.hpp"
#include "train/branch_draw.hpp"
#include "train/scion_pass.hpp"

namespace graft {
namespace {

constexpr const char* kWhatCanBeDone =
    "lower the batch size (/data/batch_size, and raise /training/accumulate by as much), lower /data/image_size, train "
    "fewer stages, or compute on the CPU";

class DevicePass final : public ScionPass {
public:
    DevicePass(const TorchModule& scion, const c10::Device& device, Precision precision, const StochasticDepth& depth)
        : scion_(scion), device_(device), precision_(precision), draw_(scion, depth.shares) {
        compute_as_the_cpu_does(device);
        in_memory("the trained stages", [&] { scion_.to(device_); });
        if (!depth.shares.empty())
            graph_.emplace(scion_, GraphChanges{.residual_sums = depth.sums, .cpu_operators = false});
        if (draws_alone()) generator_ = at::detail::createCPUGenerator();
    }
    ~DevicePass() override {
        try {
            for (at::Tensor parameter : scion_.parameters()) parameter.mutable_grad().reset();
            scion_.to(at::kCPU);
        } catch (const std::exception&) {  // the device is lost; who reads the weights next says so
        }
    }
    DevicePass(const DevicePass&) = delete;
    DevicePass& operator=(const DevicePass&) = delete;

    at::Tensor forward(const at::Tensor& features) override {
        at::Tensor scores;
        in_memory(batch_of(features), [&] {
            const Autocast numbers(device_.type(), precision_ == Precision::bfloat16 && at::GradMode::is_enabled());
            scores = scores_of(channels_last(features).to(device_)).to(at::kFloat).cpu();  // [N,K]
        });
        batch_ = batch_of(features);
        return scores;
    }
    void backward(const at::Tensor& loss) override {
        in_memory(batch_, [&] { loss.backward(); });
    }
    void change_weights(const std::function<void()>& change) override { in_memory("the optimizer's state", change); }
    // Masks are drawn on the device. One that has no generator takes LibTorch's of the CPU.
    bool draws_alone() const override { return device_.is_cuda(); }
    void set_seed(std::uint64_t seed) override {
        at::Generator generator = at::globalContext().defaultGenerator(device_);
        const std::scoped_lock lock(generator.mutex());
        generator.set_current_seed(seed);
        if (generator_) generator_->set_current_seed(seed);
    }

private:
    at::Tensor scores_of(const at::Tensor& features) {
        if (!graph_) return scion_.forward({features}).toTensor();
        const at::Tensor kept = draw_(features.size(0), generator_);
        return (*graph_)(features, kept.defined() ? kept.to(device_) : kept);
    }
    static std::string batch_of(const at::Tensor& features) {
        return "a batch of " + count_of(static_cast<std::uint64_t>(features.size(0)), "image");
    }
    template <class Compute>
    void in_memory(const std::string& what, const Compute& compute) const {
        try {
            compute();
        } catch (const std::exception& error) {
            expect_memory(error, device_, what, kWhatCanBeDone);
            throw;
        }
    }

    TorchModule scion_;
    c10::Device device_;
    Precision precision_;
    std::optional<TrainingGraph> graph_;  ///< where branches are left out
    BranchDraw draw_;
    std::optional<at::Generator> generator_;  ///< of the draws; none: LibTorch's
    std::string batch_;                       ///< the last one
};

}  // namespace

std::unique_ptr<ScionPass> device_pass(const TorchModule& scion, const c10::Device& device, Precision precision,
                                       const StochasticDepth& depth) {
    return std::make_unique<DevicePass>(scion, device, precision, depth);
}

}  // namespace graft

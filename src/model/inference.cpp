#include "model/inference.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/codegen/onednn/interface.h>
#include <torch/csrc/jit/passes/pass_manager.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <mutex>

namespace graft {
namespace {

/// Switches LibTorch's oneDNN graph fusion on for the graphs that are compiled in its scope, one scope at a time.
/// The pass list is LibTorch's own global; left on, it would also rewrite the graphs of a host application.
class OneDnnFusion {
public:
    OneDnnFusion() : lock_(mutex()), pass_(torch::jit::registerPrePass(torch::jit::fuser::onednn::fuseGraph)) {
        torch::jit::FusionStrategy one_static_shape{{torch::jit::FusionBehavior::STATIC, 1}};
        previous_ = torch::jit::setFusionStrategy(one_static_shape);
    }
    ~OneDnnFusion() {
        torch::jit::clearPrePass(pass_);
        torch::jit::setFusionStrategy(previous_);
    }
    OneDnnFusion(const OneDnnFusion&) = delete;
    OneDnnFusion& operator=(const OneDnnFusion&) = delete;

private:
    static std::mutex& mutex() {
        static std::mutex guards_the_pass_list;
        return guards_the_pass_list;
    }
    std::scoped_lock<std::mutex> lock_;
    torch::jit::GraphPassNameType pass_;
    torch::jit::FusionStrategy previous_;
};

at::Tensor run(TorchModule& module, const at::Tensor& input) { return module.forward({input}).toTensor(); }

constexpr int kWarmUpRuns = 3;  // LibTorch profiles the first, compiles in the second, and then runs what it compiled

}  // namespace

InferenceModule::InferenceModule(const TorchModule& module, const at::Tensor& example) : engine_("oneDNN graph") {
    const c10::InferenceMode inference;
    TorchModule original = module.deepcopy();
    original.eval();
    const at::Tensor input = example.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor expected = run(original, input);
    try {
        module_ = torch::jit::freeze(original);
        const OneDnnFusion fusion;
        for (int i = 0; i < kWarmUpRuns; ++i) run(module_, input);
        const double difference = (run(module_, input) - expected).abs().max().item<double>();
        if (difference <= 1e-4 * expected.abs().max().item<double>()) return;
        note_ = "the fused network differs by " + std::to_string(difference);
    } catch (const std::exception& error) {
        note_ = std::string("oneDNN graph fusion failed: ") + error.what();
        note_ = note_.substr(0, note_.find('\n'));
    }
    note_ += "; running the folded network without fusion";
    engine_ = "folded";
    module_ = torch::jit::freeze(original);
}

at::Tensor InferenceModule::operator()(const at::Tensor& images) const {
    at::Tensor result;
    {
        const c10::InferenceMode inference;
        result = run(module_, images.contiguous(at::MemoryFormat::ChannelsLast));
    }
    return result.clone(at::MemoryFormat::Contiguous);  // outside of inference mode: autograd may use it
}

void use_one_thread_here() { at::set_num_threads(1); }

}  // namespace graft

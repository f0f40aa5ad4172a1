#include "inference/fused_inference.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/codegen/onednn/interface.h>
#include <torch/csrc/jit/passes/pass_manager.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <cmath>
#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "inference/mirror.hpp"
#include "network/probe.hpp"

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

at::Tensor in_mirror(const at::Tensor& maps) { return maps.flip({2, 3}); }

constexpr int kWarmUpRuns = 3;  // LibTorch profiles the first, compiles in the second, and then runs what it compiled

double length(const at::Tensor& values) { return values.norm().item<double>(); }

/// How far a bfloat16 form may be from `expected`, float32's output, as a vector. bfloat16 rounds each layer to 8 bits,
/// and what that costs depends on the network: four times what it costs the plain form.
double allowed_in_bfloat16(TorchModule& plain, const at::Tensor& input, const at::Tensor& expected) {
    return 4 * length(plain.forward({input}).toTensor() - expected) + 1e-3 * length(expected);
}

/// TorchScript defined from source knows types as numbers only.
std::string to_type(at::ScalarType type) { return format_text("x.to({})", static_cast<int>(type)); }

/// The chain with all but its normalisation in bfloat16; float32 goes in and comes out.
TorchModule in_bfloat16(const TorchModule& chain) {
    NamedModules parts;
    for (const auto& child : chain.named_children()) {
        TorchModule part = child.value;
        const bool normalises = child.name == "normalise";
        if (!normalises) part.to(at::kBFloat16);
        parts.emplace_back(child.name, part);
        if (normalises) parts.emplace_back("narrow", make_function("Narrow", to_type(at::kBFloat16)));
    }
    parts.emplace_back("widen", make_function("Widen", to_type(at::kFloat)));
    TorchModule narrowed = make_chain("Bfloat16", parts);
    narrowed.eval();
    return narrowed;
}

}  // namespace

bool has_bfloat16_units() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512bf16") != 0;
#else
    return false;
#endif
}

FusedInference::FusedInference(const TorchModule& module, const at::Tensor& example, const InferenceOptions& options)
    : options_(options), engine_("oneDNN graph") {
    if (options.threads_per_call == 0) {
        build(module, example);
        return;
    }
    std::async(std::launch::async, [&] {
        at::set_num_threads(options.threads_per_call);
        build(module, example);
    }).get();
}

void FusedInference::build(const TorchModule& module, const at::Tensor& example) {
    const c10::InferenceMode inference;
    TorchModule original = module.deepcopy();
    original.eval();
    const at::Tensor input =
        example.expand({options_.images_per_call, -1, -1, -1}).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor expected = original.forward({input}).toTensor();
    if (options_.precision == Precision::bfloat16) {
        original = in_bfloat16(original);
        allowed_ = allowed_in_bfloat16(original, input, expected);
    }
    const TorchModule frozen = torch::jit::freeze(original);
    mirrored_ = mirror_same_padding(*frozen.get_method("forward").graph());
    if (compile(frozen, input, expected)) return;
    if (std::exchange(mirrored_, false) && compile(torch::jit::freeze(original), input, expected)) return;
    engine_ = "folded";
    module_ = torch::jit::freeze(original);
}

/// Fuses the network. False where that fails or gives other numbers; note_ and cause_ say why.
bool FusedInference::compile(const TorchModule& frozen, const at::Tensor& input, const at::Tensor& expected) {
    module_ = frozen;
    note_ = cause_ = "";
    try {
        const OneDnnFusion fusion;
        for (int i = 0; i < kWarmUpRuns; ++i) static_cast<void>(run(input));
        const std::string wrong = difference_from(run(input), expected);
        if (wrong.empty()) return true;
        note_ = format_text("the network runs without oneDNN's fusion, which is slower: fused it {}", wrong);
    } catch (const std::exception& error) {
        note_ = "the network runs without oneDNN's fusion, which is slower: oneDNN cannot fuse it";
        cause_ = format_text("oneDNN graph fusion: {}", cause_in(error.what()));
    }
    return false;
}

/// "" where the output is as expected, to rounding.
std::string FusedInference::difference_from(const at::Tensor& found, const at::Tensor& expected) const {
    const OutputDifference difference = difference_between(found, expected);
    if (options_.precision == Precision::float32) return difference.is_rounding() ? "" : text_of(difference);
    const bool same = std::isfinite(difference.largest) && length(found - expected) <= allowed_;
    return same ? "" : text_of(difference);
}

at::Tensor FusedInference::run(const at::Tensor& images) const {
    const at::Tensor input = (mirrored_ ? in_mirror(images) : images).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor output = module_.forward({input}).toTensor();
    return mirrored_ && output.dim() == 4 ? in_mirror(output) : output;
}

at::Tensor FusedInference::operator()(const at::Tensor& images) const {
    return in_calls_of(options_.images_per_call, images, [&](const at::Tensor& input) { return run(input); });
}

std::size_t FusedInference::callers() const { return workers_or_cores(0); }

void use_one_thread_here() { at::set_num_threads(1); }

}  // namespace graft

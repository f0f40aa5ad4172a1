#include "train/scion_pass.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/crew.hpp"
#include "network/autocast.hpp"
#include "network/one_thread.hpp"
#include "network/training_graph.hpp"
#include "train/branch_draw.hpp"

namespace graft {
namespace {

TorchModule head_of(const TorchModule& scion) {
    TorchModule head = scion;
    for (const auto& child : scion.named_children()) head = child.value;
    return head;
}

bool has_batch_norms(const NamedModules& stages) {
    return std::ranges::any_of(stages, [](const auto& stage) {
        for (const TorchModule& module : stage.second.modules())
            if (has_statistics(module)) return true;
        return false;
    });
}

/// bfloat16 where gradients are asked for: validation and the model stay float32.
Autocast computes_with(Precision precision) {
    return {at::kCPU, precision == Precision::bfloat16 && at::GradMode::is_enabled()};
}

class PlainPass final : public ScionPass {
public:
    explicit PlainPass(const TorchModule& scion) : scion_(scion) {}
    at::Tensor forward(const at::Tensor& features) override { return scion_.forward({features}).toTensor(); }
    void backward(const at::Tensor& loss) override { loss.backward(); }

private:
    TorchModule scion_;
};

/// The whole batch at once, on all cores.
class WholePass final : public ScionPass {
public:
    WholePass(const TorchModule& scion, Precision precision, const StochasticDepth& depth)
        : graph_(scion, {.residual_sums = depth.sums}), draw_(scion, depth.shares), precision_(precision) {}
    at::Tensor forward(const at::Tensor& features) override {
        const Autocast numbers = computes_with(precision_);
        return graph_(channels_last(features), draw_(features.size(0))).to(at::kFloat);
    }
    void backward(const at::Tensor& loss) override { loss.backward(); }

private:
    TrainingGraph graph_;
    BranchDraw draw_;
    Precision precision_;
};

class SlicedPass final : public ScionPass {
public:
    SlicedPass(TrainingGraph stages, const TorchModule& scion, std::size_t workers, Precision precision,
               const std::vector<double>& shares)
        : stages_(std::move(stages)),
          draw_(scion, shares),
          precision_(precision),
          head_(head_of(scion)),
          crew_(workers, [] { at::set_num_threads(1); }),
          slices_(workers) {
        for (const auto& [name, stage] : stages_of(scion))
            for (const at::Tensor& parameter : stage.parameters()) parameters_.push_back(parameter);
    }

    at::Tensor forward(const at::Tensor& features) override {
        const OneThreadHere alone;
        const bool with_gradients = at::GradMode::is_enabled();
        const auto images = features.size(0), workers = static_cast<std::int64_t>(slices_.size());
        const at::Tensor kept = draw_(images);
        crew_.run([&](std::size_t i) {
            const at::AutoGradMode mode(with_gradients);
            const Autocast numbers = computes_with(precision_);
            Slice& slice = slices_[i];
            slice.first = static_cast<std::int64_t>(i) * images / workers;
            slice.size = (static_cast<std::int64_t>(i) + 1) * images / workers - slice.first;
            slice.pooled = at::Tensor();
            if (slice.size > 0)
                slice.pooled = stages_(channels_last(features.narrow(0, slice.first, slice.size)),
                                       kept.defined() ? kept.narrow(0, slice.first, slice.size) : kept)
                                   .to(at::kFloat);
        });
        std::vector<at::Tensor> pooled;
        for (const Slice& slice : slices_)
            if (slice.size > 0) pooled.push_back(slice.pooled.detach());
        pooled_ = at::cat(pooled);  // [N,C]
        pooled_.requires_grad_(with_gradients);
        return head_.forward({pooled_}).toTensor();
    }

    void backward(const at::Tensor& loss) override {
        const OneThreadHere alone;
        loss.backward();
        std::vector<at::Tensor> trained;
        for (const at::Tensor& parameter : parameters_)
            if (parameter.requires_grad()) trained.push_back(parameter);
        crew_.run([&](std::size_t i) {
            Slice& slice = slices_[i];
            slice.gradients.clear();
            if (slice.size > 0 && slice.pooled.requires_grad())
                slice.gradients =
                    torch::autograd::grad({slice.pooled}, trained, {pooled_.grad().narrow(0, slice.first, slice.size)},
                                          std::nullopt, false, true);
            slice.pooled = at::Tensor();
        });
        crew_.run([&](std::size_t i) {
            const at::NoGradGuard no_grad;
            for (std::size_t p = i; p < trained.size(); p += slices_.size()) add_gradients(trained[p], p);
        });
    }

private:
    struct Slice {
        std::int64_t first = 0, size = 0;
        at::Tensor pooled;                  ///< what its stages gave, with their graph
        std::vector<at::Tensor> gradients;  ///< of the trained parameters
    };

    /// In the order of the slices, whichever was ready first.
    void add_gradients(const at::Tensor& parameter, std::size_t index) {
        at::Tensor& sum = parameter.mutable_grad();
        for (Slice& slice : slices_) {
            if (slice.gradients.empty() || !slice.gradients[index].defined()) continue;
            if (sum.defined())
                sum.add_(slice.gradients[index]);
            else
                sum = slice.gradients[index].clone();  // two parameters may share one gradient
        }
    }

    TrainingGraph stages_;
    BranchDraw draw_;
    Precision precision_;
    TorchModule head_;
    std::vector<at::Tensor> parameters_;  ///< of the stages
    Crew crew_;
    std::vector<Slice> slices_;
    at::Tensor pooled_;  ///< of the batch; where the head's graph begins
};

}  // namespace

bool has_statistics(const TorchModule& module) {
    return module.hasattr("running_mean") && module.hasattr("training") && !module.attr("running_mean").isNone();
}

NamedModules stages_of(const TorchModule& scion) {
    NamedModules stages;
    for (const auto& child : scion.named_children()) stages.emplace_back(child.name, child.value);
    stages.pop_back();
    return stages;
}

at::Tensor channels_last(const at::Tensor& features) {
    return features.dim() == 4 ? features.contiguous(at::MemoryFormat::ChannelsLast) : features;
}

std::unique_ptr<ScionPass> plain_pass(const TorchModule& scion) { return std::make_unique<PlainPass>(scion); }

std::unique_ptr<ScionPass> fast_pass(const TorchModule& scion, BatchNorms batch_norms, std::size_t workers,
                                     Precision precision, const StochasticDepth& depth) {
    const NamedModules stages = stages_of(scion);
    TrainingGraph graph(make_chain("Stages", stages), {.residual_sums = depth.sums});
    const bool alone = batch_norms == BatchNorms::fixed || !has_batch_norms(stages);
    if (workers > 1 && alone && !graph.draws())
        return std::make_unique<SlicedPass>(std::move(graph), scion, workers, precision, depth.shares);
    return std::make_unique<WholePass>(scion, precision, depth);
}

void set_training_mode(const TorchModule& scion, BatchNorms batch_norms) {
    TorchModule whole = scion;
    whole.train();
    if (batch_norms == BatchNorms::adaptive) return;
    for (const auto& [name, stage] : stages_of(scion))
        for (TorchModule module : stage.modules())
            if (has_statistics(module)) module.setattr("training", false);
}

}  // namespace graft

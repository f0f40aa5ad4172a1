#include "train/batch_statistics.hpp"

#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include "train/scion_pass.hpp"

namespace graft {

BatchStatistics::BatchStatistics(const TorchModule& scion)
    : scion_(scion), graph_(make_chain("Stages", stages_of(scion)), {.last_statistics = true}) {
    for (const auto& [name, stage] : stages_of(scion))
        for (const TorchModule& module : stage.modules()) {
            if (!has_statistics(module)) continue;
            const at::Tensor mean = module.attr("running_mean").toTensor();
            const at::Tensor none = at::zeros_like(mean, at::kDouble);
            norms_.push_back({mean, module.attr("running_var").toTensor(), none, none.clone()});
        }
}

void BatchStatistics::add(const at::Tensor& features) {
    const at::NoGradGuard no_grad;
    if (norms_.empty()) return;
    set_training_mode(scion_, BatchNorms::adaptive);
    static_cast<void>(graph_(channels_last(features).to(norms_.front().mean.device())));
    const std::int64_t images = features.size(0);
    for (Norm& norm : norms_) {
        const at::Tensor mean = norm.mean.to(at::kDouble);
        norm.sum_of_means.add_(mean, images);
        norm.second_moment.add_(norm.variance.to(at::kDouble) + mean * mean, images);
    }
    images_ += images;
}

void BatchStatistics::settle() {
    if (images_ == 0) return;
    const at::NoGradGuard no_grad;
    for (const Norm& norm : norms_) {
        const at::Tensor mean = norm.sum_of_means / images_;
        norm.mean.copy_(mean);
        norm.variance.copy_((norm.second_moment / images_ - mean * mean).clamp_min(0));
    }
}

}  // namespace graft

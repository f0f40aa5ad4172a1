#include "train/branch_draw.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <torch/csrc/jit/api/module.h>

namespace graft {

at::Tensor BranchDraw::operator()(std::int64_t images, const std::optional<at::Generator>& generator) const {
    if (shares_.empty() || !scion_.is_training()) return {};
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> kept;
    for (const double share : shares_)
        kept.push_back(at::empty({images}).bernoulli_(1 - share, generator).div_(1 - share));
    return at::stack(kept, 1);
}

}  // namespace graft

#include "train/batch_statistics.hpp"

#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include "network/head.hpp"
#include "network/probe.hpp"
#include "network/waves.hpp"

namespace graft {
namespace {

using testing::waves;

/// A batch norm with a small momentum alone, pooling and a head that has one too.
TorchModule norm_and_head() {
    Rng rng(3);
    return make_chain("Scion", {{"bn", make_batch_norm({.channels = 3, .momentum = 0.01})},
                                {"pool", make_pooling(Pooling::avg, FeatureForm::map)},
                                {"head", make_head({.hidden = {8}, .batch_norm = true}, 3, 2, rng)}});
}

at::Tensor of_norm(const TorchModule& scion, const char* name) {
    return scion.attr("bn").toModule().attr(name).toTensor();
}

TEST(BatchStatistics, AreThoseOfAllImagesTogetherWhateverTheMomentum) {
    const TorchModule scion = norm_and_head();
    BatchStatistics statistics(scion);
    const at::Tensor first = waves({6, 3, 40, 40}), second = 2 * waves({3, 3, 40, 40}) + 1;
    statistics.add(first);
    statistics.add(second);
    statistics.settle();
    const at::Tensor all = at::cat({first, second}).transpose(0, 1).flatten(1);  // [3, values]
    EXPECT_TRUE(agree(of_norm(scion, "running_mean"), all.mean(1)));
    EXPECT_TRUE(at::allclose(of_norm(scion, "running_var"), all.var(1), 1e-3));
}

TEST(BatchStatistics, LeaveTheHeadsOwnAsTheyAre) {
    const TorchModule scion = norm_and_head();
    const at::Tensor of_head =
        scion.attr("head").toModule().attr("batch_norm1").toModule().attr("running_mean").toTensor();
    const at::Tensor before = of_head.clone();
    BatchStatistics statistics(scion);
    statistics.add(waves({6, 3, 4, 4}));
    statistics.settle();
    EXPECT_TRUE(at::equal(of_head, before));
}

TEST(BatchStatistics, WithoutABatchNothingChanges) {
    const TorchModule scion = norm_and_head();
    BatchStatistics(scion).settle();
    EXPECT_TRUE(at::equal(of_norm(scion, "running_var"), at::ones({3})));
}

}  // namespace
}  // namespace graft

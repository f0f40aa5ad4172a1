#include "train/weights_snapshot.hpp"

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

void fill(const TorchModule& module, double value) {
    const at::NoGradGuard no_grad;
    for (at::Tensor tensor : module.parameters()) tensor.fill_(value);
    for (at::Tensor tensor : module.buffers()) tensor.fill_(value);
}

TEST(TensorSnapshot, HoldsParametersAndBuffersAsTheyWere) {
    const TorchModule norm = make_batch_norm({.channels = 2});
    fill(norm, 3);
    const TensorSnapshot snapshot(norm);
    fill(norm, 4);
    ASSERT_EQ(snapshot.values().size(), 4);  // weight, bias, running mean, running variance
    for (const at::Tensor& value : snapshot.values()) EXPECT_EQ(value.sum().item<double>(), 6);
}

TEST(TensorSnapshot, BringsThemBackIntoTheSameTensors) {
    const TorchModule norm = make_batch_norm({.channels = 2});
    const at::Tensor weight = norm.attr("weight").toTensor();
    fill(norm, 3);
    const TensorSnapshot snapshot(norm);
    fill(norm, 4);
    snapshot.restore(norm);
    EXPECT_EQ(weight.sum().item<double>(), 6);  // an optimizer that holds the tensor sees it
    EXPECT_EQ(norm.attr("running_var").toTensor().sum().item<double>(), 6);
    fill(norm, 5);
    EXPECT_EQ(snapshot.values().front().sum().item<double>(), 6);  // restoring handed out no memory of its own
}

TEST(TensorSnapshot, RefusesAModuleOfOtherShapesAndChangesNothing) {
    const TorchModule norm = make_batch_norm({.channels = 2}), wider = make_batch_norm({.channels = 3});
    fill(wider, 1);
    for (const TorchModule& other : {wider, make_linear(2, 2)}) {
        try {
            TensorSnapshot(norm).restore(other);
            FAIL() << "no error";
        } catch (const Error& error) {
            EXPECT_STREQ(error.what(), "the saved weights do not fit the model of this config");
        }
    }
    EXPECT_EQ(wider.attr("weight").toTensor().sum().item<double>(), 3);
}

}  // namespace
}  // namespace graft

#include "network/torch_device.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/version.h>

#include "core/text.hpp"
#include "error_message.hpp"
#include "fake_device/fake_device.hpp"

namespace graft {
namespace {

using testing::error_message;
using testing::fake_device;

const Device kGpu{DeviceKind::cuda, 0};
const std::string kOfACpuBuild = format_text(
    "this LibTorch ({}) is built for CPUs alone; scripts/setup.sh --device cuda installs one with CUDA, then build "
    "graft again",
    TORCH_VERSION);

TEST(ChooseDevice, TakesTheCpuWithoutAWord) {
    const ChosenDevice chosen = choose_device("cpu", "/device");
    EXPECT_EQ(chosen.device, Device());
    EXPECT_EQ(chosen.note, "");
}

TEST(ChooseDevice, RefusesAGpuThatIsNotThereAndSaysWhatToDo) {
    if (why_absent(kGpu) != kOfACpuBuild) GTEST_SKIP() << "this LibTorch is built with CUDA";
    EXPECT_EQ(error_message<ConfigError>([] { (void)choose_device("cuda:1", "/device"); }),
              "/device: there is no cuda:1: " + kOfACpuBuild);
}

TEST(ChooseDevice, SaysWhatAutoHasChosen) {
    const ChosenDevice chosen = choose_device("auto", "/device");
    EXPECT_EQ(chosen.device.kind == DeviceKind::cuda, why_absent(kGpu).empty());
    if (why_absent(kGpu).empty())
        EXPECT_EQ(chosen.note, "device: " + description_of(kGpu));
    else
        EXPECT_EQ(chosen.note, "device: cpu, for " + why_absent(kGpu));
}

TEST(ChooseDevice, RefusesOtherNames) {
    EXPECT_EQ(error_message<ConfigError>([] { (void)choose_device("gpu", "--device"); }),
              "--device: expected auto, cpu, cuda or cuda:<number>, got \"gpu\"");
}

TEST(OnCpu, CopiesWhatIsElsewhere) {
    TorchModule module("Module");
    module.register_parameter("weight", at::ones({2}), false);
    EXPECT_EQ(on_cpu(module)._ivalue(), module._ivalue());
    module.to(fake_device());
    const TorchModule copy = on_cpu(module);
    EXPECT_TRUE(copy.attr("weight").toTensor().is_cpu());
    EXPECT_TRUE(at::equal(copy.attr("weight").toTensor(), at::ones({2})));
    EXPECT_EQ(module.attr("weight").toTensor().device(), fake_device());
}

TEST(ExpectMemory, KnowsTheErrorsOfUsedUpMemory) {
    const auto told = [](const std::exception& error) {
        return error_message<DeviceMemoryError>([&] { expect_memory(error, at::kCPU, "it", "take less"); });
    };
    const std::string expected = "cpu: the memory does not suffice for it: take less";
    EXPECT_EQ(told(std::runtime_error("CUDA out of memory. Tried to allocate 2.00 GiB.")), expected);
    EXPECT_EQ(told(std::runtime_error("CUDNN_STATUS_ALLOC_FAILED")), expected);
    EXPECT_EQ(told(c10::OutOfMemoryError({__func__, __FILE__, 0}, "full")), expected);
    EXPECT_NO_THROW(expect_memory(std::runtime_error("a wrong shape"), at::kCPU, "it", "take less"));
}

}  // namespace
}  // namespace graft

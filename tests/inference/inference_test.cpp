// What every implementation of Inference does.
#include "inference/inference.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>

#include <thread>

#include "error_message.hpp"
#include "fake_device/fake_device.hpp"
#include "graft/core/errors.hpp"
#include "inference/device_inference.hpp"
#include "inference/eager_inference.hpp"
#include "network/grafted_model.hpp"
#include "network/network_input.hpp"
#include "network/probe.hpp"
#include "network/tiny_architecture.hpp"
#include "network/torch_device.hpp"

namespace graft {
namespace {

using testing::error_message;
using testing::tiny_preprocessing;

TorchModule tiny_trunk() { return graft_model(testing::tiny_backbone(), tiny_preprocessing(), "all", {}, 2, 1).trunk; }

at::Tensor pictures(std::int64_t count) {
    const at::Tensor one = example_input(tiny_preprocessing());
    return one.expand({count, -1, -1, -1}) * at::arange(1, count + 1).reshape({-1, 1, 1, 1}) / count;
}

at::Tensor plain(const at::Tensor& images) {
    const at::NoGradGuard no_grad;
    return tiny_trunk().forward({images}).toTensor();
}

std::shared_ptr<const Inference> make(const std::string& kind) {
    if (kind == "eager") return std::make_shared<EagerInference>(tiny_trunk());
    if (kind == "device" || kind == "device_four")
        return std::make_shared<DeviceInference>(tiny_trunk(), example_input(tiny_preprocessing()),
                                                 testing::fake_device(),
                                                 InferenceOptions{.images_per_call = kind == "device" ? 1 : 4});
    return make_inference(tiny_trunk(), example_input(tiny_preprocessing()),
                          {.images_per_call = kind == "fused" ? 1 : 4});
}

class EveryInference : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Made, EveryInference,
                         ::testing::Values("fused", "fused_four", "eager", "device", "device_four"),
                         [](const auto& test) { return test.param; });

TEST_P(EveryInference, GivesWhatTheModuleGives) {
    const auto network = make(GetParam());
    for (const std::int64_t count : {1, 3, 4, 9})
        EXPECT_TRUE(agree((*network)(pictures(count)), plain(pictures(count)))) << count;
    EXPECT_EQ(network->note(), "");
    EXPECT_EQ(network->cause(), "");
    EXPECT_EQ(network->device(), Device());
}

TEST_P(EveryInference, GivesOrdinaryTensorsOfTheirOwn) {
    const auto network = make(GetParam());
    const at::Tensor first = (*network)(pictures(1)), kept = first.clone();
    EXPECT_FALSE(first.is_inference());
    EXPECT_TRUE(first.is_contiguous());
    static_cast<void>((*network)(pictures(5)));
    EXPECT_TRUE(at::equal(first, kept));
}

TEST_P(EveryInference, HasACopyOfTheModule) {
    TorchModule module = tiny_trunk();
    module.train();
    const auto network = GetParam() == "eager" ? std::make_shared<const EagerInference>(module)
                                               : make_inference(module, example_input(tiny_preprocessing()));
    EXPECT_TRUE(module.is_training());
    const at::Tensor before = (*network)(pictures(1));
    const at::NoGradGuard no_grad;
    for (at::Tensor parameter : module.parameters()) parameter.zero_();
    EXPECT_TRUE(at::equal((*network)(pictures(1)), before));
}

TEST(Inference, SaysHowItIsBestCalled) {
    EXPECT_EQ(make("fused")->images_per_call(), 1);
    EXPECT_EQ(make("fused_four")->images_per_call(), 4);
    EXPECT_EQ(make("fused")->callers(), std::max(1U, std::thread::hardware_concurrency()));
    EXPECT_EQ(make("fused")->engine(), "oneDNN graph");
    EXPECT_EQ(make("eager")->callers(), 1);
    EXPECT_EQ(make("eager")->engine(), "eager");
}

TEST(Inference, IsRefusedOnAGpuThatIsNotThere) {
    const Device gpu{DeviceKind::cuda, 1000};
    const auto make_one = [&] {
        static_cast<void>(make_inference(tiny_trunk(), example_input(tiny_preprocessing()), {.device = gpu}));
    };
    EXPECT_EQ(error_message<Error>(make_one), "device cuda:1000: " + why_absent(gpu));
    EXPECT_EQ(error_message<Error>([&] { const EagerInference network(tiny_trunk(), gpu); }),
              "device cuda:1000: " + why_absent(gpu));
}

TEST(Inference, ComputesOnAGpuAsOnTheCpu) {
    const Device gpu{DeviceKind::cuda, 0};
    if (!why_absent(gpu).empty()) GTEST_SKIP() << why_absent(gpu);
    const auto network =
        make_inference(tiny_trunk(), example_input(tiny_preprocessing()), {.device = gpu, .images_per_call = 4});
    EXPECT_EQ(network->device(), gpu);
    EXPECT_TRUE(agree((*network)(pictures(9)), plain(pictures(9))));
}

TEST(EagerInference, ComputesOnAGpuAsOnTheCpu) {
    const Device gpu{DeviceKind::cuda, 0};
    if (!why_absent(gpu).empty()) GTEST_SKIP() << why_absent(gpu);
    const EagerInference network(tiny_trunk(), gpu);
    EXPECT_EQ(network.device(), gpu);
    EXPECT_TRUE(agree(network(pictures(3)), plain(pictures(3))));
    EXPECT_NE(why_absent({DeviceKind::cuda, 1000}), "");
}

}  // namespace
}  // namespace graft

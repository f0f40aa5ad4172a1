#include "inference/device_inference.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "error_message.hpp"
#include "fake_device/fake_device.hpp"
#include "inference/throughput.hpp"
#include "network/grafted_model.hpp"
#include "network/network_input.hpp"
#include "network/probe.hpp"
#include "network/tiny_architecture.hpp"
#include "network/torch_device.hpp"

namespace graft {
namespace {

using testing::error_message;
using testing::fake_device;
using testing::FakeDeviceMemory;
using ::testing::HasSubstr;
using testing::tiny_preprocessing;

TorchModule trunk_of_tiny() {
    return graft_model(testing::tiny_backbone(), tiny_preprocessing(), "all", {}, 2, 1).trunk;
}

at::Tensor picture() { return example_input(tiny_preprocessing()); }

at::Tensor dimmed_pictures(std::int64_t count) {
    std::vector<at::Tensor> pictures;
    for (std::int64_t i = 0; i < count; ++i) pictures.push_back(picture() * (1.0 / static_cast<double>(i + 1)));
    return at::cat(pictures);
}

TEST(DeviceInference, ComputesOnTheDeviceWhatTheCpuComputes) {
    const auto cpu = make_inference(trunk_of_tiny(), picture());
    const DeviceInference device(trunk_of_tiny(), picture(), fake_device(), {.images_per_call = 4});
    const std::size_t before = testing::fake_device_operators();
    for (const std::int64_t count : {1, 3, 4, 9}) {
        const at::Tensor features = device(dimmed_pictures(count));
        EXPECT_TRUE(features.is_cpu());
        EXPECT_TRUE(agree(features, (*cpu)(dimmed_pictures(count)))) << count;
    }
    EXPECT_GT(testing::fake_device_operators(), before);
    EXPECT_EQ(device.engine(), "frozen");
    EXPECT_EQ(device.images_per_call(), 4);
}

TEST(DeviceInference, GivesAnImageTheSameWhateverElseIsInTheBatch) {
    const DeviceInference device(trunk_of_tiny(), picture(), fake_device(), {.images_per_call = 4});
    const at::Tensor alone = device(dimmed_pictures(1)), among_others = device(dimmed_pictures(9));
    EXPECT_TRUE(at::equal(alone[0], among_others[0]));
}

TEST(DeviceInference, MayBeCalledByManyAtOnce) {
    const DeviceInference device(trunk_of_tiny(), picture(), fake_device(), {.images_per_call = 2});
    const at::Tensor expected = device(dimmed_pictures(5));
    std::vector<std::future<at::Tensor>> calls;
    for (int i = 0; i < 8; ++i)
        calls.push_back(std::async(std::launch::async, [&] { return device(dimmed_pictures(5)); }));
    for (auto& call : calls) EXPECT_TRUE(at::equal(call.get(), expected));
}

TEST(DeviceInference, ComputesInBfloat16WhereAskedTo) {
    const InferenceOptions narrow{.precision = Precision::bfloat16, .images_per_call = 2};
    const DeviceInference exact(trunk_of_tiny(), picture(), at::kCPU, {}),
        rounded(trunk_of_tiny(), picture(), at::kCPU, narrow);
    const at::Tensor expected = exact(dimmed_pictures(3)), found = rounded(dimmed_pictures(3));
    EXPECT_EQ(found.scalar_type(), at::kFloat);
    EXPECT_FALSE(agree(found, expected));
    EXPECT_LT((found - expected).norm().item<double>(), 0.02 * expected.norm().item<double>());
}

TEST(DeviceInference, RefusesADeviceThatGivesOtherNumbers) {
    const TorchModule liar = make_function("Liar", "torch.mean(x, [2, 3]) * (1.0 if x.is_cpu else 1.01)");
    EXPECT_THAT(error_message<Error>([&] { const DeviceInference device(liar, picture(), fake_device(), {}); }),
                HasSubstr("device cpu: what it gives differs by "));
    EXPECT_NO_THROW(DeviceInference(liar, picture(), at::kCPU, {}));
}

TEST(DeviceInference, SaysWhatToDoWhereMemoryIsUsedUp) {
    const DeviceInference device(trunk_of_tiny(), picture(), fake_device(), {.images_per_call = 64});
    const FakeDeviceMemory little(100'000);
    EXPECT_EQ(
        error_message<DeviceMemoryError>([&] { static_cast<void>(device(picture())); }),
        "hpu:0: the memory does not suffice for 64 images of 16x16 in one call: lower /data/image_size, free what "
        "others use of it (nvidia-smi), or compute on the CPU");
    const FakeDeviceMemory nearly_none(100);
    EXPECT_THAT(error_message<DeviceMemoryError>(
                    [&] { const DeviceInference another(trunk_of_tiny(), picture(), fake_device(), {}); }),
                HasSubstr("the memory does not suffice for the network"));
}

/// A network that has memory for so many images and computes nothing.
class RoomForImages final : public Inference {
public:
    RoomForImages(std::int64_t images, std::int64_t room) : images_(images) {
        if (images > room) throw DeviceMemoryError("no room");
    }
    at::Tensor operator()(const at::Tensor& images) const override { return images; }
    std::int64_t images_per_call() const override { return images_; }
    std::size_t callers() const override { return 1; }
    Device device() const override { return {}; }
    const std::string& engine() const override { return none_; }
    const std::string& note() const override { return none_; }
    const std::string& cause() const override { return none_; }

private:
    std::int64_t images_;
    std::string none_;
};

/// A call takes as long as 32 images, whatever fewer it has; two workers take twice as long.
double paced(const Inference& network, std::size_t workers) {
    const auto images = static_cast<double>(network.images_per_call());
    return 1000 * images / std::max(images, 32.0) / static_cast<double>(workers);
}

InferencePlan fastest(const std::vector<std::int64_t>& tried, std::int64_t room) {
    return fastest_plan(
        tried, {1, 2}, [room](std::int64_t images) { return std::make_shared<const RoomForImages>(images, room); },
        paced);
}

TEST(FastestPlan, StopsWhereMoreImagesAreNoFaster) {
    const InferencePlan plan = fastest({16, 32, 64, 128}, 1000);
    EXPECT_EQ(plan.images_per_call, 32);
    EXPECT_EQ(plan.workers, 1);
    EXPECT_EQ(plan.images_per_second, 1000);
}

TEST(FastestPlan, TakesMoreImagesOnlyWhereThatIsWorthwhile) {
    const auto make = [](std::int64_t images) { return std::make_shared<const RoomForImages>(images, 1000); };
    const auto gaining = [](double factor) {
        return [factor](const Inference& network, std::size_t) {
            return network.images_per_call() == 1 ? 100 : 100 * factor;
        };
    };
    EXPECT_EQ(fastest_plan(std::vector<std::int64_t>{1, 2}, {1}, make, gaining(1.02)).images_per_call, 1);
    EXPECT_EQ(fastest_plan(std::vector<std::int64_t>{1, 2}, {1}, make, gaining(1.04)).images_per_call, 2);
}

TEST(FastestPlan, StopsWhereMemoryIsUsedUp) {
    EXPECT_EQ(fastest({8, 16, 32}, 16).images_per_call, 16);
    EXPECT_THROW(static_cast<void>(fastest({8}, 4)), DeviceMemoryError);
}

TEST(UsualPlan, IsOneImagePerCallOnTheCpuAlone) {
    EXPECT_EQ(usual_plan(3, {}).images_per_call, 1);
    EXPECT_EQ(usual_plan(3, {DeviceKind::cuda, 0}).images_per_call, 32);
    EXPECT_EQ(usual_plan(3, {DeviceKind::cuda, 0}).workers, 3);
}

}  // namespace
}  // namespace graft

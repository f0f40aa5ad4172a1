// Training on a device beside the CPU, of which there is a fake one.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <torch/csrc/jit/api/module.h>

#include "error_message.hpp"
#include "fake_device/fake_device.hpp"
#include "network/head.hpp"
#include "network/probe.hpp"
#include "network/torch_device.hpp"
#include "network/waves.hpp"
#include "train/largest_batch.hpp"
#include "train/separable_images.hpp"
#include "train/weights_snapshot.hpp"

namespace graft {
namespace {

using testing::fake_device;
using testing::FakeDeviceMemory;
using ::testing::HasSubstr;
using testing::waves;

/// A convolution with batch norm, pooling, a head.
TorchModule scion_on_maps() {
    Rng rng(3);
    TorchModule stage = make_chain(
        "Stage", {{"conv", make_conv2d({.in = 3, .out = 8, .kernel = 3, .stride = 1, .pad = on_each_side(1)})},
                  {"bn", make_batch_norm({.channels = 8})},
                  {"relu", make_function("Relu", "torch.relu(x)")}});
    initialise(stage, rng);
    TorchModule scion = make_chain("Scion", {{"stage", stage},
                                             {"pool", make_pooling(Pooling::avg, FeatureForm::map)},
                                             {"head", make_head({.hidden = {8}}, 8, 4, rng)}});
    for (at::Tensor parameter : scion.parameters()) parameter.requires_grad_(true);
    return scion;
}

std::vector<at::Tensor> scores_and_gradients(const TorchModule& scion, ScionPass& pass) {
    set_training_mode(scion, BatchNorms::adaptive);
    const at::Tensor scores = pass.forward(waves({7, 3, 12, 12}));
    pass.backward((scores * waves({7, 4})).sum());
    std::vector<at::Tensor> found{scores.detach()};
    for (const at::Tensor& parameter : scion.parameters()) {
        EXPECT_EQ(parameter.grad().device(), parameter.device());
        found.push_back(parameter.grad().cpu().clone());
    }
    return found;
}

TEST(DevicePass, GivesScoresAndGradientsOfThePlainPass) {
    const TorchModule plain = scion_on_maps(), moved = scion_on_maps();
    const auto expected = scores_and_gradients(plain, *plain_pass(plain));
    const auto pass = device_pass(moved, fake_device());
    const auto found = scores_and_gradients(moved, *pass);
    ASSERT_EQ(found.size(), expected.size());
    EXPECT_TRUE(found.front().is_cpu());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(at::allclose(found[i], expected[i], 1e-4, 1e-4)) << i;
}

TEST(DevicePass, HasTheScionOnTheDeviceWhileItLives) {
    const TorchModule scion = scion_on_maps();
    const std::vector<at::Tensor> before = TensorSnapshot(scion).values();
    std::vector<at::Tensor> parameters;
    for (const at::Tensor& parameter : scion.parameters()) parameters.push_back(parameter);
    {
        const auto pass = device_pass(scion, fake_device());
        for (const at::Tensor& parameter : parameters) EXPECT_EQ(parameter.device(), fake_device());
        const TensorSnapshot snapshot(scion);
        for (const at::Tensor& value : snapshot.values()) EXPECT_TRUE(value.is_cpu());
    }
    const std::vector<at::Tensor> after = TensorSnapshot(scion).values();
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(at::equal(after[i], before[i])) << i;
    for (const at::Tensor& parameter : parameters) EXPECT_TRUE(parameter.is_cpu());
}

TEST(DevicePass, SaysWhatToLowerWhereMemoryIsUsedUp) {
    const TorchModule scion = scion_on_maps();
    const auto pass = device_pass(scion, fake_device());
    const FakeDeviceMemory little(20'000);
    EXPECT_THAT(testing::error_message<DeviceMemoryError>([&] {
                    (void)pass->forward(waves({64, 3, 12, 12}));
                }),
                HasSubstr("hpu:0: the memory does not suffice for a batch of 64 images: lower the batch size "
                          "(/data/batch_size, and raise /training/accumulate by as much)"));
}

TEST(DevicePass, ComputesInBfloat16WhileItTrains) {
    const TorchModule plain = scion_on_maps(), rounded = scion_on_maps();
    const auto expected = scores_and_gradients(plain, *plain_pass(plain));
    const auto found = scores_and_gradients(rounded, *device_pass(rounded, at::kCPU, Precision::bfloat16));
    EXPECT_FALSE(agree(found.front(), expected.front()));
    EXPECT_TRUE(at::allclose(found.front(), expected.front(), 0.05, 0.02));
    EXPECT_EQ(found.front().scalar_type(), at::kFloat);
}

TEST(DeviceMemoryOf, TellsWhatIsFree) {
    const FakeDeviceMemory little(1'000'000);
    const DeviceMemory before = memory_of(fake_device()).value();
    EXPECT_EQ(before.total, 1'000'000);
    {
        const at::Tensor taken = waves({100'000}).to(fake_device());
        EXPECT_EQ(memory_of(fake_device())->free, before.free - 400'000);
    }
    EXPECT_EQ(memory_of(fake_device())->free, before.free - 400'000) << "kept by LibTorch";
    release_memory(fake_device());
    EXPECT_EQ(memory_of(fake_device())->free, before.free);
    EXPECT_FALSE(memory_of(at::kCPU));
}

/// How much memory a step with so many images takes, copies of the weights for the optimizer included.
std::size_t memory_of_a_step(std::int64_t images) {
    const FakeDeviceMemory enough(100'000'000);
    const std::size_t before = memory_of(fake_device())->free;
    const TorchModule copy = scion_on_maps();
    set_training_mode(copy, BatchNorms::adaptive);
    const auto pass = device_pass(copy, fake_device());
    std::vector<at::Tensor> beside;
    for (const at::Tensor& parameter : copy.parameters())
        for (int i = 0; i < 3; ++i) beside.push_back(parameter.detach().clone());
    for (int step = 0; step < 2; ++step)  // the second has the first one's gradients beside it
        pass->backward(pass->forward(waves({images, 3, 12, 12})).sum());
    return before - memory_of(fake_device())->free;
}

TEST(LargestBatch, FillsThreeQuartersOfTheMemory) {
    const TorchModule scion = scion_on_maps();
    const std::vector<at::Tensor> before = TensorSnapshot(scion).values();
    for (const std::size_t room : {400'000U, 1'000'000U, 3'000'000U}) {
        const FakeDeviceMemory memory(room);
        const std::int64_t found = largest_batch(scion, {.feature_shape = {3, 12, 12}}, fake_device(), 1024);
        EXPECT_EQ(memory_of(fake_device())->free, memory_of(fake_device())->total) << "all is given back";
        const double used = static_cast<double>(memory_of_a_step(found)),
                     of_more = static_cast<double>(memory_of_a_step(2 * found));
        EXPECT_LE(used, 0.8 * static_cast<double>(room)) << found;
        EXPECT_GT(of_more, 0.7 * static_cast<double>(room)) << found;
    }
    const std::vector<at::Tensor> after = TensorSnapshot(scion).values();
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(at::equal(after[i], before[i])) << i;
}

TEST(LargestBatch, CountsNothingThatLibTorchKeeps) {
    const TorchModule scion = scion_on_maps();
    const FakeDeviceMemory memory(1'000'000);
    const std::int64_t expected = largest_batch(scion, {.feature_shape = {3, 12, 12}}, fake_device(), 1024);
    { const at::Tensor freed = waves({225'000}).to(fake_device()); }
    EXPECT_LT(memory_of(fake_device())->free, 110'000);
    EXPECT_EQ(largest_batch(scion, {.feature_shape = {3, 12, 12}}, fake_device(), 1024), expected);
}

TEST(LargestBatch, DrawsNothingFromTheApplicationsRandomNumbers) {
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    const at::Tensor before = generator.get_state();
    (void)largest_batch(scion_on_maps(), {.feature_shape = {3, 12, 12}}, fake_device(), 4);
    EXPECT_TRUE(at::equal(generator.get_state(), before));
}

TEST(LargestBatch, IsNoLargerThanAsked) {
    const TorchModule scion = scion_on_maps();
    EXPECT_EQ(largest_batch(scion, {.feature_shape = {3, 12, 12}}, fake_device(), 16), 16);
    EXPECT_EQ(largest_batch(scion, {.feature_shape = {3, 12, 12}}, fake_device(), 31), 16);
    {
        const FakeDeviceMemory for_two(memory_of_a_step(2) + 10'000);
        EXPECT_EQ(largest_batch(scion, {.feature_shape = {3, 12, 12}}, fake_device(), 16), 2);
    }
    const FakeDeviceMemory none(40'000);
    EXPECT_THROW((void)largest_batch(scion, {.feature_shape = {3, 12, 12}}, fake_device(), 16), DeviceMemoryError);
}

class TrainingOnADevice : public ::testing::TestWithParam<std::string> {
protected:
    enum class Where { cpu, device };

    TrainingResult run(WholeTraining parts, std::int64_t epochs, Where where, bool resume = false) {
        parts.phase.epochs = epochs;
        parts.phase.batch_size = 7;
        parts.phase.accumulate = 2;
        parts.phase.clip_norm = 1;
        if (where == Where::device) parts.phase.pass = device_pass(parts.phase.scion, fake_device());
        weights_ = parts.run.weights;
        const TrainingOptions options{.epochs = epochs, .seed = 1, .average = AveragingOptions{.decay = 0.5}};
        return train(std::move(parts.run), std::move(parts.phase), options, resume, reporter_);
    }
    [[nodiscard]] WholeTraining parts() {
        training_.head.dropout = 0;  // the fake device has no generator of its own
        training_.optimizer = GetParam();
        training_.optimizer_options = {{"learning_rate", 0.02}};
        return training_.parts();
    }
    [[nodiscard]] std::vector<at::Tensor> weights() const { return TensorSnapshot(weights_).values(); }

    SeparableTraining training_{testing::fresh_folder()};  // 24 pictures: batches of 7, 7, 7 and 3
    TorchModule weights_;
    testing::RecordingReporter reporter_;
};
INSTANTIATE_TEST_SUITE_P(Optimizers, TrainingOnADevice, ::testing::ValuesIn(builtin_optimizers().names()),
                         [](const auto& test) { return test.param; });

TEST_P(TrainingOnADevice, LearnsWhatTheCpuLearns) {
    const TrainingResult on_cpu = run(parts(), 4, Where::cpu);
    const std::vector<at::Tensor> expected = weights();
    const TrainingResult on_device = run(parts(), 4, Where::device);
    for (std::size_t epoch = 0; epoch < 4; ++epoch)
        EXPECT_NEAR(on_device.history[epoch].metric("val_loss").value(),
                    on_cpu.history[epoch].metric("val_loss").value(), 1e-4);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_TRUE(weights()[i].is_cpu());
        EXPECT_TRUE(at::allclose(weights()[i], expected[i], 1e-3, 1e-4)) << i;
    }
    for (const at::Tensor& parameter : weights_.parameters()) EXPECT_TRUE(parameter.is_cpu());
}

TEST_P(TrainingOnADevice, GoesOnFromACheckpointNumberForNumber) {
    const TrainingResult whole = run(parts(), 4, Where::device);
    const std::vector<at::Tensor> expected = weights();
    (void)run(parts(), 2, Where::device);
    const TrainingResult resumed = run(parts(), 4, Where::device, true);
    for (std::size_t epoch = 0; epoch < 4; ++epoch)
        EXPECT_EQ(resumed.history[epoch].metrics, whole.history[epoch].metrics) << epoch;
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(at::equal(weights()[i], expected[i])) << i;
}

TEST_P(TrainingOnADevice, MayGoOnElsewhere) {
    const TrainingResult whole = run(parts(), 4, Where::cpu);
    for (const auto& [first, then] : {std::pair(Where::device, Where::cpu), std::pair(Where::cpu, Where::device)}) {
        (void)run(parts(), 2, first);
        const TrainingResult resumed = run(parts(), 4, then, true);
        EXPECT_NEAR(resumed.history.back().metric("val_loss").value(), whole.history.back().metric("val_loss").value(),
                    1e-4);
    }
}

}  // namespace
}  // namespace graft

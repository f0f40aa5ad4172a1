#include "network/head.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>

#include "error_message.hpp"
#include "network/run_module.hpp"
#include "network/tiny_architecture.hpp"

namespace graft {
namespace {

using testing::run;

using Names = std::vector<std::string>;

TorchModule head_of(const HeadOptions& options, std::uint64_t seed = 1) {
    Rng rng(seed);
    return make_head(options, 3, 2, rng);
}

/// What an activation makes of one number.
double activated(Activation activation, float value) {
    const TorchModule layer = head_of({.hidden = {4}, .activation = activation}).attr("activation1").toModule();
    return run(layer, at::tensor({value})).item<double>();
}

TEST(Head, WithoutHiddenLayersIsOneDenseLayer) {
    const TorchModule head = head_of({.hidden = {}});
    EXPECT_EQ(testing::child_names(head), Names{"classifier"});
    EXPECT_EQ(head.attr("classifier").toModule().attr("weight").toTensor().sizes(), at::IntArrayRef({2, 3}));
}

TEST(Head, ThatFitsIntoNoMemoryIsRefusedBeforeItIsMade) {
    const HeadOptions huge{.hidden = std::vector<std::int64_t>(16, 65536)};
    // 4 * 65536 + 15 * 65537 * 65536 + 65537 * 2, at 16 bytes
    EXPECT_THAT(
        testing::error_message<ConfigError>([&] { (void)head_of(huge); }),
        ::testing::StartsWith("/head/hidden: training 64.4 billion parameters takes 1031 GB of memory, and this "
                              "machine has "));
}

TEST(Head, HasItsLayersInTheDocumentedOrder) {
    const TorchModule head = head_of({.hidden = {5, 4}, .dropout = 0.5, .batch_norm = true});
    EXPECT_EQ(testing::child_names(head), (Names{"dense1", "batch_norm1", "activation1", "dropout1", "dense2",
                                                 "batch_norm2", "activation2", "dropout2", "classifier"}));
    EXPECT_EQ(head.attr("dense2").toModule().attr("weight").toTensor().sizes(), at::IntArrayRef({4, 5}));
    EXPECT_EQ(run(head, at::ones({7, 3})).sizes(), at::IntArrayRef({7, 2}));
}

TEST(Head, HasTheActivationsOfTheFieldByTheirNames) {
    EXPECT_EQ(activated(Activation::relu, -1), 0);
    EXPECT_EQ(activated(Activation::relu, 2), 2);
    EXPECT_NEAR(activated(Activation::gelu, 1), 0.8413447, 1e-6);  // the normal distribution function at 1
    EXPECT_NEAR(activated(Activation::silu, 1), 0.7310586, 1e-6);  // 1 / (1 + 1/e)
    EXPECT_NEAR(activated(Activation::tanh, 1), 0.7615942, 1e-6);
}

TEST(Head, DropsOutputsWhileTrainingAlone) {
    TorchModule head = head_of({.hidden = {64}, .dropout = 0.5});
    const at::Tensor input = at::ones({1, 3});
    head.eval();
    EXPECT_TRUE(at::equal(run(head, input), run(head, input)));
    head.train();
    EXPECT_FALSE(at::equal(run(head, input), run(head, input)));
}

TEST(Head, DropsTheShareThatIsAskedForAndScalesTheRest) {
    TorchModule dropout = head_of({.hidden = {4}, .dropout = 0.25}).attr("dropout1").toModule();
    dropout.train();
    const at::Tensor result = run(dropout, at::ones({100000}));
    EXPECT_NEAR((result == 0).sum().item<double>() / 100000, 0.25, 0.01);
    EXPECT_NEAR(result.max().item<double>(), 1 / 0.75, 1e-6);
}

TEST(Head, DependsOnTheSeedAlone) {
    const at::Tensor input = at::ones({1, 3});
    EXPECT_TRUE(at::equal(run(head_of({}, 5), input), run(head_of({}, 5), input)));
    EXPECT_FALSE(at::equal(run(head_of({}, 5), input), run(head_of({}, 6), input)));
}

}  // namespace
}  // namespace graft

#include "inference/fused_inference.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "network/grafted_model.hpp"
#include "network/network_input.hpp"
#include "network/tiny_architecture.hpp"

namespace graft {
namespace {

using testing::tiny_backbone;
using testing::tiny_preprocessing;

/// The trunk of a network with random weights, and pictures of its input's size.
struct Trunk {
    Preprocessing preprocessing = tiny_preprocessing();
    TorchModule module;

    explicit Trunk(const std::string& architecture = "tiny") {
        const ArchitectureRow row =
            architecture == "tiny" ? testing::tiny_row() : *builtin_architectures().find(architecture);
        if (architecture != "tiny") preprocessing.height = preprocessing.width = 64;
        const Backbone backbone = load_backbone(row, "random", 3, preprocessing);
        module = graft_model(backbone, preprocessing, "all", {}, 2, 1).trunk;
    }
    [[nodiscard]] at::Tensor picture(double shade) const {
        return example_input(preprocessing) * (1 - shade) + 255 * shade;
    }
    [[nodiscard]] at::Tensor plain(const at::Tensor& picture) const {
        TorchModule copy = module;
        return copy.forward({picture}).toTensor();
    }
};

class EveryTrunk : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryTrunk, GivesWhatThePlainModuleGives) {
    const Trunk trunk(GetParam());
    const FusedInference fast(trunk.module, trunk.picture(0));
    EXPECT_EQ(fast.note(), "");
    for (const double shade : {0.0, 0.3, 0.9}) {
        const at::Tensor expected = trunk.plain(trunk.picture(shade));
        const double difference = (fast(trunk.picture(shade)) - expected).abs().max().item<double>();
        EXPECT_LE(difference, 1e-4 * expected.abs().max().item<double>()) << shade;
    }
}

INSTANTIATE_TEST_SUITE_P(Some, EveryTrunk, ::testing::Values("tiny", "resnet50", "efficientnet_lite0"),
                         [](const auto& name) { return name.param; });

TEST(FusedInference, LeavesTheModuleAsItIs) {
    TorchModule module = Trunk().module;
    module.train();
    const std::string before = hash_of_values(module);
    const FusedInference fast(module, Trunk().picture(0));
    EXPECT_EQ(hash_of_values(module), before);
    EXPECT_TRUE(module.is_training());
}

TEST(FusedInference, TakesAnyMemoryFormat) {
    const Trunk trunk;
    const FusedInference fast(trunk.module, trunk.picture(0));
    EXPECT_TRUE(at::equal(fast(trunk.picture(0.5).contiguous(at::MemoryFormat::ChannelsLast)),
                          fast(trunk.picture(0.5).contiguous())));
}

TEST(FusedInference, ServesSeveralThreadsAtOnce) {
    const Trunk trunk;
    const FusedInference fast(trunk.module, trunk.picture(0));
    constexpr int kPictures = 40;
    const auto classify_all = [&](std::vector<at::Tensor>& results) {
        use_one_thread_here();
        for (int i = 0; i < kPictures; ++i) results.push_back(fast(trunk.picture(i / 100.0)));
    };
    std::vector<at::Tensor> alone, first, second;
    std::thread([&] { classify_all(alone); }).join();
    std::thread one([&] { classify_all(first); }), other([&] { classify_all(second); });
    one.join();
    other.join();
    EXPECT_TRUE(at::equal(at::stack(first), at::stack(alone)));
    EXPECT_TRUE(at::equal(at::stack(second), at::stack(alone)));
    EXPECT_FALSE(at::equal(alone.front(), alone.back()));
}

}  // namespace
}  // namespace graft

// What every built-in mixing must keep, whoever adds it.
#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <gtest/gtest.h>

#include "contract/plugin_contract.hpp"
#include "train/mixing.hpp"

namespace graft {
namespace {

class EveryMixing : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] const MixingRow& row() const { return *builtin_mixings().find(GetParam()); }
};

TEST_P(EveryMixing, DescribesItsOptions) { testing::expect_describes_itself(row()); }

TEST_P(EveryMixing, KeepsShapesAndLeavesTheBatchAsItIs) {
    const MixedBatch batch{at::arange(4 * 3 * 8 * 8, at::kFloat).reshape({4, 3, 8, 8}), at::eye(4)};
    const MixedBatch before{batch.features.clone(), batch.targets.clone()};
    Rng rng(1);
    const MixedBatch mixed = row().make().build({})(batch, rng);
    EXPECT_EQ(mixed.features.sizes(), batch.features.sizes());
    EXPECT_TRUE(mixed.targets.sum(1).allclose(batch.targets.sum(1))) << "shares of classes add up to 1";
    EXPECT_TRUE(batch.features.equal(before.features) && batch.targets.equal(before.targets));
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryMixing, ::testing::ValuesIn(builtin_mixings().names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace graft

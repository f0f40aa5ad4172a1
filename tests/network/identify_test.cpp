#include "network/identify.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>

#include "network/tiny_architecture.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ArchitectureRow larger_row() {
    ArchitectureRow row = testing::tiny_row();
    row.name = "larger";
    row.make = [make = row.make](std::int64_t height, std::int64_t width) {
        Architecture net = make(height, width);
        net.stages.emplace_back("layer2", make_chain("Layer", {{"conv", make_conv2d({.in = 6, .out = 2})}}));
        return net;
    };
    return row;
}

Registry<ArchitectureRow> table() { return Registry<ArchitectureRow>{larger_row(), testing::tiny_row()}; }

StateDict state_of(const Architecture& architecture) {
    StateDict state;
    for (const auto& [name, stage] : architecture.stages)
        for (const auto& parameter : stage.named_parameters())
            state.entries.push_back({name + "." + parameter.name, parameter.value});
    for (const auto& [name, stage] : architecture.stages)
        for (const auto& buffer : stage.named_buffers())
            state.entries.push_back({name + "." + buffer.name, buffer.value});
    return state;
}

TEST(FindArchitectures, PutsTheOneFirstThatTheFileIsComplete) {
    const auto fits = find_architectures(state_of(testing::tiny_row().make(16, 16)), table());
    ASSERT_EQ(fits.size(), 2U);
    EXPECT_EQ(fits[0].name, "tiny");
    EXPECT_TRUE(fits[0].report.complete());
    EXPECT_EQ(fits[0].report.loaded.size(), 10U);
    EXPECT_EQ(fits[1].name, "larger");
    EXPECT_THAT(fits[1].report.missing, ElementsAre("layer2.conv.weight"));
}

TEST(FindArchitectures, SaysWhatIsMissingInTheNearestOne) {
    StateDict state = state_of(larger_row().make(16, 16));
    std::erase_if(state.entries, [](const NamedTensor& entry) { return entry.name == "layer1.bn.bias"; });
    const auto fits = find_architectures(state, table());
    EXPECT_EQ(fits[0].name, "larger");
    EXPECT_FALSE(fits[0].report.complete());
    EXPECT_THAT(fits[0].report.missing, ElementsAre("layer1.bn.bias"));
}

TEST(FindArchitectures, FindsNoneForOtherTensors) {
    EXPECT_THAT(find_architectures({.entries = {{"embedding.weight", at::zeros({3, 3})}}}, table()), IsEmpty());
}

TEST(FindArchitectures, TakesNoNoticeOfTheHeadThatGraftAdds) {
    StateDict state = state_of(testing::tiny_row().make(16, 16));
    state.entries.push_back({"head.classifier.weight", at::zeros({3, 6})});
    EXPECT_TRUE(find_architectures(state, table()).front().report.complete());
}

TEST(ClassesOf, IsTheLastDenseLayersNumberOfRows) {
    const Architecture net = builtin_architectures().find("resnet18")->make(64, 64);
    EXPECT_EQ(classes_of(net, {.entries = {{"fc.weight", at::zeros({7, 512})}}}), 7);
    EXPECT_EQ(classes_of(net, {.entries = {{"conv1.weight", at::zeros({7, 512})}}}), 0);
}

TEST(DescribeStages, GivesTheShapeOfEachStagesOutput) {
    const Architecture net = testing::tiny_row().make(16, 16);
    const std::vector<StageRow> rows = describe_stages(net, testing::tiny_preprocessing());
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].name, "stem");
    EXPECT_THAT(rows[0].shape, ElementsAre(4, 8, 8));
    EXPECT_EQ(rows[0].parameters, 3 * 4 * 9 + 2 * 4);
    EXPECT_THAT(rows[1].shape, ElementsAre(6, 4, 4));
}

}  // namespace
}  // namespace graft

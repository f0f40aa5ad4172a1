#include "run/stage_problems.hpp"

#include <gmock/gmock.h>

#include "network/tiny_architecture.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What is wrong with a share of 0.2 in a phase that trains this much of the network.
std::vector<std::string> problems_of(const ArchitectureRow& row, const std::string& train) {
    RunOptions options = default_run_config(Tables{});
    options.training.phases = {{.train = train, .stochastic_depth = 0.2}};
    return stage_problems(row.make(224, 224), options, Tables{});
}
std::vector<std::string> problems_of(const std::string& name, const std::string& train) {
    return problems_of(*builtin_architectures().find(name), train);
}

TEST(StageProblems, StochasticDepthNeedsABranchThatTrains) {
    EXPECT_THAT(problems_of("resnet18", "layer4"), IsEmpty());
    EXPECT_THAT(problems_of("efficientnet_lite0", "norms"), IsEmpty());
    EXPECT_THAT(problems_of("resnet18", "head"),
                ElementsAre("/training/phases/0/stochastic_depth: expected 0, got 0.2: nothing but the head trains in "
                            "this phase, and residual branches are in the stages"));
    EXPECT_THAT(problems_of("efficientnet_lite0", "top"),
                ElementsAre("/training/phases/0/stochastic_depth: expected 0, got 0.2: none of the stages that train "
                            "in this phase has residual branches; train one before top"));
}

TEST(StageProblems, StochasticDepthNeedsANetworkWhoseBranchesAreKnown) {
    EXPECT_THAT(problems_of(testing::tiny_row(), "all"),
                ElementsAre("/training/phases/0/stochastic_depth: expected 0, got 0.2: graft knows of no residual "
                            "branches in tiny"));
}

}  // namespace
}  // namespace graft

#include "run/phase.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/count_nonzero.h>
#include <gmock/gmock.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/optim/optimizer.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "network/tiny_architecture.hpp"

namespace graft {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

/// The learning rate of each group of a phase of the tiny network, whose stages are stem and layer1.
std::map<std::string, double> rates_of(PhaseOptions options) {
    options.optimizer = builtin_optimizers().find("adamw")->make();  // 0.001
    const std::vector<Phase> phases =
        make_phases({options}, testing::tiny_backbone(), testing::tiny_preprocessing(), {.hidden = {}}, 2, 1);
    std::map<std::string, double> rates;
    const Phase& phase = phases.front();
    for (std::size_t i = 0; i < phase.groups.size(); ++i)
        rates[phase.groups[i].name] = learning_rate_of(*phase.optimizer, i);
    return rates;
}

TEST(PhaseLearningRates, AreThoseOfTheirStageByName) {
    EXPECT_THAT(rates_of({.train = "all",
                          .layer_decay = 0.5,
                          .learning_rates = {{"stem", 0.1}, {"head", 0.7}},
                          .decay_norms_and_biases = true}),
                UnorderedElementsAre(Pair("head", 0.7), Pair("layer1", 0.0005), Pair("stem", 0.1)));
    const std::map<std::string, double> in_two = rates_of({.train = "layer1", .learning_rates = {{"layer1", 0.1}}});
    for (const auto& [group, rate] : in_two) EXPECT_EQ(rate, group.starts_with("layer1") ? 0.1 : 0.001) << group;
    EXPECT_TRUE(in_two.contains("layer1 norms and biases"));
}

TEST(PhaseLearningRates, AreRefusedForAStageInWhichNothingTrains) {
    ArchitectureRow row = testing::tiny_row();
    row.make = [make = row.make](std::int64_t height, std::int64_t width) {
        Architecture net = make(height, width);
        net.stages.push_back({"last", make_function("Last", "torch.relu(x)")});
        return net;
    };
    const Backbone backbone = load_backbone(row, "random", 3, testing::tiny_preprocessing());
    const PhaseOptions options{
        .train = "all", .optimizer = builtin_optimizers().find("sgd")->make(), .learning_rates = {{"last", 0.1}}};
    EXPECT_EQ(testing::error_message<ConfigError>(
                  [&] { (void)make_phases({options}, backbone, testing::tiny_preprocessing(), {.hidden = {}}, 2, 1); }),
              "/training/phases/0/learning_rates/last: has no parameters that train in this phase");
}

/// Of the classifier, in phases and in the one of heads that are searched.
std::vector<at::Tensor> first_weights(const HeadOptions& head) {
    PhaseOptions options{.train = "all"};
    options.optimizer = builtin_optimizers().find("sgd")->make();
    const Backbone backbone = testing::tiny_backbone();
    std::vector<Phase> phases = make_phases({options}, backbone, testing::tiny_preprocessing(), head, 3, 1);
    phases.push_back(make_head_phase(options, backbone, head, 3, 1));
    std::vector<at::Tensor> weights;
    for (const Phase& phase : phases)
        weights.push_back(
            phase.model.scion.attr("head").toModule().attr("classifier").toModule().attr("weight").toTensor());
    return weights;
}

TEST(NewHead, BeginsAtZeroWhereItIsALinearClassifier) {
    for (const at::Tensor& weight : first_weights({.hidden = {}})) EXPECT_EQ(weight.count_nonzero().item<int>(), 0);
    for (const at::Tensor& weight : first_weights({.hidden = {8}}))
        EXPECT_EQ(weight.count_nonzero().item<std::int64_t>(), weight.numel());
}

}  // namespace
}  // namespace graft

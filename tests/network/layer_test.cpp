#include "graft/network/layer.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "network/backbone.hpp"
#include "network/layer_module.hpp"

namespace graft {
namespace {

using testing::error_message;

at::Tensor result_of(const Layer& layer, const at::Tensor& input) {
    TorchModule module = layer.parts().module.deepcopy();
    module.eval();
    return module.forward({input}).toTensor();
}

std::vector<std::string> parameters_of(const TorchModule& module) {
    std::vector<std::string> names;
    for (const auto& parameter : module.named_parameters()) names.push_back(parameter.name);
    return names;
}

using Names = std::vector<std::string>;

TEST(Layers, HaveTheParametersThatTheyAreDocumentedToHave) {
    EXPECT_EQ(parameters_of(layers::conv2d({.in = 3, .out = 4}).parts().module), (Names{"weight"}));
    EXPECT_EQ(parameters_of(layers::conv2d({.in = 3, .out = 4, .bias = true}).parts().module),
              (Names{"weight", "bias"}));
    EXPECT_EQ(parameters_of(layers::batch_norm({.channels = 4}).parts().module), (Names{"weight", "bias"}));
    EXPECT_EQ(parameters_of(layers::layer_norm(4).parts().module), (Names{"weight", "bias"}));
    EXPECT_EQ(parameters_of(layers::linear(3, 4).parts().module), (Names{"weight", "bias"}));
    EXPECT_EQ(parameters_of(layers::chain({{"a", layers::linear(3, 4)}}).parts().module),
              (Names{"a.weight", "a.bias"}));
}

TEST(Layers, AChainAppliesItsChildrenInOrder) {
    const Layer chain = layers::chain({{"double", layers::function("x * 2")}, {"one", layers::function("x + 1")}});
    EXPECT_TRUE(at::equal(result_of(chain, at::full({1, 2}, 3.0)), at::full({1, 2}, 7.0)));
}

TEST(Layers, SourceReachesChildrenAndParameters) {
    const Layer layer =
        layers::source("def forward(self, x):\n    return self.twice.forward(x) + self.shift\n",
                       {{"twice", layers::function("x * 2")}}, {{.name = "shift", .shape = {2}, .value = 0.5}});
    EXPECT_TRUE(at::equal(result_of(layer, at::full({1, 2}, 3.0)), at::full({1, 2}, 6.5)));
}

TEST(Layers, SayWhatTorchScriptRefuses) {
    EXPECT_TRUE(error_message<Error>([] {
                    (void)layers::function("torch.no_such_function(x)");
                }).starts_with("a layer of the application (function): TorchScript refuses it: "));
    EXPECT_TRUE(error_message<Error>([] {
                    (void)layers::source("def forward(self, x):\nreturn x\n", {});
                }).starts_with("a layer of the application (source): TorchScript refuses it: "));
}

OwnBackbone backbone_of(BackboneNetwork network) {
    return {"mine", "of a test", [network](std::int64_t, std::int64_t) { return network; }};
}

BackboneNetwork one_stage() { return {.stages = {{"stem", layers::conv2d({.in = 3, .out = 4})}}, .channels = 4}; }

TEST(OwnBackbones, BecomeArchitectures) {
    BackboneNetwork network = one_stage();
    network.after_pooling = {{"norm", layers::layer_norm(4)}};
    network.renames = {{"conv.", "stem."}};
    network.classifier = "fc.";
    network.classifier_layers = {{"fc"}};
    const Architecture architecture = architecture_row(backbone_of(network)).make(32, 32);
    EXPECT_EQ(architecture.name, "mine");
    EXPECT_EQ(architecture.channels, 4);
    ASSERT_EQ(architecture.stages.size(), 1);
    EXPECT_EQ(architecture.stages[0].first, "stem");
    EXPECT_EQ(architecture.after_pooling[0].first, "norm");
    EXPECT_EQ(architecture.renames, network.renames);
    EXPECT_EQ(architecture.classifier, "fc.");
    EXPECT_EQ(architecture.classifier_layers[0].name, "fc");
}

TEST(OwnBackbones, DoNotShareParametersBetweenNetworks) {
    const ArchitectureRow row = architecture_row(backbone_of(one_stage()));  // hands out the same layer each time
    const Preprocessing preprocessing;
    const Backbone first = load_backbone(row, "random", 1, preprocessing);
    const at::Tensor before = first.architecture.stages[0].second.attr("weight").toTensor().clone();
    const Backbone second = load_backbone(row, "random", 2, preprocessing);
    EXPECT_TRUE(at::equal(first.architecture.stages[0].second.attr("weight").toTensor(), before));
    EXPECT_FALSE(at::equal(second.architecture.stages[0].second.attr("weight").toTensor(), before));
}

TEST(OwnBackbones, SayWhatIsMissing) {
    const auto problem = [](const BackboneNetwork& network) {
        return error_message<Error>([&] { (void)architecture_row(backbone_of(network)).make(32, 32); });
    };
    EXPECT_EQ(problem({}), "the backbone \"mine\" has no stages");
    BackboneNetwork silent = one_stage();
    silent.channels = 0;
    EXPECT_EQ(problem(silent), "the backbone \"mine\" does not say how many channels its last stage gives");
    BackboneNetwork ambiguous = one_stage();
    ambiguous.stages[0].first = "all";
    EXPECT_EQ(problem(ambiguous),
              "the backbone \"mine\" has a stage called all: that means something else in /backbone/freeze");
    EXPECT_EQ(error_message<Error>([] {
                  (void)architecture_row({"", "", {}});
              }),
              "the backbone \"\" needs a name and a function that makes it");
}

}  // namespace
}  // namespace graft

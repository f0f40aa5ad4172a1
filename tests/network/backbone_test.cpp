#include "network/backbone.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "core/hash.hpp"
#include "graft/core/errors.hpp"
#include "network/tiny_architecture.hpp"
#include "temporary_folder.hpp"
#include "weights/store/manifest.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using testing::tiny_backbone;
using testing::tiny_preprocessing;
using testing::tiny_row;

std::map<std::string, at::Tensor> values_of(const Backbone& backbone) {
    std::map<std::string, at::Tensor> values;
    const TorchModule chain = make_chain("All", backbone.architecture.stages);
    for (const auto& parameter : chain.named_parameters()) values.emplace(parameter.name, parameter.value);
    for (const auto& buffer : chain.named_buffers()) values.emplace(buffer.name, buffer.value);
    return values;
}

void expect_same_values(const Backbone& found, const Backbone& expected) {
    const auto found_values = values_of(found), expected_values = values_of(expected);
    ASSERT_EQ(found_values.size(), expected_values.size());
    for (const auto& [name, value] : expected_values) EXPECT_TRUE(at::equal(found_values.at(name), value)) << name;
}

/// TorchScript files of the tiny network, written with LibTorch alone.
class TorchScriptFile : public ::testing::Test {
protected:
    /// Saves the stages as a module of that `forward`; "y" is the stages' output.
    std::string save(const std::string& result) const {
        TorchModule module = make_module("Exported");
        for (const auto& [name, stage] : backbone_.architecture.stages) module.register_module(name, stage);
        module.define("def forward(self, x):\n    y = self.layer1.forward(self.stem.forward(x))\n    return " + result +
                      "\n");
        module.eval();
        return save(module);
    }
    std::string save(const TorchModule& module) const {
        const std::string file = (folder_ / "network.pt").string();
        module.save(file);
        return file;
    }
    static Backbone load(const std::string& file) { return load_backbone(tiny_row(), file, 0, tiny_preprocessing()); }

    /// What the DataError says when the file is loaded, without the file's name.
    static std::string refusal_of(const std::string& file) {
        try {
            (void)load(file);
        } catch (const DataError& error) {
            const std::string what = error.what();
            return what.starts_with(file + ": ") ? what.substr(file.size() + 2) : "without its name: " + what;
        }
        return "no error";
    }

    const Backbone backbone_ = tiny_backbone(5);
    const testing::TemporaryFolder folder_;
};

TEST(RandomBackbone, DependsOnTheSeedAlone) {
    expect_same_values(tiny_backbone(5), tiny_backbone(5));
    EXPECT_FALSE(at::equal(values_of(tiny_backbone(5)).at("stem.conv.weight"),
                           values_of(tiny_backbone(6)).at("stem.conv.weight")));
    EXPECT_EQ(tiny_backbone(5).weights_hash, "random-5");
    EXPECT_EQ(tiny_backbone(5).weights, "random");
}

/// Features are kept under this hash: other values of one file must not be taken for them.
TEST(BackboneFile, HasAnotherHashForEachPartThatAConfigChooses) {
    const std::filesystem::path folder = std::filesystem::path(GRAFT_TEST_DIR) / "weights" / "wild";
    const ArchitectureRow row{
        "small", "", [](std::int64_t, std::int64_t) {
            Architecture net{.name = "small", .channels = 3};
            net.stages = {{"body", make_chain("Body", {{"conv", make_conv2d({.in = 2, .out = 3, .kernel = 3})},
                                                       {"norm", make_batch_norm({.channels = 3})}})}};
            net.renames = {{"conv.", "body.conv."}, {"norm.", "body.norm."}};
            return net;
        }};
    const std::string timm = (folder / "timm_script.pth").string();
    const auto hash_with = [&](const WeightsChoice& choice, const std::string& path) {
        return load_backbone(row, path, 0, tiny_preprocessing(), {.choice = choice}).weights_hash;
    };
    const std::string plain = hash_with({.key = "state_dict"}, timm),
                      averaged = hash_with({.key = "state_dict_ema"}, timm);
    EXPECT_NE(plain, averaged);
    EXPECT_NE(plain, sha256_of_file(timm));
    const std::string moco = (folder / "moco.pth").string();
    EXPECT_EQ(hash_with({}, moco), sha256_of_file(moco));
    EXPECT_NE(hash_with({.prefix = "encoder_k."}, moco), sha256_of_file(moco));
}

TEST_F(TorchScriptFile, MayLackWhatTheConfigAllows) {
    TorchModule stem_alone = make_chain("Exported", {backbone_.architecture.stages.front()});
    stem_alone.eval();
    const std::string file = save(stem_alone);
    const auto load_with = [&](std::uint64_t seed) {
        return load_backbone(tiny_row(), file, seed, tiny_preprocessing(), {.may_be_absent = {"layer1.*"}});
    };
    const Backbone loaded = load_with(7);
    const auto values = values_of(loaded);
    EXPECT_TRUE(at::equal(values.at("stem.conv.weight"), values_of(backbone_).at("stem.conv.weight")));
    EXPECT_TRUE(at::equal(values.at("layer1.conv.weight"), values_of(tiny_backbone(7)).at("layer1.conv.weight")));
    EXPECT_EQ(loaded.loading.absent.size(), 5U);
    EXPECT_EQ(loaded.note,
              "5 tensors are not in the file and were drawn at random: layer1.bn.bias, layer1.bn.running_mean, "
              "layer1.bn.running_var, layer1.bn.weight, layer1.conv.weight");
    EXPECT_NE(loaded.weights_hash, sha256_of_file(file)) << "the features are not those of the file alone";
    EXPECT_NE(loaded.weights_hash, load_with(8).weights_hash);
    EXPECT_EQ(loaded.weights_hash, load_with(7).weights_hash);
}

TEST_F(TorchScriptFile, GivesItsParametersToTheArchitecture) {
    const std::string file = save("y");
    const Backbone loaded = load(file);
    expect_same_values(loaded, backbone_);
    EXPECT_EQ(loaded.weights, file);
    EXPECT_EQ(loaded.weights_hash, sha256_of_file(file));
}

TEST_F(TorchScriptFile, MayGiveThePooledVector) {
    expect_same_values(load(save("torch.mean(y, [2, 3])")), backbone_);
    expect_same_values(load(save("torch.mean(y, [2, 3], True)")), backbone_);
}

TEST_F(TorchScriptFile, IsRefusedWhenItComputesSomethingElse) {
    for (const char* result : {"y * 1.01", "torch.flip(y, [3])", "y[:, :, 1:]"}) {
        const std::string refusal = refusal_of(save(result));
        EXPECT_TRUE(refusal.starts_with("has the parameters of tiny but computes something else")) << refusal;
        EXPECT_NE(refusal.find("another input size than 16x16"), std::string::npos) << refusal;
        EXPECT_NE(refusal.find("\"name\": \"torchscript\" takes the network as it is"), std::string::npos) << refusal;
    }
}

TEST_F(TorchScriptFile, IsRefusedWhenItGivesMoreThanOneTensor) {
    EXPECT_EQ(
        refusal_of(save("(y, 1)")),
        "its forward returns Tuple[Tensor, int], not one tensor. Wrap it in a module whose forward returns the tensor "
        "that is meant, and script or trace that");
}

TEST_F(TorchScriptFile, IsRefusedWhenItFailsOnTheInput) {
    const std::string refusal = refusal_of(save("y.reshape([7, 7])"));
    EXPECT_TRUE(refusal.starts_with("its forward fails on a [1,3,16,16] input: ")) << refusal;
}

TEST_F(TorchScriptFile, IsRefusedWhenItWasFrozen) {
    TorchModule module = make_chain("Exported", backbone_.architecture.stages);
    module.eval();
    EXPECT_EQ(refusal_of(save(torch::jit::freeze(module))),
              "has no parameters (a frozen module keeps them as constants): export it unfrozen");
}

TEST_F(TorchScriptFile, IsRefusedWhenItIsOfAnotherArchitecture) {
    const NamedModules& stages = backbone_.architecture.stages;
    const std::string refusal = refusal_of(save(make_chain("Exported", {stages.front()})));
    EXPECT_TRUE(refusal.starts_with("these are not the weights of tiny: 5 tensors fit")) << refusal;
    EXPECT_NE(refusal.find("missing in the file (5):"), std::string::npos) << refusal;
    EXPECT_NE(refusal.find("layer1.conv.weight"), std::string::npos) << refusal;
}

TEST_F(TorchScriptFile, IsRefusedWhenItIsCutOff) {
    const std::string file = save("y");
    fs::resize_file(file, fs::file_size(file) - 100);
    const std::string refusal = refusal_of(file);
    EXPECT_TRUE(refusal.starts_with("is a zip archive that is damaged or cut off")) << refusal;
    EXPECT_EQ(refusal.find('\n'), std::string::npos) << "no stack traces for people";
}

TEST_F(TorchScriptFile, IsNamedWhenItIsAbsent) {
    EXPECT_EQ(refusal_of((folder_ / "absent.pt").string()), "cannot be read: No such file or directory");
}

TEST(PretrainedWeights, OfTheManifestFitTheirArchitecture) {
    const char* folder = std::getenv("GRAFT_TEST_WEIGHTS");
    const WeightsEntry entry = default_weights("efficientnet_lite0").value();
    const fs::path file = fs::path(folder == nullptr ? "" : folder) / entry.file;
    if (!fs::is_regular_file(file)) GTEST_SKIP() << "GRAFT_TEST_WEIGHTS has no " << entry.file;
    const Backbone backbone =
        load_backbone(*builtin_architectures().find("efficientnet_lite0"), file.string(), 0, Preprocessing{});
    EXPECT_EQ(backbone.weights_hash, entry.sha256);
    for (const auto& [name, value] : values_of(backbone)) {
        EXPECT_TRUE(value.isfinite().all().item<bool>()) << name;
        if (name.ends_with("running_var")) {
            EXPECT_GE(value.min().item<double>(), 0) << name;
        }
    }
}

}  // namespace
}  // namespace graft

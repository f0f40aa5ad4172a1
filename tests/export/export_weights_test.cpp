#include "export/export_weights.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "network/safetensors_writer.hpp"
#include "network/state_dict.hpp"
#include "network/tiny_architecture.hpp"
#include "temporary_folder.hpp"
#include "weights/store/added_weights.hpp"

namespace graft::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

WeightsEntry entry_of(const std::string& architecture, std::int64_t side) {
    WeightsEntry entry{
        .name = "mine", .architecture = architecture, .file = "mine.pt", .source = "me", .licence = "none"};
    entry.preprocessing.height = entry.preprocessing.width = side;
    return entry;
}

/// The parameters and buffers of all stages, with the name of their stage.
StateDict state_of(const Architecture& architecture) {
    StateDict state;
    for (const NamedModules* parts : {&architecture.stages, &architecture.after_pooling})
        for (const auto& [part, module] : *parts) {
            for (const auto& parameter : module.named_parameters())
                state.entries.push_back({part + "." + parameter.name, parameter.value.detach()});
            for (const auto& buffer : module.named_buffers())
                state.entries.push_back({part + "." + buffer.name, buffer.value});
        }
    return state;
}

class WeightsFile : public ::testing::Test {
protected:
    fs::path write_state(const std::string& name, const StateDict& state) const {
        return folder.write(name, safetensors_bytes(state.entries, {}));
    }

    TemporaryFolder folder;
    const Backbone tiny = tiny_backbone();
    const fs::path state_file = write_state("tiny.safetensors", state_of(tiny.architecture));
};

TEST_F(WeightsFile, HoldsTheArchitectureWithItsValuesAndItsEntry) {
    const fs::path file = folder / "mine.pt";
    const WeightsReport report = write_torchscript_weights(state_file, tiny_row(), entry_of("tiny", 16), file);
    EXPECT_EQ(report.tensors, 2 * 5);  // a kernel and a batch norm's four, in each of two stages
    EXPECT_THAT(report.notes, IsEmpty());
    EXPECT_EQ(described_weights(file)->name, "mine");

    TorchModule module = torch::jit::load(file.string());
    const at::Tensor input = at::rand({1, 3, 16, 16});
    TorchModule chain = make_chain("Chain", tiny.architecture.stages);
    chain.eval();
    EXPECT_TRUE(at::equal(module.forward({input}).toTensor(), chain.forward({input}).toTensor()));
    EXPECT_EQ(child_names(module), (std::vector<std::string>{"stem", "layer1"}));
}

TEST_F(WeightsFile, LoadsAgainAsABackboneWithTheSameValues) {
    const fs::path file = folder / "mine.pt";
    (void)write_torchscript_weights(state_file, tiny_row(), entry_of("tiny", 16), file);
    const Backbone loaded = load_backbone(tiny_row(), file.string(), 0, tiny_preprocessing());
    const StateDict found = state_of(loaded.architecture), expected = state_of(tiny.architecture);
    for (const NamedTensor& named : expected.entries)
        EXPECT_TRUE(at::equal(*found.find(named.name), named.tensor)) << named.name;
}

TEST_F(WeightsFile, IsNotWrittenForAnotherArchitecture) {
    const ArchitectureRow& resnet = *builtin_architectures().find("resnet18");
    EXPECT_THAT(error_message<DataError>([&] {
                    (void)write_torchscript_weights(state_file, resnet, entry_of("resnet18", 64), folder / "mine.pt");
                }),
                HasSubstr("tiny.safetensors: these are not the weights of resnet18"));
    EXPECT_FALSE(fs::exists(folder / "mine.pt"));
}

TEST_F(WeightsFile, BecomesSafetensorsWithTheClassifierAndTheNamesOfTheFile) {
    StateDict state = state_of(tiny.architecture);
    state.entries.push_back({"fc.weight", at::rand({5, 6})});
    const fs::path input = write_state("whole.safetensors", state), output = folder / "converted.safetensors";
    EXPECT_EQ(write_safetensors_weights(input, output).tensors, state.entries.size());
    const StateDict found = read_state_dict(output);
    ASSERT_EQ(found.entries.size(), state.entries.size());
    for (const NamedTensor& named : state.entries)
        EXPECT_TRUE(at::equal(*found.find(named.name), named.tensor)) << named.name;
}

TEST_F(WeightsFile, OfTorchScriptBecomesSafetensors) {
    const fs::path file = folder / "mine.pt", output = folder / "mine.safetensors";
    (void)write_torchscript_weights(state_file, tiny_row(), entry_of("tiny", 16), file);
    EXPECT_EQ(write_safetensors_weights(file, output).tensors, 10);
    EXPECT_THAT(read_state_dict(output).names(), Contains("layer1.conv.weight"));
}

/// Architectures that go on after pooling, that are no chain of maps, and whose published names differ from graft's.
class WeightsFileOf : public ::testing::TestWithParam<std::string> {};

TEST_P(WeightsFileOf, GoesBackToThePublishedNames) {
    constexpr std::int64_t kSide = 64;
    const TemporaryFolder folder;
    const ArchitectureRow& row = *builtin_architectures().find(GetParam());
    const Backbone backbone = load_backbone(row, "random", 5, {.height = kSide, .width = kSide});
    const StateDict own = state_of(backbone.architecture);
    const fs::path state_file = folder.write("own.safetensors", safetensors_bytes(own.entries, {}));
    (void)write_torchscript_weights(state_file, row, entry_of(GetParam(), kSide), folder / "own.pt");
    (void)write_safetensors_weights(folder / "own.pt", folder / "published.safetensors");
    const StateDict published = read_state_dict(folder / "published.safetensors");
    const Backbone loaded =
        load_backbone(row, (folder / "published.safetensors").string(), 0, {.height = kSide, .width = kSide});
    const StateDict found = state_of(loaded.architecture);
    ASSERT_EQ(published.entries.size(), own.entries.size());
    std::size_t renamed = 0;
    for (const NamedTensor& named : own.entries) {
        EXPECT_TRUE(at::equal(*found.find(named.name), named.tensor)) << named.name;
        renamed += published.find(named.name) == nullptr ? 1 : 0;
    }
    EXPECT_GT(renamed, 0);
}

INSTANTIATE_TEST_SUITE_P(Families, WeightsFileOf,
                         ::testing::Values("resnet18", "efficientnet_lite0", "mobilenet_v3_small", "convnext_tiny"),
                         [](const auto& test) { return test.param; });

TEST_F(WeightsFile, WithoutParametersIsRefused) {
    TorchModule module = make_function("Function", "torch.relu(x)");
    module.save((folder / "frozen.pt").string());
    EXPECT_EQ(error_message<DataError>(
                  [&] { (void)write_safetensors_weights(folder / "frozen.pt", folder / "out.safetensors"); }),
              (folder / "frozen.pt").string() +
                  ": has no parameters (a frozen module keeps them as constants): export it "
                  "unfrozen");
    EXPECT_FALSE(fs::exists(folder / "out.safetensors"));
}

TEST_F(WeightsFile, ThatIsDamagedIsNamed) {
    folder.write("bad.pt", "PK\x03\x04 constants.pkl");
    EXPECT_THAT(error_message<DataError>(
                    [&] { (void)write_safetensors_weights(folder / "bad.pt", folder / "out.safetensors"); }),
                HasSubstr("bad.pt: is a zip archive that is damaged or cut off; expected a state dict"));
}

}  // namespace
}  // namespace graft::testing

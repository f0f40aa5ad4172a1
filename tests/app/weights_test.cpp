/// `graft weights`; tests/end_to_end/weights_test.py has what needs a process of its own.
#include <ATen/core/Tensor.h>
#include <gmock/gmock.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>

#include "app/command_line.hpp"
#include "config/json.hpp"
#include "environment_variable.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "network/backbone.hpp"
#include "network/safetensors_writer.hpp"
#include "network/state_dict.hpp"
#include "temporary_folder.hpp"
#include "weights/file_server.hpp"
#include "weights/store/added_weights.hpp"

namespace graft::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* kLite = "efficientnet-lite0-57934424.pth";

class WeightsCommand : public ::testing::Test {
protected:
    /// What a command prints.
    std::string graft(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "weights");
        CommandLine line(arguments);
        try {
            const std::string printed = printed_by(line);
            said = line.spoken.str();
            return printed;
        } catch (...) {
            said = line.spoken.str();
            throw;
        }
    }
    template <class Expected>
    std::string error_of(const std::vector<std::string>& arguments) {
        return error_message<Expected>([&] { (void)graft(arguments); });
    }
    /// A small state dict of resnet18's shapes.
    fs::path resnet18_file(const std::string& name) {
        const ArchitectureRow& row = *builtin_architectures().find("resnet18");
        const Backbone backbone = load_backbone(row, "random", 1, {.height = 64, .width = 64});
        std::vector<NamedTensor> tensors;
        for (const auto& [stage, module] : backbone.architecture.stages) {
            for (const auto& parameter : module.named_parameters())
                tensors.push_back({stage + "." + parameter.name, parameter.value.detach()});
            for (const auto& buffer : module.named_buffers())
                tensors.push_back({stage + "." + buffer.name, buffer.value});
        }
        return outside.write(name, safetensors_bytes(tensors, {}));
    }

    PlainNetwork network;
    TemporaryFolder folder, outside;
    EnvironmentVariable variable{"GRAFT_WEIGHTS", folder.path().string()};
    EnvironmentVariable mirror{"GRAFT_WEIGHTS_MIRROR", std::nullopt};
    std::string said;
};

TEST_F(WeightsCommand, ListsWhatAConfigCanName) {
    folder.write(kLite, std::string(1'250'000, 'x'));
    const std::string table = graft({"list"});
    EXPECT_THAT(table, StartsWith("name "));
    EXPECT_THAT(table, ::testing::ContainsRegex(
                           "efficientnet_lite0.imagenet +efficientnet_lite0 +1 MB +0.7483 +Apache-2.0 +yes\n"));
    EXPECT_THAT(table, ::testing::ContainsRegex("resnet50.imagenet_v2 +resnet50 +103 MB +0.8086 +BSD-3-Clause +no\n"));
    EXPECT_THAT(table, ::testing::ContainsRegex("resnet18.imagenet_v1 +resnet18 +47 MB ")) << "by its parameters";
    EXPECT_THAT(table, HasSubstr("\nfolder  " + folder.path().string() + " (GRAFT_WEIGHTS names another folder)\n"));
    EXPECT_EQ(std::ranges::count(table, '\n'), 1 + weights_manifest().size() + 2);
}

TEST_F(WeightsCommand, ListsAllThatIsKnownAsJson) {
    folder.write(kLite, "x");
    const Json document = parse_json(graft({"list", "--json"}), "stdout");
    EXPECT_EQ(document.at("folder"), folder.path().string());
    EXPECT_EQ(document.at("weights").size(), weights_manifest().size());
    const Json& lite = document.at("weights").at(0);
    EXPECT_EQ(lite.at("name"), "efficientnet_lite0.imagenet");
    EXPECT_EQ(lite.at("present"), true);
    EXPECT_EQ(lite.at("added"), false);
    EXPECT_EQ(lite.at("path"), (folder / kLite).string());
    EXPECT_EQ(lite.at("preprocessing").at("interpolation"), "bicubic");
    EXPECT_EQ(document.at("weights").at(3).at("present"), false);
    EXPECT_EQ(document.at("weights").at(3).at("sha256_prefix"), "f37072fd");
}

TEST_F(WeightsCommand, GetRefusesNamesThatNobodyKnowsBeforeItBegins) {
    EXPECT_EQ(error_of<ConfigError>({"get", "resnet18.imagenet_v1", "resnet50.imagnet_v1", "x"}),
              "2 problems:\n  resnet50.imagnet_v1: there are no weights of that name (did you mean "
              "\"resnet50.imagenet_v1\"?); graft weights list shows all\n  x: there are no weights of that name; graft "
              "weights list shows all");
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_F(WeightsCommand, GetNamesTheAddressAndTheWayByHand) {
    FileServer server("x");
    server.status = 404;
    const EnvironmentVariable ours("GRAFT_WEIGHTS_MIRROR", server.root());
    EXPECT_EQ(error_of<Error>({"get", "resnet18"}),
              "resnet18.imagenet_v1: " + server.url("resnet18-f37072fd.pth") +
                  ": could not be downloaded: the server answered 404: there is no such file\n  By hand: "
                  "download " +
                  server.url("resnet18-f37072fd.pth") + " on any machine and put it here as " +
                  (folder / "resnet18-f37072fd.pth").string());
}

TEST_F(WeightsCommand, GetLeavesAFileThatIsNotTheEntrys) {
    const FileServer server("not asked for");
    const EnvironmentVariable ours("GRAFT_WEIGHTS_MIRROR", server.root());
    const std::string file = folder.write("resnet18-f37072fd.pth", "my own").string();
    const std::string refusal = error_of<ConfigError>({"get", "resnet18"});
    EXPECT_THAT(refusal, StartsWith(file + ": is damaged or not resnet18.imagenet_v1: its SHA-256 is "));
    EXPECT_THAT(refusal, HasSubstr("; graft weights get resnet18.imagenet_v1 --force replaces it"));
    EXPECT_EQ(folder.read("resnet18-f37072fd.pth"), "my own");
    EXPECT_THAT(folder.names(), ElementsAre("resnet18-f37072fd.pth"));
}

TEST_F(WeightsCommand, GetReplacesItWhenForcedAndOnlyByTheRightOne) {
    FileServer server("wrong too");
    const EnvironmentVariable ours("GRAFT_WEIGHTS_MIRROR", server.root());
    folder.write("resnet18-f37072fd.pth", "damaged");
    EXPECT_THAT(error_of<DataError>({"get", "resnet18", "--force"}),
                HasSubstr("is not what was expected, and nothing of it was"));
    EXPECT_THAT(said, HasSubstr("; it is replaced"));
    EXPECT_THAT(folder.names(), ElementsAre("resnet18-f37072fd.pth"));
    EXPECT_EQ(folder.read("resnet18-f37072fd.pth"), "damaged");
}

TEST_F(WeightsCommand, AddsAFileThatLaterRunsFindByName) {
    const fs::path file = resnet18_file("my net.safetensors");
    const std::string target = (folder / "my_net.pt").string();
    EXPECT_EQ(graft({"add", file.string(), "--architecture", "resnet18", "--input-size", "64", "--mean", "1,2,3",
                     "--licence", "mine", "--resize-shorter-side", "80"}),
              target + "\n");
    EXPECT_THAT(said, HasSubstr("note: in a config: \"weights\": \"my_net\"\n"));
    const WeightsEntry entry = find_weights("my_net", folder.path()).value();
    EXPECT_EQ(entry.architecture, "resnet18");
    EXPECT_EQ(entry.licence, "mine");
    EXPECT_EQ(entry.source, "my net.safetensors");
    EXPECT_EQ(entry.preprocessing.width, 64);
    EXPECT_EQ(entry.preprocessing.resize_shorter_side, 80);
    EXPECT_THAT(entry.preprocessing.mean, ElementsAre(1, 2, 3));
    EXPECT_EQ(entry.preprocessing.std, find_weights("resnet18.imagenet_v1")->preprocessing.std);
    EXPECT_THAT(graft({"list"}), HasSubstr("\nmy_net "));
    const Json listed = parse_json(graft({"list", "--json"}), "stdout").at("weights").back();
    EXPECT_EQ(listed.at("added"), true);
    EXPECT_EQ(listed.at("path"), target);
    EXPECT_EQ(graft({"get", "my_net"}), target + "\n");
}

TEST_F(WeightsCommand, AddReplacesOnlyWhenAsked) {
    const std::string file = resnet18_file("net.safetensors").string(), target = (folder / "net.pt").string();
    folder.write("net.pt", "mine");
    EXPECT_EQ(error_of<ConfigError>({"add", file, "--architecture", "resnet18", "--input-size", "64"}),
              "--name: " + target + " is already there; name another file, or --force to replace it");
    EXPECT_EQ(folder.read("net.pt"), "mine");
    EXPECT_EQ(graft({"add", file, "--architecture", "resnet18", "--input-size", "64", "--force"}), target + "\n");
    EXPECT_TRUE(described_weights(target));
}

TEST_F(WeightsCommand, AddRefusesWhatDoesNotFitAndLeavesNothing) {
    const std::string file = resnet18_file("net.safetensors").string();
    EXPECT_THAT(error_of<DataError>({"add", file, "--architecture", "resnet34"}),
                HasSubstr("these are not the weights of resnet34"));
    EXPECT_THAT(error_of<ConfigError>({"add", file, "--architecture", "resnet19"}),
                AllOf(StartsWith("--architecture: expected one of "), HasSubstr("did you mean \"resnet18\"?")));
    EXPECT_THAT(error_of<ConfigError>({"add", file}),
                StartsWith("--architecture: is needed: " + file + " does not say what it belongs to; one of "));
    EXPECT_EQ(error_of<ConfigError>({"add", file, "--architecture", "resnet18", "--name", "resnet18.imagenet_v1"}),
              "--name: resnet18.imagenet_v1 are weights of the manifest: choose another name");
    EXPECT_EQ(error_of<ConfigError>({"add", file, "--architecture", "resnet18", "--name", "a/b"}),
              "--name: expected letters, digits, '_', '.' and '-', and not \"random\", got \"a/b\"");
    EXPECT_EQ(error_of<ConfigError>({"add", file, "--architecture", "resnet18", "--interpolation", "lanczos"}),
              "/preprocessing/interpolation: expected one of nearest, bilinear, bicubic, got \"lanczos\"");
    EXPECT_EQ(error_of<ConfigError>({"add", file, "--architecture", "resnet18", "--mean", "1,2"}),
              "/preprocessing/mean: expected a list of 3 items, got [1.0,2.0]");
    EXPECT_EQ(error_of<ConfigError>({"add", file, "--architecture", "resnet18", "--input-size", "1,2,3"}),
              "--input-size: expected SIDE, or HEIGHT,WIDTH, got 3 numbers");
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_F(WeightsCommand, AddChecksAPublishedFileThatWasBroughtByHand) {
    const std::string file = outside.write("resnet18-f37072fd.pth", "not it").string();
    EXPECT_THAT(error_of<DataError>({"add", file}), StartsWith(file + ": is damaged or not resnet18.imagenet_v1: "));
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_F(WeightsCommand, ConvertsBetweenTheFormats) {
    const std::string file = resnet18_file("net.safetensors").string();
    const std::string script = (outside / "net.pt").string(), back = (outside / "back.safetensors").string();
    EXPECT_EQ(graft({"convert", file, script, "--architecture", "resnet18"}), script + "\n");
    EXPECT_EQ(described_weights(script)->architecture, "resnet18");
    EXPECT_EQ(graft({"convert", script, back}), back + "\n");
    EXPECT_THAT(read_state_dict(back).names(), ::testing::Contains("conv1.weight")) << "the published name";
    EXPECT_EQ(read_state_dict(back).entries.size(), read_state_dict(file).entries.size());
    EXPECT_THAT(said, HasSubstr("note: " + std::to_string(read_state_dict(file).entries.size()) + " tensors\n"));
}

TEST_F(WeightsCommand, ConvertSaysWhatItNeeds) {
    const std::string file = outside.write("net.pth", "x").string(), output = (outside / "net.onnx").string();
    EXPECT_EQ(error_of<ConfigError>({"convert", file, output}),
              "--format: is needed: " + output + " ends neither in .safetensors nor in .pt");
    EXPECT_EQ(error_of<ConfigError>({"convert", file, output, "--format", "safetensors", "--architecture", "resnet18"}),
              "--architecture: is for --format torchscript; safetensors files hold tensors alone");
    EXPECT_THAT(error_of<ConfigError>({"convert", file, output, "--format", "torchscript"}),
                StartsWith("--architecture: is needed: " + file));
    outside.write("there.safetensors", "mine");
    EXPECT_EQ(error_of<ConfigError>({"convert", file, (outside / "there.safetensors").string()}),
              "OUTPUT: " + (outside / "there.safetensors").string() +
                  " is already there; name another file, or --force to replace it");
    EXPECT_EQ(outside.read("there.safetensors"), "mine");
}

}  // namespace
}  // namespace graft::testing

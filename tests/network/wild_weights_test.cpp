/// @file
/// One small network, saved as other people's programs save theirs: tests/golden/make_wild_weights.py made the files.
#include <ATen/core/Tensor.h>
#include <gmock/gmock.h>

#include <filesystem>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/load_state.hpp"

namespace graft {
namespace {

using ::testing::HasSubstr;

std::filesystem::path wild(const std::string& name) {
    return std::filesystem::path(GRAFT_TEST_DIR) / "weights" / "wild" / (name + ".pth");
}

/// A convolution and a batch norm, with the names that the files have.
Architecture small_and_foreign() {
    Architecture net{.name = "small", .channels = 3, .classifier = "fc."};
    net.stages = {{"body", make_chain("Body", {{"conv", make_conv2d({.in = 2, .out = 3, .kernel = 3})},
                                               {"norm", make_batch_norm({.channels = 3})}})}};
    net.renames = {{"conv.", "body.conv."}, {"norm.", "body.norm."}};
    return net;
}

struct WildFile {
    std::string name;
    WeightsChoice choice;
    std::string told;  ///< something that the notes say

    friend void PrintTo(const WildFile& file, std::ostream* out) { *out << file.name; }
};

std::string name_of(const ::testing::TestParamInfo<WildFile>& test) {
    std::string name = test.param.name + "_" + test.param.choice.key + test.param.choice.prefix;
    std::erase_if(name, [](char c) { return c == '.' || c == '/'; });
    return name;
}

class WildWeights : public ::testing::TestWithParam<WildFile> {};

TEST_P(WildWeights, HoldTheNetworkThatWasSaved) {
    const StateDict state = read_state_dict(wild(GetParam().name), GetParam().choice);
    const Architecture net = small_and_foreign();
    const LoadReport report = load_state(net, state);
    ASSERT_TRUE(report.complete()) << explain(report, GetParam().name, "small");
    const StateDict plain = read_state_dict(wild("plain"));
    for (const auto& [name, tensor] : tensors_of(net))
        EXPECT_TRUE(tensor.equal(*plain.find(name.substr(std::string("body.").size())))) << name;
    std::vector<std::string> notes = state.notes;
    std::ranges::copy(notes_on(report), std::back_inserter(notes));
    EXPECT_THAT(joined(notes, "\n"), HasSubstr(GetParam().told));
}

INSTANTIATE_TEST_SUITE_P(
    Files, WildWeights,
    ::testing::Values(
        WildFile{"plain", {}, ""}, WildFile{"parameters", {}, ""},
        WildFile{"torchvision_reference", {.key = "model"}, "argparse.Namespace, numpy._core.multiarray.scalar"},
        WildFile{"torchvision_reference", {.key = "model_ema"}, "the counter of an averaged model"},
        WildFile{"timm_script", {.key = "state_dict"}, "taken from \"state_dict\", among \"epoch\", \"arch\""},
        WildFile{"timm_script_legacy", {.key = "state_dict"}, "argparse.Namespace"},
        WildFile{"data_parallel", {}, "dropped the prefix \"module.\""},
        WildFile{"compiled", {}, "dropped \"_orig_mod.\""}, WildFile{"compiled_data_parallel", {}, "\"module.\""},
        WildFile{"data_parallel_compiled", {}, "\"module.\""}, WildFile{"compiled_in_part", {}, "\"_orig_mod.\""},
        WildFile{"fsdp", {}, "dropped \"_fsdp_wrapped_module.\""}, WildFile{"averaged", {}, "averaged model"},
        WildFile{"lightning", {}, "begin with \"model.\"; left out: criterion.weight"},
        WildFile{"lightning_protocol5", {}, "omegaconf.dictconfig.DictConfig"},
        WildFile{"moco", {}, "begin with \"encoder_q.\"; left out: encoder_k.conv.weight"},
        WildFile{"moco", {.prefix = "module.encoder_q."}, "begin with \"module.encoder_q.\""},
        WildFile{"dino", {.key = "teacher"}, "begin with \"backbone.\"; left out: head.mlp.0.weight"},
        WildFile{"byol", {}, "those that begin with \"target_encoder.net.\" would fit as well"},
        WildFile{"swav", {}, "a head of self-supervised learning: projection_head.0.weight, prototypes.weight"},
        WildFile{"fastai_save", {}, "begin with \"0.\"; left out: 1.8.weight"},
        WildFile{"fastai_export", {}, "a Python object (torch.nn.modules.container.Sequential), a pickled module"},
        WildFile{"fastai_export_legacy", {}, "fastai.learner.Learner"},
        WildFile{"whole_module", {}, "a pickled module, which was not built"},
        WildFile{"deep", {}, "taken from \"net/ema/shadow\""}, WildFile{"tuple", {}, "taken from \"0\""}),
    name_of);

std::string refusal(const std::string& name, const WeightsChoice& choice = {}) {
    try {
        (void)read_state_dict(wild(name), choice);
    } catch (const DataError& error) {
        return std::string(error.what()).substr(wild(name).string().size());
    }
    return "no error";
}

TEST(WildWeights, AreRefusedWhereSeveralStateDictsAreLikely) {
    EXPECT_EQ(refusal("torchvision_reference"),
              ": holds several state dicts: \"model\" (6 tensors), \"model_ema\" (7 tensors); choose one with "
              "\"weights_key\" beside /backbone/weights in a config, or with --key");
    EXPECT_THAT(refusal("timm_script"), HasSubstr("\"state_dict\" (6 tensors), \"state_dict_ema\" (6 tensors)"));
    EXPECT_THAT(refusal("dino"), HasSubstr("\"student\" (7 tensors), \"teacher\" (7 tensors)"));
    EXPECT_THAT(refusal("dino", {.key = "model"}), HasSubstr("has no state dict under the key \"model\""));
    EXPECT_EQ(
        refusal("moco", {.prefix = "encoder."}),
        ": has no name that begins with \"encoder.\"; names begin with \"encoder_k.\" (6 names), \"encoder_q.\" (6 "
        "names)");
}

/// Two networks that train side by side: none of the names tells which is meant.
TEST(WildWeights, AreRefusedWhereTwoPrefixesFitEquallyWell) {
    const StateDict plain = read_state_dict(wild("plain"));
    StateDict both;
    for (const char* prefix : {"left.", "right."})
        for (const NamedTensor& entry : plain.entries)
            both.entries.push_back({prefix + entry.name, entry.tensor.add(static_cast<int>(both.entries.size() / 6))});
    const LoadReport report = load_state(small_and_foreign(), both);
    EXPECT_FALSE(report.complete());
    EXPECT_EQ(explain(report, "w.pth", "small"),
              "w.pth: the names that begin with \"left.\" and those that begin with \"right.\" fit small equally well: "
              "choose with \"weights_prefix\" beside /backbone/weights in a config, or with --prefix");
}

}  // namespace
}  // namespace graft

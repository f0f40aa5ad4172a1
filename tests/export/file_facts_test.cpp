#include "export/file_facts.hpp"

#include <gmock/gmock.h>

#include "core/files.hpp"
#include "deploy/tiny_model.hpp"
#include "export/export_model.hpp"
#include "network/stored_network.hpp"

namespace graft {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kSide = 64;

std::filesystem::path wild(const std::string& name) {
    return std::filesystem::path(GRAFT_TEST_DIR) / "weights" / "wild" / (name + ".pth");
}

TEST(FileFacts, OfWeightsNameTheTensorsAndWhatWasPassedOver) {
    const FileFacts facts = facts_of(wild("timm_script"), kSide, {.key = "state_dict"});
    EXPECT_EQ(facts.kind, "weights");
    EXPECT_EQ(facts.parameters, 54 + 4 * 3 + 1);
    EXPECT_THAT(facts.types, ElementsAre(std::pair("float32", 5), std::pair("int64", 1)));
    ASSERT_EQ(facts.tensors.size(), 6U);
    EXPECT_EQ(facts.tensors[0].name, "conv.weight");
    EXPECT_THAT(facts.tensors[0].shape, ElementsAre(3, 2, 3, 3));
    EXPECT_THAT(facts.notes, Contains(HasSubstr("never builds: ")));
    EXPECT_THAT(facts.notes, Contains(HasSubstr("argparse.Namespace")));
    EXPECT_EQ(facts.sha256.size(), 64U);
    EXPECT_FALSE(facts.architecture);
    EXPECT_TRUE(to_json(facts).at("architecture").is_null());
    EXPECT_EQ(to_json(facts).at("tensors").size(), 6U);
}

TEST(FileFacts, OfSeveralStateDictsAreListedInTheError) {
    EXPECT_THAT(error_of([] { (void)facts_of(wild("timm_script"), kSide); }),
                HasSubstr("holds several state dicts: \"state_dict\" (6 tensors), \"state_dict_ema\" (6 tensors)"));
}

TEST(FileFacts, OfAModelAreWhatItSaysOfItself) {
    const FileFacts facts = facts_of(stored_model("format2.pt"), kSide);
    EXPECT_EQ(facts.kind, "graft model");
    ASSERT_TRUE(facts.info);
    EXPECT_THAT(facts.info->outputs, ElementsAre("ant", "bee", "cat"));
    EXPECT_THAT(facts.tensors, IsEmpty());
    const Json json = to_json(facts);
    EXPECT_EQ(json.at("golden").at(0), "tiles.png");
    EXPECT_EQ(json.at("preprocessing").at("height"), 16);
    EXPECT_FALSE(json.contains("architecture"));
}

TEST(FileFacts, OfTorchScriptAreItsStages) {
    const FileFacts facts = facts_of(testing::stored("sequential_scripted"), 32);
    EXPECT_EQ(facts.kind, "TorchScript");
    EXPECT_EQ(facts.image_size, 32);
    EXPECT_FALSE(facts.stages.empty());
    EXPECT_EQ(to_json(facts).at("stages").size(), facts.stages.size());
}

TEST(FileFacts, OfExportedWeightsKnowTheirModel) {
    const auto file = testing::fresh_folder() / "model.safetensors";
    export_safetensors(random_model("resnet18", "all"), file);
    const FileFacts facts = facts_of(file, kSide);
    ASSERT_TRUE(facts.architecture);
    EXPECT_EQ(facts.architecture->best.name, "resnet18");
    EXPECT_THAT(facts.architecture->complete, Contains("resnet18"));
    ASSERT_TRUE(facts.info);
    EXPECT_THAT(facts.info->outputs, ElementsAre("ant", "bee", "cat"));
    EXPECT_EQ(facts.stages.size(), 5U);
}

TEST(FileFacts, OfOtherFilesAreAnError) {
    const testing::TemporaryFolder folder;
    const std::string page = folder.write("model.pt", "<html>").string();
    EXPECT_EQ(
        error_of([&] { (void)facts_of(page, kSide); }),
        page +
            ": is an HTML or XML page; expected a model or weights file. Download the file itself, not the page about "
            "it");
}

}  // namespace
}  // namespace graft

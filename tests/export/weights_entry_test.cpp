#include "export/weights_entry.hpp"

#include <gmock/gmock.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"
#include "weights/store/added_weights.hpp"

namespace graft::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class WeightsEntryFor : public ::testing::Test {
protected:
    TemporaryFolder folder;
    std::filesystem::path file = folder.write("my net.pth", "not read yet");
};

TEST_F(WeightsEntryFor, AFileThatSaysNothingIsThatOfTheUsualWeights) {
    const WeightsEntry entry = entry_for(file, {.architecture = "resnet18"});
    EXPECT_EQ(entry.name, "my_net");
    EXPECT_EQ(entry.file, "my_net.pt");
    EXPECT_EQ(entry.source, "my net.pth");
    EXPECT_EQ(entry.licence, "not stated");
    EXPECT_EQ(entry.preprocessing.mean, default_weights("resnet18")->preprocessing.mean);
    EXPECT_FALSE(entry.url);
}

TEST_F(WeightsEntryFor, TakesWhatAPersonSays) {
    const WeightsEntry entry = entry_for(file, {.name = "mine",
                                                .architecture = "resnet18",
                                                .licence = "MIT",
                                                .interpolation = "nearest",
                                                .input_size = {96, 128},
                                                .mean = {1, 2, 3},
                                                .imagenet_top1 = 0.5});
    EXPECT_EQ(entry.name, "mine");
    EXPECT_EQ(entry.licence, "MIT");
    EXPECT_EQ(entry.preprocessing.interpolation, Interpolation::nearest);
    EXPECT_EQ(entry.preprocessing.height, 96);
    EXPECT_EQ(entry.preprocessing.width, 128);
    EXPECT_THAT(entry.preprocessing.mean, ElementsAre(1, 2, 3));
    EXPECT_EQ(entry.imagenet_top1, 0.5);
}

TEST_F(WeightsEntryFor, SaysWhatIsMissingOrWrong) {
    EXPECT_THAT(error_message<ConfigError>([&] { (void)entry_for(file, {}); }),
                HasSubstr("--architecture: is needed: " + file.string() + " does not say what it belongs to"));
    EXPECT_EQ(error_message<ConfigError>([&] { (void)entry_for(file, {.name = "a/b", .architecture = "resnet18"}); }),
              "--name: expected letters, digits, '_', '.' and '-', and not \"random\", got \"a/b\"");
}

TEST_F(WeightsEntryFor, TheManifestsOwnFileGoesWhereADownloadWouldPutIt) {
    const auto published = folder.write("resnet18-f37072fd.pth", "x");
    const WeightsAddition addition = plan_addition(published, {}, "weights");
    EXPECT_TRUE(addition.as_it_is);
    EXPECT_EQ(addition.target, "weights/resnet18-f37072fd.pth");
    EXPECT_THAT(error_message<DataError>([&] { (void)add_to_folder(addition); }),
                HasSubstr("is damaged or not resnet18.imagenet_v1"));
    EXPECT_FALSE(plan_addition(published, {.architecture = "resnet18"}, "weights").as_it_is);
}

TEST_F(WeightsEntryFor, LeavesTheNamesOfTheManifestAlone) {
    EXPECT_EQ(error_message<ConfigError>([&] {
                  (void)plan_addition(file, {.name = "resnet18.imagenet_v1", .architecture = "resnet18"}, "weights");
              }),
              "--name: resnet18.imagenet_v1 are weights of the manifest: choose another name");
}

}  // namespace
}  // namespace graft::testing

#include "app/starter_config.hpp"

#include <gmock/gmock.h>

#include "app/fine_tuning_recipe.hpp"
#include "core/text.hpp"
#include "data/image_folder.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "samples/sample_art.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::error_message;
using ::testing::IsEmpty;
using testing::TemporaryFolder;

/// The current folder, for the time of a test.
class CurrentFolder {
public:
    explicit CurrentFolder(const fs::path& folder) { fs::current_path(folder); }
    ~CurrentFolder() { fs::current_path(before_); }
    CurrentFolder(const CurrentFolder&) = delete;
    CurrentFolder& operator=(const CurrentFolder&) = delete;

private:
    fs::path before_ = fs::current_path();
};

Json data_of(const fs::path& folder) { return starter_config(folder, "run").document.at("data"); }

TEST(StarterConfig, ValidatesOnThePartThatIsThere) {
    const TemporaryFolder folder;
    folder.touch({"train/cat/1.jpg", "train/dog/1.jpg", "valid/cat/1.jpg", "Test/cat/1.jpg"});
    EXPECT_EQ(data_of(folder.path()), Json({{"train", (folder / "train").string()},
                                            {"validation", (folder / "valid").string()},
                                            {"test", (folder / "Test").string()},
                                            {"image_size", 224},
                                            {"batch_size", 32}}));
}

TEST(StarterConfig, SplitsClassFolders) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "dog/1.jpg"});
    EXPECT_EQ(
        data_of(folder.path()),
        Json({{"train", folder.path().string()}, {"validation_split", 0.2}, {"image_size", 224}, {"batch_size", 32}}));
}

TEST(StarterConfig, TakesAFolderThatIsNotThereYetForOneOfSamples) {
    const TemporaryFolder folder;
    const Json data = data_of(folder / "later");
    EXPECT_EQ(data.at("train"), (folder / "later/train").string());
    EXPECT_EQ(data.at("test"), (folder / "later/test").string());
    EXPECT_EQ(data.at("validation_split"), 0.2);
}

TEST(StarterConfig, TakesAListWithWhatItSaysOfParts) {
    const TemporaryFolder folder;
    folder.write("plain.csv", "image_path,label\n1.jpg,cat\n2.jpg,dog\n");
    folder.write("parts.csv", "image_path,label,split\n1.jpg,cat,train\n2.jpg,dog,test\n");
    EXPECT_EQ(data_of(folder / "plain.csv"), Json({{"train", (folder / "plain.csv").string()},
                                                   {"validation_split", 0.2},
                                                   {"image_size", 224},
                                                   {"batch_size", 32}}));
    const StarterConfig parts = starter_config(folder / "parts.csv", "run");
    EXPECT_EQ(parts.document.at("data"), Json({{"train", (folder / "parts.csv").string()},
                                               {"list", {{"split_column", "split"}}},
                                               {"image_size", 224},
                                               {"batch_size", 32}}));
    EXPECT_THAT(parts.notes, ElementsAre((folder / "parts.csv").string() +
                                         ": its column \"split\" says what validates and what tests"));
    EXPECT_THROW((void)starter_config(folder / "none.csv", "run"), DataError);
}

TEST(StarterConfig, OfFewImagesIsFittedOnce) {
    const TemporaryFolder folder;
    const Json config = starter_config(folder / "later", "run", StarterRecipe::few_images).document;
    EXPECT_EQ(config.at("head").at("kind"), "linear_probe");
    EXPECT_TRUE(config.at("augmentation").empty());
    EXPECT_FALSE(config.at("training").contains("epochs"));
}

/// `/training` and `/data/image_size` of a fine-tuning on so many images.
Json fine_tuned(std::int64_t images) { return fine_tuning_of({.images = images}, 32).at("phases"); }

// 2,000 steps of 32 images, but 6 to 30 epochs; of the head 1,000, but 5 to 20.
TEST(FineTuningRecipe, TrainsForStepsThatTheNumberOfImagesDecides) {
    const auto epochs = [](std::int64_t images) {
        const Json phases = fine_tuned(images);
        return std::pair(phases[0].at("epochs").get<int>(), phases[1].at("epochs").get<int>());
    };
    EXPECT_EQ(epochs(0), std::pair(5, 12));  // not known
    EXPECT_EQ(epochs(100), std::pair(20, 30));
    EXPECT_EQ(epochs(4000), std::pair(8, 16));  // 125 steps an epoch
    EXPECT_EQ(epochs(50'000), std::pair(5, 6));
}

TEST(FineTuningRecipe, MixesManyPicturesAndEnlargesSmallOnesLess) {
    EXPECT_FALSE(fine_tuned(19'999)[1].contains("mixing"));
    EXPECT_EQ(fine_tuned(20'000)[1].at("mixing"), Json({{"name", "mixup"}, {"alpha", 0.1}}));
    EXPECT_EQ(image_size_for({.side = 95}), 128);
    EXPECT_EQ(image_size_for({.side = 96}), 224);
    EXPECT_EQ(image_size_for({}), 224);
}

TEST(StarterConfig, OfAFineTuningLooksAtTheImages) {
    const TemporaryFolder folder;
    write_samples(folder / "data", {.train_per_class = 10, .test_per_class = 1, .image_size = 64});
    const StarterConfig config = starter_config(folder / "data", "run", StarterRecipe::fine_tune);
    const auto images = static_cast<std::int64_t>(list_images(folder / "data/train").size());
    const std::int64_t train = images * 4 / 5;  // a fifth validates
    EXPECT_EQ(config.document.at("data").at("image_size"), 128);
    EXPECT_EQ(config.document.at("training").at("phases"), fine_tuned(train));
    EXPECT_THAT(config.notes, ElementsAre(format_text("{} images to train on, of about 64 pixels: 30 epochs of "
                                                      "everything at 128x128",
                                                      train)));
    const StarterConfig unknown = starter_config(folder / "later", "run", StarterRecipe::fine_tune);
    EXPECT_EQ(unknown.document.at("training").at("phases")[1].at("epochs"), 12);
    EXPECT_THAT(unknown.notes, IsEmpty());
}

TEST(ConfigForFolder, IsCalledLikeAList) {
    const TemporaryFolder folder;
    folder.write("pets.csv", "image_path,label\n1.jpg,cat\n2.jpg,dog\n");
    const CurrentFolder here(folder.path());
    EXPECT_EQ(config_for_folder("pets.csv").file, "pets.json");
    EXPECT_EQ(Json::parse(folder.read("pets.json")).at("output"), "runs/pets");
}

TEST(ConfigForFolder, IsWrittenOnceAndCalledLikeTheFolder) {
    const TemporaryFolder folder;
    folder.touch({"pets/cat/1.jpg", "pets/dog/1.jpg"});
    const CurrentFolder here(folder.path());
    const FolderConfig first = config_for_folder("pets/");
    EXPECT_EQ(first.file, "pets.json");
    EXPECT_THAT(first.notes, ElementsAre("pets.json: the config that was written for pets/"));
    const Json document = Json::parse(folder.read("pets.json"));
    EXPECT_EQ(document.at("name"), "pets");
    EXPECT_EQ(document.at("output"), "runs/pets");
    EXPECT_THAT(config_for_folder("pets/").notes, IsEmpty());  // as the same command with --resume asks for it
}

TEST(ConfigForFolder, DoesNotReplaceAnotherFile) {
    const TemporaryFolder folder;
    folder.touch({"pets/cat/1.jpg", "pets/dog/1.jpg", "pets.json"});
    const CurrentFolder here(folder.path());
    EXPECT_EQ(error_message<ConfigError>([] { (void)config_for_folder("pets"); }),
              "pets.json: is already there, and is not what would be written for pets; to train as it says: graft "
              "train pets.json; for another config: graft config init --data pets --output FILE");
    EXPECT_EQ(folder.read("pets.json"), "x");
}

TEST(ConfigForFolder, WritesFoldersOfAnyName) {
    const TemporaryFolder folder;
    folder.touch({"Bl\xFCten/cat/1.jpg", "Bl\xFCten/dog/1.jpg"});
    const CurrentFolder here(folder.path());
    const fs::path file = config_for_folder("Bl\xFCten").file;
    EXPECT_EQ(file, "Bl\xFCten.json");
    const Json document = Json::parse(folder.read("Bl\xFCten.json"));
    EXPECT_EQ(document.at("data").at("train"), R"(Bl\xFCten)");
    EXPECT_EQ(document.at("output"), R"(runs/Bl\xFCten)");
}

}  // namespace
}  // namespace graft

#include "data/layout.hpp"

#include <gmock/gmock.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::error_message;
using ::testing::IsEmpty;
using testing::TemporaryFolder;

std::string layout_error(const fs::path& folder) {
    return error_message<DataError>([&] { (void)find_layout(folder); });
}

TEST(FindLayout, KnowsThePartsByTheirUsualNamesInAnyCase) {
    struct Case {
        const char *train, *validation, *test;
    };
    for (const auto& [train, validation, test] :
         {Case{"train", "val", "test"}, Case{"train", "valid", "test"}, Case{"Training", "Validation", "Testing"},
          Case{"TRAIN", "dev", "TEST"}, Case{"train", "validate", "Test"}}) {
        const TemporaryFolder folder;
        for (const std::string part : {train, validation, test})
            for (const char* image : {"/cat/1.jpg", "/dog/1.jpg"}) folder.write(part + image, "x");
        const Layout layout = find_layout(folder.path());
        EXPECT_EQ(layout.train, folder / train);
        EXPECT_EQ(layout.validation, folder / validation);
        EXPECT_EQ(layout.test, folder / test);
        EXPECT_THAT(layout.notes, IsEmpty());
    }
}

TEST(FindLayout, TakesPartsThatAreThere) {
    const TemporaryFolder folder;
    folder.touch({"train/cat/1.jpg", "train/dog/1.jpg", "val/cat/1.jpg", "readme.txt", "labels/1.txt"});
    const Layout layout = find_layout(folder.path());
    EXPECT_EQ(layout.train, folder / "train");
    EXPECT_EQ(layout.validation, folder / "val");
    EXPECT_EQ(layout.test, std::nullopt);
}

TEST(FindLayout, TakesClassFoldersForTheTrainingPart) {
    const TemporaryFolder folder;
    folder.touch({"bus/1.jpg", "car/1.jpg", "train/1.jpg"});
    const Layout layout = find_layout(folder.path());
    EXPECT_EQ(layout.train, folder.path());
    EXPECT_EQ(layout.validation, std::nullopt);
    EXPECT_EQ(layout.test, std::nullopt);
}

TEST(FindLayout, LooksIntoTheOnlyFolder) {
    const TemporaryFolder folder;
    folder.touch({"archive/flowers/train/cat/1.jpg", "archive/flowers/train/dog/1.jpg", "archive/flowers/val/cat/1.jpg",
                  "__MACOSX/archive/._1.jpg"});
    const Layout layout = find_layout(folder.path());
    EXPECT_EQ(layout.train, folder / "archive/flowers/train");
    EXPECT_EQ(layout.validation, folder / "archive/flowers/val");
    EXPECT_THAT(layout.notes, ElementsAre((folder / "archive").string() + ": the data set is in its folder flowers",
                                          folder.path().string() + ": the data set is in its folder archive"));
}

TEST(FindLayout, SaysWhatItDoesNotUse) {
    const TemporaryFolder folder;
    folder.touch({"train/cat/1.jpg", "train/dog/1.jpg", "val/cat/1.jpg", "valid/cat/1.jpg", "test/1.jpg"});
    const Layout layout = find_layout(folder.path());
    EXPECT_EQ(layout.validation, folder / "val");
    EXPECT_EQ(layout.test, std::nullopt);
    EXPECT_THAT(
        layout.notes,
        ElementsAre((folder / "valid").string() + ": is not used, " + (folder / "val").string() + " is",
                    (folder / "test").string() + ": has no class folders and is not used; graft predict classifies its "
                                                 "images"));
}

TEST(FindLayout, SaysWhatIsThereInsteadOfClasses) {
    const TemporaryFolder folder;
    const std::string where = folder.path().string() + ": expected at least two class folders, found ";
    EXPECT_EQ(layout_error(folder.path()), where + "none");
    folder.touch({"1.jpg"});
    EXPECT_EQ(layout_error(folder.path()), where +
                                               "none: 1 image lies in the folder itself\nPut the images of each "
                                               "class into a folder of its own that is called like the class");
    folder.touch({"cat/1.jpg"});
    EXPECT_EQ(layout_error(folder.path()), where + "one: cat");
    EXPECT_EQ(layout_error(folder / "absent"), (folder / "absent").string() + ": there is no such folder");
}

TEST(FindLayout, RefusesPartsWithoutATrainingPart) {
    const TemporaryFolder folder;
    folder.touch({"val/cat/1.jpg", "test/cat/1.jpg"});
    EXPECT_EQ(layout_error(folder.path()), folder.path().string() +
                                               ": holds the parts of a data set, not classes: val, test\nName each: "
                                               "\"validation\": \"" +
                                               (folder / "val").string() + "\", \"test\": \"" +
                                               (folder / "test").string() + "\"");
}

}  // namespace
}  // namespace graft

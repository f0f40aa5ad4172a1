#include "data/given_images.hpp"

#include <gmock/gmock.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::HasSubstr;

constexpr const char* kGif = "GIF89a";  // how an image begins

class GivenImages : public ::testing::Test {
protected:
    GivenImages() {
        for (const char* name : {"cat/1.gif", "dog/2.gif"}) folder_.write(name, kGif);
        list_ = folder_.write("list.csv", "image_path,label,split\ndog/2.gif,dog,test\ncat/1.gif,cat,train\n");
    }
    testing::TemporaryFolder folder_;
    std::filesystem::path list_;
};

TEST_F(GivenImages, AreThoseOfFoldersAndOfListsAndSingleOnes) {
    NamedImages images;
    append_images(images, (folder_ / "cat").string(), {}, {});
    append_images(images, list_.string(), {}, {});
    append_images(images, "not there.jpg", {}, {});
    EXPECT_THAT(images.files, ElementsAre(folder_ / "cat/1.gif", folder_ / "dog/2.gif", folder_ / "cat/1.gif",
                                          std::filesystem::path("not there.jpg")));
    EXPECT_THAT(images.names, ElementsAre(folder_ / "cat/1.gif", "dog/2.gif", "cat/1.gif", "not there.jpg"));
    EXPECT_THAT(images.remarks.notes, ElementsAre(HasSubstr("its column \"image_path\" is the path")));
}

TEST_F(GivenImages, MayBeOfOnePartOfAList) {
    NamedImages images;
    append_images(images, list_.string(), {.split_column = "split"}, {}, PartKind::train);
    EXPECT_THAT(images.names, ElementsAre("cat/1.gif"));
    append_images(images, list_.string(), {.split_column = "part"}, {}, PartKind::train);  // a list without parts
    EXPECT_THAT(images.names, ElementsAre("cat/1.gif", "dog/2.gif", "cat/1.gif"));
}

TEST_F(GivenImages, HaveLabelsOfWhatAModelGives) {
    const ImageFolder tested =
        labelled_images(list_, TargetKind::one_class, {"dog", "cat"}, {.list = {.split_column = "split"}}, {});
    ASSERT_EQ(tested.samples.size(), 1);
    EXPECT_EQ(tested.samples[0].name, "dog/2.gif");
    EXPECT_EQ(tested.samples[0].label, 0);
    const ImageFolder folder = labelled_images(folder_.path(), TargetKind::one_class, {"dog", "cat"}, {}, {});
    EXPECT_EQ(folder.samples.size(), 2);
    EXPECT_EQ(error_message<DataError>([&] {
                  (void)labelled_images(list_, TargetKind::one_class, {"dog", "cat"}, {.part_is_asked_for = true},
                                        {.asked_by = AskedBy::command});
              }),
              list_.string() +
                  ": which of its rows test is not said: --list split_column=VALUE names the column that "
                  "says it");
    EXPECT_EQ(
        error_message<DataError>([&] { (void)labelled_images("pictures", TargetKind::numbers, {"age"}, {}, {}); }),
        "pictures: is a folder, whose images have one class each; this model gives numbers, which a list can say "
        "of an image: a .csv, .tsv or .jsonl file");
}

}  // namespace
}  // namespace graft

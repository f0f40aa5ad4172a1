#include "data/image_folder.hpp"

#include <gmock/gmock.h>

#include <set>

#include "core/hash.hpp"
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

// The scan looks at names alone; what is in the files is for the image check.
void touch(const TemporaryFolder& folder, std::initializer_list<const char*> names) {
    for (const char* name : names) folder.write(name, "x");
}

std::vector<std::string> names_of(const std::vector<Sample>& samples) {
    std::vector<std::string> names;
    for (const Sample& sample : samples) names.push_back(sample.name);
    return names;
}

std::string scan_error(const TemporaryFolder& folder) {
    return error_message<DataError>([&] { (void)scan_image_folder(folder.path()); });
}

TEST(ImageFolder, SortsClassesAndFilesByteByByte) {
    const TemporaryFolder folder;
    touch(folder, {"dog/b.jpg", "dog/a.jpg", "Zebra/1.jpg", "cat/10.jpg", "cat/2.jpg", "cat/B.jpg", "ähre/1.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path());
    EXPECT_EQ(scanned.root, folder.path());
    EXPECT_THAT(scanned.classes, ElementsAre("Zebra", "cat", "dog", "ähre"));
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("Zebra/1.jpg", "cat/10.jpg", "cat/2.jpg", "cat/B.jpg",
                                                       "dog/a.jpg", "dog/b.jpg", "ähre/1.jpg"));
}

TEST(ImageFolder, GivesEverySampleItsFileItsLabelAndItsIdentity) {
    const TemporaryFolder folder;
    touch(folder, {"cat/1.jpg", "dog/1.jpg"});
    const Sample dog = scan_image_folder(folder.path()).samples.at(1);
    EXPECT_EQ(dog.file, folder / "dog/1.jpg");
    EXPECT_EQ(dog.name, "dog/1.jpg");
    EXPECT_EQ(dog.label, 1);
    EXPECT_EQ(dog.id, stable_id("dog/1.jpg"));
}

TEST(ImageFolder, FindsImagesAtAnyDepth) {
    const TemporaryFolder folder;
    touch(folder, {"cat/b.jpg", "cat/a/z.jpg", "cat/a/deep/er/y.jpg", "cat/c/x.jpg", "dog/1.jpg"});
    EXPECT_THAT(names_of(scan_image_folder(folder.path()).samples),
                ElementsAre("cat/a/deep/er/y.jpg", "cat/a/z.jpg", "cat/b.jpg", "cat/c/x.jpg", "dog/1.jpg"));
}

TEST(ImageFolder, KnowsImagesByTheirExtensionInAnyCase) {
    const TemporaryFolder folder;
    touch(folder, {"cat/1.JPG", "cat/2.Jpeg", "cat/3.PNG", "cat/4.bmp", "cat/5.webp", "cat/6.tif", "cat/7.TIFF",
                   "cat/8.gif", "cat/notes.txt", "cat/jpg", "cat/9.jpg.bak", "dog/1.jpg", "readme.txt"});
    const ImageFolder scanned = scan_image_folder(folder.path());
    EXPECT_THAT(count_per_class(scanned.samples, 2), ElementsAre(8, 1));
    EXPECT_THAT(scanned.classes, ElementsAre("cat", "dog"));
}

TEST(ImageFolder, IgnoresWhatIsHidden) {
    const TemporaryFolder folder;
    touch(folder, {".cache/1.jpg", "cat/.thumbs/1.jpg", "cat/.1.jpg", "cat/2.jpg", "dog/1.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path());
    EXPECT_THAT(scanned.classes, ElementsAre("cat", "dog"));
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("cat/2.jpg", "dog/1.jpg"));
}

TEST(ImageFolder, FollowsLinksToFilesAndFolders) {
    const TemporaryFolder folder;
    touch(folder, {"store/dogs/1.jpg", "store/cat.jpg", "data/cat/0.jpg"});
    fs::create_directory_symlink(folder / "store/dogs", folder / "data/dog");
    fs::create_symlink(folder / "store/cat.jpg", folder / "data/cat/1.jpg");
    const ImageFolder scanned = scan_image_folder(folder / "data");
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("cat/0.jpg", "cat/1.jpg", "dog/1.jpg"));
}

TEST(ImageFolder, LooksIntoEachFolderOfAClassOnceWhereLinksLeadInACircle) {
    const TemporaryFolder folder;
    touch(folder, {"cat/sub/1.jpg", "dog/1.jpg"});
    fs::create_directory_symlink("..", folder / "cat/sub/up");
    fs::create_directory_symlink(".", folder / "cat/self");
    fs::create_symlink("circle", folder / "cat/circle");
    EXPECT_THAT(names_of(scan_image_folder(folder.path()).samples), ElementsAre("cat/sub/1.jpg", "dog/1.jpg"));
}

TEST(ImageFolder, NamesAFolderThatIsReachedTwiceByItsFirstName) {
    const TemporaryFolder folder;
    for (const char* name : {"cat/m/1.jpg", "dog/m/1.jpg"}) folder.write(name, "x");
    fs::create_directory_symlink("m", folder / "cat/a");
    fs::create_directory_symlink("m", folder / "dog/z");
    EXPECT_THAT(names_of(scan_image_folder(folder.path()).samples), ElementsAre("cat/a/1.jpg", "dog/m/1.jpg"));
}

TEST(ImageFolder, CountsAnImageWhoseLinkLeadsNowhere) {
    const TemporaryFolder folder;
    touch(folder, {"cat/1.jpg", "dog/1.jpg"});
    fs::create_symlink("not-fetched", folder / "cat/2.jpg");
    fs::create_symlink("not-fetched", folder / "cat/notes.txt");
    EXPECT_THAT(names_of(scan_image_folder(folder.path()).samples), ElementsAre("cat/1.jpg", "cat/2.jpg", "dog/1.jpg"));
}

TEST(ImageFolder, RefusesALinkToNowhereBesideTheClassFolders) {
    const TemporaryFolder folder;
    touch(folder, {"cat/1.jpg", "dog/1.jpg"});
    fs::create_symlink("/not/mounted", folder / "emu");
    EXPECT_EQ(scan_error(folder), (folder / "emu").string() + ": is a link that leads nowhere: is it a class folder?");
}

TEST(ImageFolder, GivesTheSameIdentityWhateverElseIsThere) {
    const TemporaryFolder folder;
    touch(folder, {"cat/5.jpg", "dog/5.jpg"});
    const std::uint64_t before = scan_image_folder(folder.path()).samples[0].id;
    touch(folder, {"ant/1.jpg", "cat/1.jpg"});
    EXPECT_EQ(scan_image_folder(folder.path()).samples.at(2).id, before);
}

TEST(ImageFolder, RefusesAFolderThatIsNotThereOrIsAFile) {
    const TemporaryFolder folder;
    const fs::path file = folder.write("file", "x");
    EXPECT_EQ(error_message<DataError>([&] { (void)scan_image_folder(folder / "absent"); }),
              (folder / "absent").string() + ": there is no such folder");
    EXPECT_EQ(error_message<DataError>([&] { (void)scan_image_folder(file); }), file.string() + ": is not a folder");
}

TEST(ImageFolder, RefusesFewerThanTwoClasses) {
    const TemporaryFolder folder;
    EXPECT_EQ(scan_error(folder), folder.path().string() + ": expected at least two class folders, found 0");
    touch(folder, {"cat/1.jpg", "1.jpg"});
    EXPECT_EQ(scan_error(folder), folder.path().string() + ": expected at least two class folders, found 1");
}

TEST(ImageFolder, NamesEveryClassWithoutImages) {
    const TemporaryFolder folder;
    touch(folder, {"cat/1.jpg", "dog/notes.txt"});
    fs::create_directory(folder / "emu");
    EXPECT_EQ(scan_error(folder),
              folder.path().string() + ": no images (jpg jpeg png bmp webp tif gif) in the class folders dog, emu");
}

const std::vector<std::string> kTrained = {"dog", "cat", "emu"};

TEST(ImageFolderOfAModel, BindsLabelsByName) {
    const TemporaryFolder folder;
    touch(folder, {"cat/1.jpg", "dog/1.jpg", "emu/1.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path(), kTrained, ClassMismatch::fail);
    EXPECT_EQ(scanned.classes, kTrained);
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("dog/1.jpg", "cat/1.jpg", "emu/1.jpg"));
    EXPECT_EQ(scanned.samples[0].label, 0);
    EXPECT_EQ(scanned.samples[2].label, 2);
    EXPECT_THAT(scanned.unknown_classes, IsEmpty());
}

TEST(ImageFolderOfAModel, AllowsAClassFolderWithoutImages) {
    const TemporaryFolder folder;
    touch(folder, {"cat/1.jpg", "dog/1.jpg"});
    fs::create_directory(folder / "emu");
    EXPECT_THAT(count_per_class(scan_image_folder(folder.path(), kTrained, ClassMismatch::fail).samples, 3),
                ElementsAre(1, 1, 0));
}

TEST(ImageFolderOfAModel, ListsUnknownAndMissingClassesAndWhatMayBeMeant) {
    const TemporaryFolder folder;
    touch(folder, {"cats/1.jpg", "dog/1.jpg", "zebra/1.jpg"});
    EXPECT_EQ(error_message<DataError>([&] { (void)scan_image_folder(folder.path(), kTrained, ClassMismatch::fail); }),
              folder.path().string() +
                  ": its class folders are not the classes that were trained\n"
                  "  unknown: cats (did you mean \"cat\"?)\n"
                  "  unknown: zebra\n"
                  "  missing: cat\n"
                  "  missing: emu\n"
                  "Rename the folders, or ask for the known classes alone (class mismatch: use_known)");
}

TEST(ImageFolderOfAModel, LeavesOutUnknownClassesWhereThatIsAskedFor) {
    const TemporaryFolder folder;
    touch(folder, {"cats/1.jpg", "dog/1.jpg", "zebra/1.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path(), kTrained, ClassMismatch::use_known);
    EXPECT_EQ(scanned.classes, kTrained);
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("dog/1.jpg"));
    EXPECT_EQ(scanned.samples[0].label, 0);
    EXPECT_THAT(scanned.unknown_classes, ElementsAre("cats", "zebra"));
}

TEST(ImageFolderOfAModel, RefusesAFolderWithoutAnyImage) {
    const TemporaryFolder folder;
    touch(folder, {"zebra/1.jpg"});
    EXPECT_EQ(
        error_message<DataError>([&] { (void)scan_image_folder(folder.path(), kTrained, ClassMismatch::use_known); }),
        folder.path().string() + ": no image of any of the classes dog, cat, emu");
}

TEST(ListImages, FindsThemAtAnyDepthSortedByPath) {
    const TemporaryFolder folder;
    touch(folder, {"b.jpg", "a/2.png", "a/10.png", "notes.txt", ".hidden.jpg"});
    const std::vector<Sample> samples = list_images(folder.path());
    EXPECT_THAT(names_of(samples), ElementsAre("a/10.png", "a/2.png", "b.jpg"));
    EXPECT_EQ(samples[0].file, folder / "a/10.png");
    EXPECT_EQ(samples[0].label, 0);
    EXPECT_EQ(error_message<DataError>([&] { (void)list_images(folder / "absent"); }),
              (folder / "absent").string() + ": there is no such folder");
}

}  // namespace
}  // namespace graft

#include "data/image_folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <ctime>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "data/image_memo.hpp"
#include "data/sample_names.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "image/encoded_images.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::error_message;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::names_of;
using ::testing::StartsWith;
using testing::TemporaryFolder;

std::string scan_error(const TemporaryFolder& folder) {
    return error_message<DataError>([&] { (void)scan_image_folder(folder.path()); });
}

TEST(ImageFolder, SortsClassesAndFilesByteByByte) {
    const TemporaryFolder folder;
    folder.touch({"dog/b.jpg", "dog/a.jpg", "Zebra/1.jpg", "cat/10.jpg", "cat/2.jpg", "cat/B.jpg", "ähre/1.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path());
    EXPECT_EQ(scanned.root, folder.path());
    EXPECT_THAT(scanned.classes, ElementsAre("Zebra", "cat", "dog", "ähre"));
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("Zebra/1.jpg", "cat/10.jpg", "cat/2.jpg", "cat/B.jpg",
                                                       "dog/a.jpg", "dog/b.jpg", "ähre/1.jpg"));
}

TEST(ImageFolder, GivesEverySampleItsFileItsLabelAndItsIdentity) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "dog/1.jpg"});
    const Sample dog = scan_image_folder(folder.path()).samples.at(1);
    EXPECT_EQ(dog.file, folder / "dog/1.jpg");
    EXPECT_EQ(dog.name, "dog/1.jpg");
    EXPECT_EQ(dog.label, 1);
    EXPECT_EQ(dog.id, stable_id("dog/1.jpg"));
}

TEST(ImageFolder, FindsImagesAtAnyDepth) {
    const TemporaryFolder folder;
    folder.touch({"cat/b.jpg", "cat/a/z.jpg", "cat/a/deep/er/y.jpg", "cat/c/x.jpg", "dog/1.jpg"});
    EXPECT_THAT(names_of(scan_image_folder(folder.path()).samples),
                ElementsAre("cat/a/deep/er/y.jpg", "cat/a/z.jpg", "cat/b.jpg", "cat/c/x.jpg", "dog/1.jpg"));
}

TEST(ImageFolder, TakesFilesThatAreCalledLikeImagesInAnyCase) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.JPG", "cat/2.Jpeg", "cat/3.PNG", "cat/4.bmp", "cat/5.webp", "cat/6.tif", "cat/7.TIFF",
                  "cat/8.gif", "cat/notes.txt", "cat/jpg", "cat/9.jpg.bak", "dog/1.jpg", "readme.txt"});
    const ImageFolder scanned = scan_image_folder(folder.path());
    EXPECT_THAT(count_per_class(scanned.samples, 2), ElementsAre(8, 1));
    EXPECT_THAT(scanned.classes, ElementsAre("cat", "dog"));
}

TEST(ImageFolder, KnowsImagesByTheirContentWhateverTheyAreCalled) {
    const TemporaryFolder folder;
    const std::string jpeg = testing::encoded(".jpg", testing::noise(8, 8));
    for (const char* name : {"cat/1.jfif", "cat/2.jpe", "cat/3", "cat/4.JPG.bak", "cat/5.dat", "dog/1.jpg"})
        folder.write(name, jpeg);
    folder.write("cat/6.bin", testing::encoded(".png", testing::noise(8, 8)));
    EXPECT_THAT(
        names_of(scan_image_folder(folder.path()).samples),
        ElementsAre("cat/1.jfif", "cat/2.jpe", "cat/3", "cat/4.JPG.bak", "cat/5.dat", "cat/6.bin", "dog/1.jpg"));
}

TEST(ImageFolder, CountsAndNamesWhatIsNoImage) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "dog/1.jpg", "readme.txt"});
    folder.write("cat/a.pdf", "%PDF-1.7");
    folder.write("dog/b.pdf", "%PDF-1.7");
    folder.write("dog/labels.csv", "a,b\n");
    folder.write("dog/nothing", "");
    folder.write("dog/data", std::string_view("\0\1\2\3", 4));
    ASSERT_EQ(::mkfifo((folder / "dog/pipe").c_str(), 0600), 0);
    EXPECT_THAT(
        scan_image_folder(folder.path()).remarks.warnings,
        ElementsAre(folder.path().string() +
                    ": 6 files are left out, no image that graft reads: a PDF file (2 files, such as cat/a.pdf), "
                    "a pipe (such as dog/pipe), an empty file (such as dog/nothing), text (such as "
                    "dog/labels.csv), unknown content (such as dog/data)"));
}

TEST(ImageFolder, PassesOverWhatSystemsLeaveBehindWithOneNote) {
    const TemporaryFolder folder;
    folder.touch({"daisy/1.jpg", "iris/1.jpg", "daisy/@eaDir/1.jpg/SYNOPHOTO_THUMB_XL.jpg", "__MACOSX/daisy/._1.jpg",
                  "iris/.ipynb_checkpoints/1-checkpoint.jpg", "iris/Thumbs.db", "iris/desktop.ini", "iris/._1.jpg",
                  "lost+found/1.jpg", "$RECYCLE.BIN/1.jpg", "System Volume Information/1.jpg", ".Trash-1000/1.jpg",
                  "#recycle/1.jpg", ".DS_Store", "iris/~$1.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path());
    EXPECT_THAT(scanned.classes, ElementsAre("daisy", "iris"));
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("daisy/1.jpg", "iris/1.jpg"));
    ASSERT_EQ(scanned.remarks.notes.size(), 1);
    EXPECT_THAT(scanned.remarks.notes[0],
                StartsWith(folder.path().string() +
                           ": 13 files and folders are skipped, hidden or left behind by a system, such as "));
    EXPECT_THAT(scanned.remarks.warnings, IsEmpty());
}

TEST(ImageFolder, LeavesOutWhatIsExcludedByPathOrByName) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "cat/1_mask.png", "cat/old/2.jpg", "dog/1.jpg", "dog/old/2.jpg", "spare/1.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path(), {.exclude = {"*_mask.png", "cat/old", "spare"}});
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("cat/1.jpg", "dog/1.jpg", "dog/old/2.jpg"));
    EXPECT_THAT(
        scanned.remarks.notes,
        ElementsAre(folder.path().string() + ": 3 files and folders are skipped, as `exclude` says, such as spare"));
}

TEST(ImageFolder, RemarksOnImagesBesideTheClassFolders) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "dog/1.jpg", "1.jpg", "2.jpg", "readme.txt"});
    EXPECT_THAT(scan_image_folder(folder.path()).remarks.warnings,
                ElementsAre(StartsWith(folder.path().string() +
                                       ": 2 images lie beside the class folders and of no class, such as ")));
}

TEST(ImageFolder, TakesFoldersOfOneNameInTwoUnicodeFormsForOneClass) {
    const TemporaryFolder folder;
    folder.touch({"G\xC3\xA4nse/1.jpg", "Ga\xCC\x88nse/2.jpg", "dog/1.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path());
    EXPECT_THAT(scanned.classes, ElementsAre("G\xC3\xA4nse", "dog"));
    EXPECT_THAT(count_per_class(scanned.samples, 2), ElementsAre(2, 1));
    for (const Sample& sample : scanned.samples) EXPECT_TRUE(fs::exists(sample.file)) << sample.name;
    EXPECT_THAT(scanned.remarks.notes,
                ElementsAre(folder.path().string() +
                            ": 2 folders are called G\xC3\xA4nse, written in different Unicode forms: one class"));
}

TEST(ImageFolder, OpensNoFileThatTheMemoKnows) {
    const TemporaryFolder folder, memory;
    folder.touch({"dog/1.jpg", "cat/2.jpg", "cat/1"});
    ImageMemo memo(memory / "images.bin", [] { return std::time(nullptr) + 10; });
    memo.remember(memo.state_of(folder / "cat/1"), fingerprint("content"));
    EXPECT_THAT(names_of(scan_image_folder(folder.path(), {.memo = &memo}).samples),
                ElementsAre("cat/1", "cat/2.jpg", "dog/1.jpg"));  // "x" is not an image
}

TEST(ImageFolder, IgnoresWhatIsHidden) {
    const TemporaryFolder folder;
    folder.touch({".cache/1.jpg", "cat/.thumbs/1.jpg", "cat/.1.jpg", "cat/2.jpg", "dog/1.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path());
    EXPECT_THAT(scanned.classes, ElementsAre("cat", "dog"));
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("cat/2.jpg", "dog/1.jpg"));
}

TEST(ImageFolder, FollowsLinksToFilesAndFolders) {
    const TemporaryFolder folder;
    folder.touch({"store/dogs/1.jpg", "store/cat.jpg", "data/cat/0.jpg"});
    fs::create_directory_symlink(folder / "store/dogs", folder / "data/dog");
    fs::create_symlink(folder / "store/cat.jpg", folder / "data/cat/1.jpg");
    const ImageFolder scanned = scan_image_folder(folder / "data");
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("cat/0.jpg", "cat/1.jpg", "dog/1.jpg"));
}

TEST(ImageFolder, LooksIntoEachFolderOfAClassOnceWhereLinksLeadInACircle) {
    const TemporaryFolder folder;
    folder.touch({"cat/sub/1.jpg", "dog/1.jpg"});
    fs::create_directory_symlink("..", folder / "cat/sub/up");
    fs::create_directory_symlink(".", folder / "cat/self");
    fs::create_symlink("circle", folder / "cat/circle");
    EXPECT_THAT(names_of(scan_image_folder(folder.path()).samples), ElementsAre("cat/sub/1.jpg", "dog/1.jpg"));
}

TEST(ImageFolder, TakesNoImagesOfOtherClassesThroughALinkToTheRoot) {
    const TemporaryFolder folder;
    folder.touch({"data/cat/1.jpg", "data/dog/1.jpg"});
    fs::create_directory_symlink("..", folder / "data/cat/up");
    fs::create_directory_symlink(folder.path(), folder / "data/cat/top");
    const ImageFolder scanned = scan_image_folder(folder / "data");
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("cat/1.jpg", "dog/1.jpg"));
    EXPECT_THAT(scanned.remarks.warnings, ElementsAre((folder / "data").string() +
                                                      ": 2 files are left out, no image that graft reads: a link to a "
                                                      "folder that it lies in (2 files, such as cat/top)"));
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
    folder.touch({"cat/1.jpg", "dog/1.jpg"});
    fs::create_symlink("not-fetched", folder / "cat/2.jpg");
    fs::create_symlink("not-fetched", folder / "cat/notes.txt");
    EXPECT_THAT(names_of(scan_image_folder(folder.path()).samples), ElementsAre("cat/1.jpg", "cat/2.jpg", "dog/1.jpg"));
}

TEST(ImageFolder, RefusesALinkToAFolderThatItLiesIn) {
    const TemporaryFolder folder;
    folder.touch({"data/cat/1.jpg", "data/dog/1.jpg"});
    for (const char* target : {".", "..", "/"}) {
        fs::create_directory_symlink(target, folder / "data/all");
        EXPECT_EQ(error_message<DataError>([&] { (void)scan_image_folder(folder / "data"); }),
                  (folder / "data/all").string() + ": is a link to a folder that it lies in");
        fs::remove(folder / "data/all");
    }
}

TEST(ImageFolder, WarnsOfClassesThatAreOneFolder) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "dog/1.jpg"});
    fs::create_directory_symlink("cat", folder / "kitten");
    const ImageFolder scanned = scan_image_folder(folder.path());
    EXPECT_THAT(scanned.classes, ElementsAre("cat", "dog", "kitten"));
    EXPECT_THAT(
        scanned.remarks.warnings,
        ElementsAre(folder.path().string() + ": cat and kitten are the same folder: its images are in both classes"));
}

TEST(ImageFolder, RefusesALinkToNowhereBesideTheClassFolders) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "dog/1.jpg"});
    fs::create_symlink("/not/mounted", folder / "emu");
    EXPECT_EQ(scan_error(folder), (folder / "emu").string() + ": is a link that leads nowhere: is it a class folder?");
}

TEST(ImageFolder, GivesTheSameIdentityWhateverElseIsThere) {
    const TemporaryFolder folder;
    folder.touch({"cat/5.jpg", "dog/5.jpg"});
    const std::uint64_t before = scan_image_folder(folder.path()).samples[0].id;
    folder.touch({"ant/1.jpg", "cat/1.jpg"});
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
    const std::string where = folder.path().string() + ": expected at least two class folders, found ";
    EXPECT_EQ(scan_error(folder), where + "none");
    folder.touch({"1.jpg", "2.jpg"});
    EXPECT_EQ(scan_error(folder), where +
                                      "none: 2 images lie in the folder itself\nPut the images of each class into a "
                                      "folder of its own that is called like the class");
    folder.touch({"cat/1.jpg"});
    EXPECT_EQ(scan_error(folder), where + "one: cat");
}

TEST(ImageFolder, PointsToTheFolderInWhichTheClassesAre) {
    const TemporaryFolder folder;
    folder.touch({"flowers/daisy/1.jpg", "flowers/iris/1.jpg"});
    EXPECT_EQ(scan_error(folder), folder.path().string() +
                                      ": expected at least two class folders, found one: flowers\n"
                                      "Its folder flowers holds 2 folders: is that the one to name?");
}

TEST(ImageFolder, RefusesAFolderOfTheParts) {
    const TemporaryFolder folder;
    folder.touch({"Training/cat/1.jpg", "test/cat/1.jpg", "val/cat/1.jpg"});
    EXPECT_EQ(error_message<DataError>([&] { (void)scan_image_folder(folder.path(), {.asked_by = AskedBy::config}); }),
              folder.path().string() +
                  ": holds the parts of a data set, not classes: Training, val, test\n"
                  "Name each: \"train\": \"" +
                  (folder / "Training").string() + "\", \"validation\": \"" + (folder / "val").string() +
                  "\", \"test\": \"" + (folder / "test").string() + "\"");
    const std::vector<std::string> classes = {"cat", "dog"};
    EXPECT_EQ(
        error_message<DataError>([&] {
            (void)scan_image_folder(folder.path(), classes, ClassMismatch::use_known, {.asked_by = AskedBy::command});
        }),
        folder.path().string() +
            ": holds the parts of a data set, not classes: Training, val, test\n"
            "Name one of them: " +
            (folder / "Training").string() + " or " + (folder / "val").string() + " or " + (folder / "test").string());
}

TEST(ImageFolder, TakesATrainBesideBusesAndCarsForAClass) {
    const TemporaryFolder folder;
    folder.touch({"bus/1.jpg", "car/1.jpg", "train/1.jpg"});
    EXPECT_THAT(scan_image_folder(folder.path()).classes, ElementsAre("bus", "car", "train"));
}

TEST(ImageFolder, TakesAnyNameThatAFolderMayHave) {
    const TemporaryFolder folder;
    folder.touch({"con/1.jpg", "a,b/1.jpg", "<b>/1.jpg", "a b/x..jpg/1.jpg", "\"/1.jpg", "a\\b/1.jpg", "0/1.jpg",
                  "Bl\xFCte/Bl\xFCte.jpg", "two\nlines/\x1B[31m.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path());
    EXPECT_THAT(scanned.classes,
                ElementsAre("\"", "0", "<b>", "Bl\\xFCte", "a b", "a,b", "a\\b", "con", "two\\x0Alines"));
    EXPECT_THAT(names_of(scanned.samples),
                ElementsAre("\"/1.jpg", "0/1.jpg", "<b>/1.jpg", "Bl\\xFCte/Bl\\xFCte.jpg", "a b/x..jpg/1.jpg",
                            "a,b/1.jpg", "a\\b/1.jpg", "con/1.jpg", "two\\x0Alines/\\x1B[31m.jpg"));
    for (const Sample& sample : scanned.samples) {
        EXPECT_TRUE(fs::exists(sample.file)) << sample.name;
        EXPECT_EQ(sample.file, folder / unescaped(sample.name));
    }
}

TEST(ImageFolder, NamesEveryClassWithoutImages) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "dog/notes.txt"});
    fs::create_directory(folder / "emu");
    EXPECT_EQ(scan_error(folder), folder.path().string() +
                                      ": no image that graft reads in the class folders dog, emu\n" +
                                      folder.path().string() +
                                      ": 1 file is left out, no image that graft reads: text (such as dog/notes.txt)\n"
                                      "Remove these folders, or leave them out with `exclude`");
}

const std::vector<std::string> kTrained = {"dog", "cat", "emu"};

TEST(ImageFolderOfAModel, BindsLabelsByName) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "dog/1.jpg", "emu/1.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path(), kTrained, ClassMismatch::fail);
    EXPECT_EQ(scanned.classes, kTrained);
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("dog/1.jpg", "cat/1.jpg", "emu/1.jpg"));
    EXPECT_EQ(scanned.samples[0].label, 0);
    EXPECT_EQ(scanned.samples[2].label, 2);
    EXPECT_THAT(scanned.unknown_classes, IsEmpty());
}

TEST(ImageFolderOfAModel, AllowsAClassFolderWithoutImagesAndTellsOfIt) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "dog/1.jpg"});
    fs::create_directory(folder / "emu");
    const ImageFolder scanned = scan_image_folder(folder.path(), kTrained, ClassMismatch::fail);
    EXPECT_THAT(count_per_class(scanned.samples, 3), ElementsAre(1, 1, 0));
    EXPECT_THAT(scanned.remarks.warnings,
                ElementsAre(folder.path().string() + ": no image of the class emu: nothing is measured of it"));
}

TEST(ImageFolderOfAModel, NeedsNoFolderOfAClassThatTheConfigNames) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "dog/1.jpg"});
    const ScanOptions given{.asked_by = AskedBy::config, .classes_are_given = true};
    const ImageFolder scanned = scan_image_folder(folder.path(), kTrained, ClassMismatch::fail, given);
    EXPECT_EQ(scanned.classes, kTrained);
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("dog/1.jpg", "cat/1.jpg"));
    EXPECT_THAT(
        scanned.remarks.warnings,
        ElementsAre(folder.path().string() + ": no image of the class emu: nothing is learnt or measured of it"));
    folder.touch({"owl/1.jpg"});
    EXPECT_THAT(
        error_message<DataError>([&] { (void)scan_image_folder(folder.path(), kTrained, ClassMismatch::fail, given); }),
        StartsWith(folder.path().string() +
                   ": its class folders are not the classes that /data/classes names\n  unknown: owl"));
}

TEST(ImageFolderOfAModel, BindsNamesInAnyUnicodeForm) {
    const TemporaryFolder folder;
    folder.touch({"Ga\xCC\x88nse/1.jpg", "\xC3\xA9t\xC3\xA9/1.jpg"});
    const std::vector<std::string> trained = {"e\xCC\x81te\xCC\x81", "G\xC3\xA4nse"};
    const ImageFolder scanned = scan_image_folder(folder.path(), trained, ClassMismatch::fail);
    EXPECT_EQ(scanned.classes, trained);
    EXPECT_THAT(count_per_class(scanned.samples, 2), ElementsAre(1, 1));
}

TEST(ImageFolderOfAModel, TellsNamesApartThatLookAlike) {
    const TemporaryFolder folder;
    folder.touch({"cat /1.jpg", "dog/1.jpg", "emu/1.jpg"});
    EXPECT_THAT(
        error_message<DataError>([&] { (void)scan_image_folder(folder.path(), kTrained, ClassMismatch::fail); }),
        HasSubstr("\n  unknown: cat  (bytes 63 61 74 20) (did you mean \"cat\"?)\n  missing: cat (bytes 63 61 74)\n"));
}

TEST(ImageFolderOfAModel, NamesTheOptionOfWhoeverAsks) {
    const TemporaryFolder folder;
    folder.touch({"cat/1.jpg", "dog/1.jpg", "emu/1.jpg", "gnu/1.jpg"});
    const auto message = [&](AskedBy asked_by) {
        return error_message<DataError>(
            [&] { (void)scan_image_folder(folder.path(), kTrained, ClassMismatch::fail, {.asked_by = asked_by}); });
    };
    EXPECT_THAT(message(AskedBy::command), EndsWith("take the known classes alone: add --classes use_known"));
    EXPECT_THAT(message(AskedBy::config), EndsWith("alone: set /data/class_mismatch to \"use_known\""));
}

TEST(ImageFolderOfAModel, SaysThatThereAreNoClassFoldersAndPointsToPredict) {
    const TemporaryFolder folder;
    folder.touch({"1.jpg", "2.jpg"});
    const std::string where = folder.path().string();
    EXPECT_EQ(error_message<DataError>([&] { (void)scan_image_folder(folder.path(), kTrained, ClassMismatch::fail); }),
              where +
                  ": has no class folders, but 2 images\nThe images of each class belong into a folder that is "
                  "called like the class; to classify images without that: graft predict MODEL " +
                  where);
}

TEST(ImageFolderOfAModel, ListsUnknownAndMissingClassesAndWhatMayBeMeant) {
    const TemporaryFolder folder;
    folder.touch({"cats/1.jpg", "dog/1.jpg", "zebra/1.jpg"});
    EXPECT_EQ(error_message<DataError>([&] { (void)scan_image_folder(folder.path(), kTrained, ClassMismatch::fail); }),
              folder.path().string() +
                  ": its class folders are not the classes that were trained\n"
                  "  unknown: cats (did you mean \"cat\"?)\n"
                  "  unknown: zebra\n"
                  "  missing: cat\n"
                  "  missing: emu\n"
                  "Rename the folders, or take the known classes alone: ask for ClassMismatch::use_known");
}

TEST(ImageFolderOfAModel, LeavesOutUnknownClassesWhereThatIsAskedFor) {
    const TemporaryFolder folder;
    folder.touch({"cats/1.jpg", "dog/1.jpg", "zebra/1.jpg"});
    const ImageFolder scanned = scan_image_folder(folder.path(), kTrained, ClassMismatch::use_known);
    EXPECT_EQ(scanned.classes, kTrained);
    EXPECT_THAT(names_of(scanned.samples), ElementsAre("dog/1.jpg"));
    EXPECT_EQ(scanned.samples[0].label, 0);
    EXPECT_THAT(scanned.unknown_classes, ElementsAre("cats", "zebra"));
}

TEST(ImageFolderOfAModel, RefusesAFolderWithoutAnyImage) {
    const TemporaryFolder folder;
    folder.touch({"zebra/1.jpg"});
    EXPECT_EQ(
        error_message<DataError>([&] { (void)scan_image_folder(folder.path(), kTrained, ClassMismatch::use_known); }),
        folder.path().string() + ": no image of any of the classes dog, cat, emu");
}

TEST(ListImages, FindsThemAtAnyDepthSortedByPath) {
    const TemporaryFolder folder;
    folder.touch({"b.jpg", "a/2.png", "a/10.png", "notes.txt", ".hidden.jpg"});
    const std::vector<Sample> samples = list_images(folder.path());
    EXPECT_THAT(names_of(samples), ElementsAre("a/10.png", "a/2.png", "b.jpg"));
    EXPECT_EQ(samples[0].file, folder / "a/10.png");
    EXPECT_EQ(samples[0].label, 0);
    EXPECT_EQ(error_message<DataError>([&] { (void)list_images(folder / "absent"); }),
              (folder / "absent").string() + ": there is no such folder");
}

}  // namespace
}  // namespace graft

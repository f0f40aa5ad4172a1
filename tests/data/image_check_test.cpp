#include "data/image_check.hpp"

#include <gmock/gmock.h>

#include <ctime>
#include <filesystem>

#include "config/json.hpp"
#include "core/text.hpp"
#include "environment_variable.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "image/encoded_images.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::error_message;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing::TemporaryFolder;

/// Writes down the numbers that it hears.
class CountingReporter final : public Reporter {
public:
    void start(std::string_view phase, std::size_t total, std::string_view) override {
        phases.push_back(std::string(phase) + " " + std::to_string(total));
    }
    void advance(std::size_t done, std::string_view) override { counts.push_back(done); }
    void finish(std::string_view) override { ++finished; }
    void note(std::string_view) override {}
    void warn(std::string_view message) override { warnings.emplace_back(message); }

    std::vector<std::string> phases, warnings;
    std::vector<std::size_t> counts;
    int finished = 0;
};

/// Two classes of good images, and four bad files among them.
void write_images(const TemporaryFolder& folder) {
    const std::string png = testing::encoded(".png", testing::noise(8, 8));
    const std::string jpeg = testing::encoded(".jpg", testing::noise(64, 64));
    folder.write("cat/1.png", png);
    folder.write("cat/2.png", png.substr(0, png.size() / 2));
    folder.write("cat/3.jpg", jpeg);
    folder.write("cat/4.jpg", jpeg.substr(0, jpeg.size() / 2));
    folder.write("dog/1.jpg", png);  // recognised by content
    folder.write("dog/2.jpg", "<html>not found</html>");
    folder.write("dog/3.jpg", "");
}

std::vector<BadImage> check(std::vector<Sample> samples, std::size_t workers = 2) {
    SilentReporter silent;
    ImageMemo nothing;
    return find_bad_images(samples, workers, {}, silent, nothing);
}

std::vector<std::string> names_of(const std::vector<BadImage>& bad) {
    std::vector<std::string> names;
    for (const BadImage& image : bad) names.push_back(image.name);
    return names;
}

TEST(FindBadImages, FindsAllOfThemInOrderWhateverTheWorkers) {
    const TemporaryFolder folder;
    write_images(folder);
    const ImageFolder images = scan_image_folder(folder.path());
    for (const std::size_t workers : {1, 2, 8}) {
        const std::vector<BadImage> bad = check(images.samples, workers);
        ASSERT_THAT(names_of(bad), ElementsAre("cat/2.png", "cat/4.jpg", "dog/2.jpg", "dog/3.jpg"));
        for (const BadImage& image : bad) EXPECT_THAT(image.reason, StartsWith((folder / image.name).string() + ": "));
    }
}

TEST(FindBadImages, FindsNothingWrongWithGoodImages) {
    const TemporaryFolder folder;
    write_images(folder);
    const std::vector<Sample> all = list_images(folder.path());
    EXPECT_THAT(check({all[0], all[2], all[4]}), IsEmpty());
    EXPECT_THAT(check({}), IsEmpty());
}

TEST(FindBadImages, FindsALinkThatLeadsNowhere) {
    const TemporaryFolder folder;
    std::filesystem::create_symlink("not-fetched", folder / "1.jpg");
    const std::vector<BadImage> bad = check(list_images(folder.path()));
    ASSERT_EQ(bad.size(), 1);
    EXPECT_EQ(bad[0].reason, (folder / "1.jpg").string() + ": cannot be read: No such file or directory");
}

TEST(FindBadImages, TellsHowFarItHasCome) {
    const TemporaryFolder folder;
    write_images(folder);
    CountingReporter reporter;
    ImageMemo nothing;
    std::vector<Sample> samples = scan_image_folder(folder.path()).samples;
    (void)find_bad_images(samples, 2, {}, reporter, nothing);
    EXPECT_THAT(reporter.phases, ElementsAre("checking 7"));
    EXPECT_THAT(reporter.counts, ElementsAre(1, 2, 3, 4, 5, 6, 7));
    EXPECT_EQ(reporter.finished, 1);
}

TEST(FindBadImages, StopsWhenAsked) {
    const TemporaryFolder folder;
    write_images(folder);
    std::stop_source source;
    source.request_stop();
    SilentReporter silent;
    ImageMemo nothing;
    std::vector<Sample> samples = list_images(folder.path());
    EXPECT_EQ(
        error_message<Interrupted>([&] { (void)find_bad_images(samples, 2, source.get_token(), silent, nothing); }),
        "interrupted while the images were being checked; nothing was trained");
}

TEST(FindBadImages, FillsInTheContentOfGoodOnes) {
    const TemporaryFolder folder;
    write_images(folder);
    std::vector<Sample> samples = scan_image_folder(folder.path()).samples;
    SilentReporter silent;
    ImageMemo nothing;
    (void)find_bad_images(samples, 2, {}, silent, nothing);
    EXPECT_EQ(samples[0].content, fingerprint(folder.read("cat/1.png")));
    EXPECT_EQ(samples[1].content, Fingerprint{});
    EXPECT_EQ(samples[4].content, samples[0].content);  // the same bytes under another name
}

/// A time at which what was written just now has settled.
ImageMemo later(const TemporaryFolder& memory) {
    return ImageMemo(memory / "images.bin", [] { return std::time(nullptr) + 10; });
}

TEST(ImageMemo, DoesNotTrustAFileThatWasChangedJustNow) {
    const TemporaryFolder folder, memory;
    folder.write("1.png", "content");
    ImageMemo memo(memory / "images.bin");
    EXPECT_EQ(memo.state_of(folder / "1.png"), std::nullopt);
    memo.remember(later(memory).state_of(folder / "1.png"), fingerprint("content"));
    EXPECT_EQ(memo.find(folder / "1.png"), std::nullopt);
}

TEST(ImageMemo, RemembersAFileAcrossRunsAndNoOther) {
    const TemporaryFolder folder, memory;
    folder.write("1.png", "content");
    folder.write("2.png", "content");
    ImageMemo memo = later(memory);
    memo.remember(memo.state_of(folder / "1.png"), fingerprint("content"));
    EXPECT_EQ(later(memory).find(folder / "1.png"), fingerprint("content"));
    EXPECT_EQ(later(memory).find(folder / "2.png"), std::nullopt);
    EXPECT_EQ(later(memory).find(folder / "absent.png"), std::nullopt);
}

/// Gives a file the times of modification that another one has, as `cp -p` and archives do.
void copy_times(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::last_write_time(to, std::filesystem::last_write_time(from));
}

TEST(ImageMemo, IsNotFooledByAFileOfTheSameSizeAndTime) {
    const TemporaryFolder folder, memory;
    folder.write("1.png", "first");
    folder.write("other.png", "other");
    copy_times(folder / "1.png", folder / "other.png");
    ImageMemo memo = later(memory);
    memo.remember(memo.state_of(folder / "1.png"), fingerprint("first"));
    std::filesystem::rename(folder / "other.png", folder / "1.png");  // another inode
    EXPECT_EQ(memo.find(folder / "1.png"), std::nullopt);
}

TEST(ImageMemo, IsNotFooledByAFileThatIsWrittenOverInPlace) {
    const TemporaryFolder folder, memory;
    folder.write("1.png", "first");
    folder.write("times", "");
    copy_times(folder / "1.png", folder / "times");
    ImageMemo memo = later(memory);
    memo.remember(memo.state_of(folder / "1.png"), fingerprint("first"));
    const auto state = memo.state_of(folder / "1.png");
    do {  // the system's clock for files ticks every few milliseconds
        folder.write("1.png", "other");
        copy_times(folder / "times", folder / "1.png");
    } while (memo.state_of(folder / "1.png") == state);
    EXPECT_EQ(memo.find(folder / "1.png"), std::nullopt);
}

TEST(ImageMemo, IsNotFooledByAnotherLinkToTheFile) {
    const TemporaryFolder folder, memory;
    folder.write("1.png", "first");
    folder.write("2.png", "other");
    ImageMemo memo = later(memory);
    memo.remember(memo.state_of(folder / "1.png"), fingerprint("first"));
    std::filesystem::remove(folder / "1.png");
    std::filesystem::create_hard_link(folder / "2.png", folder / "1.png");
    EXPECT_EQ(memo.find(folder / "1.png"), std::nullopt);
}

/// Two parts: of the three training images one is bad, of the two test images none or one.
struct Parts {
    explicit Parts(const TemporaryFolder& folder) {
        const std::string png = testing::encoded(".png", testing::noise(8, 8));
        for (const char* name : {"train/cat/1.png", "train/dog/1.png", "train/dog/2.png", "test/cat/1.png"})
            folder.write(name, png);
        folder.write("train/dog/2.png", png.substr(0, 40));
        folder.write("test/cat/2.png", "");
        ImageFolder scanned = scan_image_folder(folder / "train");
        classes = scanned.classes;
        train = std::move(scanned.samples);
        test = scan_image_folder(folder / "test", classes, ClassMismatch::use_known).samples;
    }
    std::vector<SkippedImage> check(OnBadImage on_bad_image) {
        const std::vector<ImagePart> parts = {{"train", train, true}, {"test", test}};
        SilentReporter silent;
        return check_parts(parts, classes, {.workers = 2, .on_bad_image = on_bad_image}, {}, silent);
    }
    std::vector<std::string> classes;
    std::vector<Sample> train, test;
};

class CheckParts : public ::testing::Test {
protected:
    TemporaryFolder folder_, cache_;
    testing::EnvironmentVariable cache_folder_{"GRAFT_CACHE", cache_.path().string()};
};

TEST_F(CheckParts, ListsTheBadImagesOfAllPartsInOneError) {
    Parts parts(folder_);
    const std::string message = error_message<DataError>([&] { (void)parts.check(OnBadImage::fail); });
    EXPECT_THAT(message,
                StartsWith("2 of 5 images cannot be used:\n  " + (folder_ / "train/dog/2.png").string() + ": "));
    EXPECT_THAT(message, EndsWith("\n  " + (folder_ / "test/cat/2.png").string() +
                                  ": empty file\nRepair or remove them, or set /data/on_bad_image to \"skip\""));
}

TEST_F(CheckParts, TakesThemOutAndSaysWhich) {
    Parts parts(folder_);
    const std::vector<SkippedImage> skipped = parts.check(OnBadImage::skip);
    ASSERT_EQ(skipped.size(), 2);
    EXPECT_EQ(skipped[0].part, "train");
    EXPECT_EQ(skipped[0].name, "dog/2.png");
    EXPECT_EQ(skipped[1].part, "test");
    EXPECT_EQ(skipped[1].reason, (folder_ / "test/cat/2.png").string() + ": empty file");
    ASSERT_EQ(parts.train.size(), 2);
    EXPECT_EQ(parts.train[1].name, "dog/1.png");
    EXPECT_EQ(parts.train[1].content, fingerprint(folder_.read("train/dog/1.png")));
    ASSERT_EQ(parts.test.size(), 1);
}

TEST_F(CheckParts, RefusesAPartThatHasLostAClassItNeeds) {
    Parts parts(folder_);
    folder_.write("train/cat/1.png", "no image");
    EXPECT_EQ(error_message<DataError>([&] { (void)parts.check(OnBadImage::skip); }),
              "without the images that cannot be used, no image is left to train on of the class cat");
}

TEST_F(CheckParts, DoesNotNeedEveryClassInATestPart) {
    Parts parts(folder_);
    folder_.write("test/cat/1.png", "no image");
    EXPECT_EQ(parts.check(OnBadImage::skip).size(), 3);
    EXPECT_THAT(parts.test, IsEmpty());
}

TEST_F(CheckParts, NamesBadFilesWhoseNamesAreNoText) {
    folder_.write("cat/Bl\xFCte\n.jpg", "");
    folder_.write("dog/1.png", testing::encoded(".png", testing::noise(8, 8)));
    ImageFolder scanned = scan_image_folder(folder_.path());
    const std::vector<ImagePart> parts = {{"train", scanned.samples}};
    SilentReporter silent;
    const std::vector<SkippedImage> skipped =
        check_parts(parts, scanned.classes, {.on_bad_image = OnBadImage::skip}, {}, silent);
    const Json document = Json::parse(skipped_as_json(skipped));
    EXPECT_EQ(document.at(0).at("part"), "train");
    EXPECT_EQ(unescaped(document.at(0).at("name").get<std::string>()), "cat/Bl\xFCte\n.jpg");
    EXPECT_EQ(document.at(0).at("reason"), folder_.path().string() + R"(/cat/Bl\xFCte\x0A.jpg: empty file)");
}

TEST(FindBadImages, RefusesImagesOfMorePixelsThanAllowed) {
    const TemporaryFolder folder;
    write_images(folder);
    std::vector<Sample> samples = {list_images(folder.path())[0]};
    SilentReporter silent;
    ImageMemo nothing;
    EXPECT_THAT(find_bad_images(samples, 1, {}, silent, nothing, {.max_pixels = 64}), IsEmpty());
    EXPECT_EQ(find_bad_images(samples, 1, {}, silent, nothing, {.max_pixels = 63}).size(), 1);
}

TEST(FindBadImages, WarnsOfOddFilesInEveryRun) {
    const TemporaryFolder folder, memory;
    std::string jpeg = testing::encoded(".jpg", testing::noise(64, 64));
    folder.write("1.jpg", jpeg);
    for (const char* name : {"2.jpg", "3.jpg"})
        folder.write(name, std::string(jpeg).insert(jpeg.size() - 2, std::string(258, '\x01')));
    for (int run = 0; run < 2; ++run) {
        CountingReporter reporter;
        ImageMemo memo = later(memory);
        std::vector<Sample> samples = list_images(folder.path());
        EXPECT_THAT(find_bad_images(samples, 1, {}, reporter, memo), IsEmpty());
        EXPECT_THAT(reporter.warnings,
                    ElementsAre("2 images are whole, though odd, such as " + (folder / "2.jpg").string() +
                                ": JPEG with stray bytes behind its picture"));
        EXPECT_THAT(reporter.phases, ElementsAre(run == 0 ? "checking 3" : "checking 2"));
    }
}

TEST(FindBadImages, ShowsEachPictureThatIsDecodedToTheObserver) {
    const TemporaryFolder folder, memory;
    folder.write("1.png", testing::encoded(".png", testing::noise(8, 6)));
    folder.write("2.png", testing::encoded(".png", testing::noise(8, 6)).substr(0, 30));
    const Fingerprint content = fingerprint(folder.read("1.png"));
    std::vector<Fingerprint> seen;
    const PictureObserver observer{.knows = [&](const Fingerprint& one) { return one == content && !seen.empty(); },
                                   .see =
                                       [&](const Fingerprint& one, const cv::Mat& rgb) {
                                           EXPECT_EQ(rgb.size(), cv::Size(6, 8));
                                           seen.push_back(one);
                                       }};
    const auto look = [&](const PictureObserver& with) {
        SilentReporter silent;
        ImageMemo memo = later(memory);
        std::vector<Sample> samples = list_images(folder.path());
        return find_bad_images(samples, 1, {}, silent, memo, {}, with).size();
    };
    EXPECT_EQ(look({}), 1U);        // the memo knows the good one now
    EXPECT_EQ(look(observer), 1U);  // and it is decoded all the same, for the observer does not
    EXPECT_THAT(seen, ElementsAre(content));
    EXPECT_EQ(look(observer), 1U);
    EXPECT_EQ(seen.size(), 1U);
}

}  // namespace
}  // namespace graft

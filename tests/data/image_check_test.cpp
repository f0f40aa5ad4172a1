#include "data/image_check.hpp"

#include <gmock/gmock.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "image/encoded_images.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
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
    void warn(std::string_view) override {}

    std::vector<std::string> phases;
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

TEST(ImageMemo, DoesNotTrustAFileThatWasChangedJustNow) {
    const TemporaryFolder folder, memory;
    folder.write("1.png", testing::encoded(".png", testing::noise(8, 8)));
    ImageMemo memo(memory / "images.bin");
    memo.remember(folder / "1.png", fingerprint("content"));
    EXPECT_EQ(memo.find(folder / "1.png"), std::nullopt);
}

/// A file of the system, which nobody has changed in the last seconds.
TEST(ImageMemo, RemembersAFileAcrossRunsAndNoOther) {
    const TemporaryFolder memory;
    ImageMemo(memory / "images.bin").remember("/etc/hostname", fingerprint("content"));
    EXPECT_EQ(ImageMemo(memory / "images.bin").find("/etc/hostname"), fingerprint("content"));
    EXPECT_EQ(ImageMemo(memory / "images.bin").find("/etc/passwd"), std::nullopt);
    EXPECT_EQ(ImageMemo(memory / "images.bin").find("/etc/absent"), std::nullopt);
}

std::vector<Sample> three_samples() { return {{"d/a.jpg", "a.jpg"}, {"d/b.jpg", "b.jpg"}, {"d/c.jpg", "c.jpg"}}; }
const std::vector<BadImage> kTwoBad = {{"a.jpg", "d/a.jpg: is empty"}, {"c.jpg", "d/c.jpg: ends early"}};

TEST(FailOnBadImages, ListsEveryBadFileInOneError) {
    EXPECT_EQ(error_message<DataError>([&] { fail_on_bad_images(kTwoBad, 3); }),
              "2 of 3 images cannot be used:\n  d/a.jpg: is empty\n  d/c.jpg: ends early\n"
              "Repair or remove them, or set /data/on_bad_image to \"skip\"");
}

TEST(DropBadImages, TakesThemOut) {
    std::vector<Sample> samples = three_samples();
    drop_bad_images(samples, kTwoBad);
    ASSERT_EQ(samples.size(), 1);
    EXPECT_EQ(samples[0].name, "b.jpg");
}

TEST(DropBadImages, LeavesGoodImagesAlone) {
    std::vector<Sample> samples = three_samples();
    drop_bad_images(samples, {});
    EXPECT_EQ(samples.size(), 3);
}

}  // namespace
}  // namespace graft

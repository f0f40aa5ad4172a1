#include "samples/sample_art.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr SampleArtOptions kFew{.train_per_class = 3, .test_per_class = 2, .image_size = 48, .seed = 5};

std::string hash_of(const cv::Mat& image) {
    return sha256({reinterpret_cast<const char*>(image.data), image.total() * image.elemSize()});
}

/// A folder of the running test's own that does not exist yet.
fs::path new_folder() { return testing::fresh_folder() / "new"; }

template <class Thrown, class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const Thrown& error) {
        return error.what();
    }
    return "nothing was thrown";
}

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(SampleArt, HasSixToEightClassesInAlphabeticalOrder) {
    const std::vector<std::string> classes = sample_art_classes();
    EXPECT_GE(classes.size(), 6U);
    EXPECT_LE(classes.size(), 8U);
    EXPECT_TRUE(std::is_sorted(classes.begin(), classes.end()));
}

TEST(SampleArt, DrawsTheSamePixelsForTheSameArguments) {
    for (const std::string& name : sample_art_classes())
        EXPECT_EQ(hash_of(draw_sample(name, 7, 3, 64)), hash_of(draw_sample(name, 7, 3, 64))) << name;
}

TEST(SampleArt, DrawsAnotherImageForAnotherIndexSeedOrClass) {
    std::set<std::string> hashes;
    for (const std::string& name : sample_art_classes())
        for (std::uint64_t seed = 0; seed < 2; ++seed)
            for (std::uint64_t index = 0; index < 2; ++index)
                hashes.insert(hash_of(draw_sample(name, seed, index, 48)));
    EXPECT_EQ(hashes.size(), sample_art_classes().size() * 4);
}

TEST(SampleArt, DrawsEveryClassInColourWithTheShorterSideAsAsked) {
    for (const std::string& name : sample_art_classes()) {
        for (std::uint64_t index = 0; index < 8; ++index) {
            const cv::Mat image = draw_sample(name, 0, index, 80);
            EXPECT_EQ(image.type(), CV_8UC3);
            EXPECT_EQ(std::min(image.rows, image.cols), 80);
            EXPECT_LE(std::max(image.rows, image.cols), 108);  // 1.35 times the shorter side
            cv::Scalar mean, deviation;
            cv::meanStdDev(image, mean, deviation);
            EXPECT_GT(deviation[0] + deviation[1] + deviation[2], 5.0) << name << " " << index << " shows nothing";
        }
    }
}

TEST(SampleArt, PaintsEveryCornerOfTheGround) {
    // A dark corner would say that the ground ended there: no colour is as dark as 5 of 255 in its mean.
    for (std::uint64_t index = 0; index < 20; ++index) {
        const cv::Mat image = draw_sample("leaf", 1, index, 64);
        for (const cv::Point corner : {cv::Point(0, 0), cv::Point(image.cols - 6, 0), cv::Point(0, image.rows - 6),
                                       cv::Point(image.cols - 6, image.rows - 6)}) {
            const cv::Scalar mean = cv::mean(image(cv::Rect(corner, cv::Size(6, 6))));
            EXPECT_GT(mean[0] + mean[1] + mean[2], 15.0) << "image " << index << " at " << corner;
        }
    }
}

TEST(SampleArt, VariesTheShapeOfThePicture) {
    std::set<std::pair<int, int>> sizes;
    for (std::uint64_t index = 0; index < 6; ++index) {
        const cv::Mat image = draw_sample("gear", 0, index, 64);
        sizes.insert({image.cols, image.rows});
    }
    EXPECT_GT(sizes.size(), 2U);
}

TEST(SampleArt, NamesTheNearestClassForAnUnknownOne) {
    EXPECT_EQ(
        message_of<ConfigError>([] { (void)draw_sample("flowr", 0, 0, 64); }),
        "unknown sample class \"flowr\" (did you mean \"flower\"?); known: butterfly, feather, fish, flower, gear, "
        "leaf, shell, starfish");
}

TEST(SampleArt, RefusesSizesOutOfRange) {
    EXPECT_EQ(message_of<ConfigError>([] { (void)draw_sample("gear", 0, 0, 31); }),
              "image_size: expected 32 to 2048, got 31");
    EXPECT_EQ(message_of<ConfigError>([] { (void)draw_sample("gear", 0, 0, 2049); }),
              "image_size: expected 32 to 2048, got 2049");
}

TEST(WriteSamples, WritesEveryClassIntoBothParts) {
    const fs::path folder = new_folder();
    write_samples(folder, kFew);
    EXPECT_EQ(files_in(folder), 2U);
    for (const std::string& name : sample_art_classes()) {
        EXPECT_EQ(files_in(folder / "train" / name), 3U) << name;
        EXPECT_EQ(files_in(folder / "test" / name), 2U) << name;
        EXPECT_TRUE(fs::exists(folder / "train" / name / "002.jpg"));
    }
    EXPECT_EQ(files_in(folder / "train"), sample_art_classes().size());
}

TEST(WriteSamples, WritesTheDrawnImageInItsColours) {
    const fs::path folder = new_folder();
    write_samples(folder, kFew);
    const cv::Mat drawn = draw_sample("shell", kFew.seed, 1, kFew.image_size);
    const cv::Mat read = cv::imread((folder / "train" / "shell" / "001.jpg").string());  // BGR
    ASSERT_EQ(read.size(), drawn.size());
    const cv::Scalar rgb = cv::mean(drawn), bgr = cv::mean(read);
    for (int channel = 0; channel < 3; ++channel) EXPECT_NEAR(rgb[channel], bgr[2 - channel], 2.0);
}

TEST(WriteSamples, PutsNoImageIntoBothParts) {
    const fs::path folder = new_folder();
    write_samples(folder, kFew);
    std::set<std::string> hashes;
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) hashes.insert(sha256_of_file(entry.path())), ++files;
    EXPECT_EQ(files, sample_art_classes().size() * 5);
    EXPECT_EQ(hashes.size(), files);
}

TEST(WriteSamples, FillsAnEmptyFolder) {
    const fs::path folder = new_folder();
    fs::create_directories(folder);
    write_samples(folder, {.train_per_class = 1, .test_per_class = 0, .image_size = 32});
    EXPECT_EQ(files_in(folder), 1U);
}

TEST(WriteSamples, RefusesAFolderThatIsNotEmptyAndLeavesItAlone) {
    const fs::path folder = new_folder();
    write_file(folder / "notes.txt", "mine");
    EXPECT_EQ(
        message_of<DataError>([&] { write_samples(folder, kFew); }),
        folder.string() + ": is not empty (it holds \"notes.txt\"); sample images go into a new or an empty folder");
    EXPECT_EQ(files_in(folder), 1U);
}

TEST(WriteSamples, RefusesAFileInPlaceOfTheFolder) {
    const fs::path file = new_folder();
    write_file(file, "mine");
    EXPECT_EQ(message_of<DataError>([&] { write_samples(file, kFew); }),
              file.string() + ": is a file, expected a new or an empty folder");
    fs::remove(file);
}

TEST(WriteSamples, RefusesCountsOutOfRangeBeforeAnythingIsWritten) {
    const fs::path folder = new_folder();
    EXPECT_EQ(message_of<ConfigError>([&] { write_samples(folder, {.train_per_class = 0}); }),
              "train_per_class: expected 1 to 100000, got 0");
    EXPECT_EQ(message_of<ConfigError>([&] { write_samples(folder, {.test_per_class = -1}); }),
              "test_per_class: expected 0 to 100000, got -1");
    EXPECT_FALSE(fs::exists(folder));
}

}  // namespace
}  // namespace graft

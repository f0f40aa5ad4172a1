// JPEGs that are far larger than the network's input, decoded at half their size.
#include <gtest/gtest.h>

#include <filesystem>
#include <opencv2/imgproc.hpp>

#include "core/files.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"
#include "photographs.hpp"
#include "pictures.hpp"

namespace graft {
namespace {

using testing::encoded;
using testing::equal;
using testing::exif_block;
using testing::jpeg_with_exif;
using testing::largest_difference;
using testing::mean_difference;

Preprocessing input(std::int64_t side, ResizeMode resize = ResizeMode::squash, double crop_fraction = 1) {
    Preprocessing preprocessing;
    preprocessing.height = preprocessing.width = side;
    preprocessing.resize = resize;
    preprocessing.crop_fraction = crop_fraction;
    preprocessing.reduced_decode = true;
    return preprocessing;
}

cv::Mat decoded_for(const std::string& file, const Preprocessing& preprocessing) {
    return decode_image(file, "test", {.input = preprocessing});
}

/// What the network sees of a file that is decoded for it, and of the same file decoded in full.
std::pair<cv::Mat, cv::Mat> both_ways(const std::string& file, const Preprocessing& preprocessing) {
    return {resize_to_input(decoded_for(file, preprocessing), preprocessing),
            resize_to_input(decode_image(file, "test"), preprocessing)};
}

TEST(ReducedDecode, IsEnoughFromEightTimesTheInputOnBothSides) {
    EXPECT_TRUE(may_be_halved({800, 800}, input(100)));
    EXPECT_FALSE(may_be_halved({799, 4000}, input(100)));
    EXPECT_FALSE(may_be_halved({4000, 799}, input(100)));
    const Preprocessing cropped = input(100, ResizeMode::center_crop, 0.5);  // keeps half of the shorter side
    EXPECT_TRUE(may_be_halved({1600, 2000}, cropped));
    EXPECT_FALSE(may_be_halved({1599, 2000}, cropped));
    Preprocessing without = input(100);
    without.reduced_decode = false;
    EXPECT_FALSE(may_be_halved({4000, 4000}, without));
}

TEST(ReducedDecode, HalvesJpegsOfEvenSidesAlone) {
    const Preprocessing preprocessing = input(16);
    const auto size_of = [&](const std::string& file) { return decoded_for(file, preprocessing).size(); };
    EXPECT_EQ(size_of(encoded(".jpg", testing::smooth(128, 160))), cv::Size(80, 64));
    EXPECT_EQ(size_of(encoded(".jpg", testing::smooth(126, 160))), cv::Size(160, 126)) << "too small";
    EXPECT_EQ(size_of(encoded(".jpg", testing::smooth(129, 160))), cv::Size(160, 129)) << "odd";
    EXPECT_EQ(size_of(encoded(".png", testing::smooth(128, 160))), cv::Size(160, 128));
    EXPECT_EQ(size_of(jpeg_with_exif(encoded(".jpg", testing::smooth(128, 160)), exif_block(6))), cv::Size(64, 80));
}

TEST(ReducedDecode, GoesByTheUprightPicture) {
    Preprocessing wide = input(16);
    wide.width = 32;
    const std::string jpeg = encoded(".jpg", testing::smooth(128, 256));
    EXPECT_EQ(decoded_for(jpeg, wide).size(), cv::Size(128, 64));
    EXPECT_EQ(decoded_for(jpeg_with_exif(jpeg, exif_block(6)), wide).size(), cv::Size(128, 256));
}

TEST(ReducedDecode, GivesTheSameInputWithinTwoLevels) {
    const std::string jpeg = encoded(".jpg", testing::smooth(600, 902), {cv::IMWRITE_JPEG_QUALITY, 90});
    for (const int orientation : {1, 3, 6, 8})
        for (const Preprocessing& preprocessing :
             {input(50), input(48, ResizeMode::center_crop, 0.875), input(37, ResizeMode::center_crop)}) {
            const auto [halved, full] = both_ways(jpeg_with_exif(jpeg, exif_block(orientation)), preprocessing);
            EXPECT_LE(largest_difference(halved, full), 2) << orientation << " " << preprocessing.width;
            EXPECT_LE(mean_difference(halved, full), 0.5) << orientation << " " << preprocessing.width;
        }
}

TEST(ReducedDecode, GivesNearlyTheSameInputOfPicturesThatAreSharpToThePixel) {
    const auto flowers = testing::flowers12_train();
    if (!flowers) GTEST_SKIP() << "GRAFT_TEST_DATA names no folder with flowers12";
    int halved_ones = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*flowers / "iris")) {
        const std::string file = read_file(entry.path());
        const Preprocessing preprocessing = input(28);
        if (decoded_for(file, preprocessing).size() == decode_image(file, "test").size()) continue;
        const auto [halved, full] = both_ways(file, preprocessing);
        EXPECT_LE(largest_difference(halved, full), 12) << entry.path();
        EXPECT_LE(mean_difference(halved, full), 0.7) << entry.path();
        ++halved_ones;
    }
    EXPECT_GT(halved_ones, 10);
}

/// What a picture gives does not depend on whether it came halved, but for the pixels: the windows are the same.
TEST(ReducedDecode, CutsTheSameWindowOutOfBoth) {
    const Preprocessing preprocessing = input(25, ResizeMode::center_crop, 0.9);
    for (const cv::Size source : {cv::Size(1024, 768), cv::Size(770, 514), cv::Size(4032, 3024), cv::Size(446, 900)}) {
        const cv::Rect full = input_window(source, preprocessing);
        const cv::Rect half = input_window({source.width / 2, source.height / 2}, preprocessing);
        EXPECT_EQ(full, cv::Rect(2 * half.x, 2 * half.y, 2 * half.width, 2 * half.height)) << source;
    }
    EXPECT_EQ(input_window({101, 103}, preprocessing), cv::Rect(5, 6, 91, 91)) << "small ones are not touched";
}

TEST(ReducedDecode, ChangesNothingWithoutTheRule) {
    Preprocessing preprocessing = input(32);
    preprocessing.reduced_decode = false;
    const std::string jpeg = encoded(".jpg", testing::smooth(512, 512));
    EXPECT_TRUE(equal(decoded_for(jpeg, preprocessing), decode_image(jpeg, "test")));
    EXPECT_TRUE(equal(decode_image(jpeg, "test", {}), decode_image(jpeg, "test")));
}

TEST(ReducedDecode, SeesDamageToo) {
    std::string jpeg = encoded(".jpg", testing::noise(512, 512));
    EXPECT_EQ(decoded_for(jpeg, input(64)).size(), cv::Size(256, 256));
    EXPECT_THROW((void)decoded_for(jpeg.substr(0, jpeg.size() / 2), input(64)), DataError);
    jpeg.replace(jpeg.size() / 2, 2, "\xff\xd9");
    EXPECT_THROW((void)decoded_for(jpeg, input(64)), DataError);
}

}  // namespace
}  // namespace graft

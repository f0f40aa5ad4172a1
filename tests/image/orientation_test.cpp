#include "image/decode/orientation.hpp"

#include <gtest/gtest.h>

#include <array>
#include <opencv2/core.hpp>
#include <optional>
#include <string>

#include "core/random.hpp"
#include "encoded_images.hpp"
#include "image/decode/decode.hpp"

namespace graft {
namespace {

using testing::big_endian_exif_block;
using testing::encoded;
using testing::exif_block;
using testing::jpeg_with_exif;
using testing::noise;
using testing::pixel_bytes;
using testing::png_with_chunk;
using testing::tiff_file;
using testing::webp_with_exif;

/// 123/456 after each orientation was undone, row by row.
constexpr std::array<const char*, 8> kUpright = {"123/456",  "321/654",  "654/321",  "456/123",
                                                 "14/25/36", "41/52/63", "63/52/41", "36/25/14"};

std::string as_text(const cv::Mat& digits) {
    std::string text;
    for (int y = 0; y < digits.rows; ++y) {
        if (y > 0) text += '/';
        for (int x = 0; x < digits.cols; ++x) text += static_cast<char>('0' + digits.at<std::uint8_t>(y, x));
    }
    return text;
}

void expect_same_pixels(const cv::Mat& actual, const cv::Mat& expected) {
    ASSERT_EQ(actual.size(), expected.size());
    ASSERT_EQ(actual.type(), CV_8UC3);
    EXPECT_TRUE(actual.isContinuous());
    EXPECT_EQ(cv::norm(actual, expected, cv::NORM_INF), 0);
}

cv::Mat reversed_channels(const cv::Mat& image) {
    cv::Mat reversed(image.size(), CV_8UC3);
    cv::mixChannels({image}, {reversed}, {0, 2, 1, 1, 2, 0});
    return reversed;
}

class Orientation : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(All, Orientation, ::testing::Range(1, 9));

TEST_P(Orientation, TurnsAPictureUpright) {
    const cv::Mat picture = (cv::Mat_<std::uint8_t>(2, 3) << 1, 2, 3, 4, 5, 6);
    EXPECT_EQ(as_text(turned_upright(picture, GetParam())), kUpright.at(static_cast<std::size_t>(GetParam() - 1)));
    EXPECT_EQ(as_text(picture), "123/456") << "the source must not change";
}

TEST_P(Orientation, IsReadFromBothByteOrdersWithAndWithoutPrefix) {
    const std::string prefix("Exif\0\0", 6);
    EXPECT_EQ(exif_orientation(exif_block(GetParam())), GetParam());
    EXPECT_EQ(exif_orientation(prefix + exif_block(GetParam())), GetParam());
    EXPECT_EQ(exif_orientation(big_endian_exif_block(GetParam())), GetParam());
    EXPECT_EQ(exif_orientation(prefix + big_endian_exif_block(GetParam())), GetParam());
}

TEST_P(Orientation, OfAJpegIsApplied) {
    const std::string jpeg = encoded(".jpg", noise(24, 40));
    const cv::Mat stored = decode_image(jpeg, "plain");
    const cv::Mat upright = decode_image(jpeg_with_exif(jpeg, exif_block(GetParam())), "turned");
    expect_same_pixels(upright, turned_upright(stored, GetParam()));
}

TEST_P(Orientation, OfAPngIsApplied) {
    const cv::Mat picture = noise(5, 7);
    const std::string png = png_with_chunk(encoded(".png", picture), "eXIf", exif_block(GetParam()));
    expect_same_pixels(decode_image(png, "png"), turned_upright(reversed_channels(picture), GetParam()));
}

TEST_P(Orientation, OfAWebPIsApplied) {
    const cv::Mat picture = noise(5, 7);
    constexpr int lossless = 101;
    const std::string webp = encoded(".webp", picture, {cv::IMWRITE_WEBP_QUALITY, lossless});
    const std::string turned = webp_with_exif(webp, picture.size(), exif_block(GetParam()));
    expect_same_pixels(decode_image(turned, "webp"), turned_upright(reversed_channels(picture), GetParam()));
}

TEST_P(Orientation, OfATiffIsApplied) {
    const cv::Mat rgb = noise(5, 7);
    const std::string tiff = tiff_file({.width = 7,
                                        .height = 5,
                                        .samples = 3,
                                        .photometric = 2,
                                        .orientation = static_cast<std::uint32_t>(GetParam()),
                                        .pixels = pixel_bytes(rgb)});
    expect_same_pixels(decode_image(tiff, "tiff"), turned_upright(rgb, GetParam()));
}

TEST(ExifOrientation, OutOfRangeIsUpright) {
    EXPECT_EQ(exif_orientation(exif_block(0)), 1);
    EXPECT_EQ(exif_orientation(exif_block(9)), 1);
    EXPECT_EQ(exif_orientation(exif_block(65535)), 1);
}

TEST(ExifOrientation, OfATiffOutOfRangeIsUpright) {
    const std::string tiff = tiff_file({.width = 2, .height = 1, .orientation = 77, .pixels = "\x10\x20"});
    EXPECT_EQ(decode_image(tiff, "tiff").size(), cv::Size(2, 1));
}

TEST(ExifOrientation, OfATruncatedBlockIsUprightOrTrue) {
    const std::string block = exif_block(6);
    for (std::size_t length = 0; length < block.size(); ++length) {
        const int orientation = stored_orientation(block.substr(0, length), "");
        EXPECT_TRUE(orientation == 1 || orientation == 6) << length;
    }
    EXPECT_EQ(exif_orientation(""), std::nullopt);
}

TEST(ExifOrientation, OfHostileBlocksIsAlwaysInRange) {
    Rng rng = Rng::stream(0, "hostile exif");
    for (int round = 0; round < 3000; ++round) {
        std::string block = round % 2 == 0 ? exif_block(6) : big_endian_exif_block(6);
        block += std::string(40, '\x7f');
        for (int change = 0; change < 6; ++change) block[rng.below(block.size())] = static_cast<char>(rng.below(256));
        const int orientation = stored_orientation(block, "");
        ASSERT_TRUE(orientation >= 1 && orientation <= 8);
    }
}

TEST(ExifOrientation, OfAnotherTypeIsUpright) {
    std::string block = exif_block(6);
    block[12] = 2;  // ASCII
    EXPECT_EQ(exif_orientation(block), std::nullopt);
    EXPECT_EQ(stored_orientation(block, ""), 1);
}

TEST(ExifOrientation, MayHave16Or32Bits) {
    enum Type : char { short_integer = 3, long_integer = 4, signed_short = 8, signed_long = 9 };
    for (const char type : {short_integer, long_integer, signed_short, signed_long}) {
        std::string block = exif_block(6);
        block[12] = type;
        EXPECT_EQ(exif_orientation(block), 6) << int{type};
    }
    std::string negative = exif_block(-1);
    negative[12] = signed_long;
    EXPECT_EQ(exif_orientation(negative), 1);
}

std::string xmp_with(const std::string& orientation) {
    return "<x:xmpmeta><rdf:Description xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" " + orientation + "</x:xmpmeta>";
}

TEST(XmpOrientation, IsAnAttributeOrAnElement) {
    EXPECT_EQ(xmp_orientation(xmp_with("tiff:Orientation=\"6\"/>")), 6);
    EXPECT_EQ(xmp_orientation(xmp_with("><tiff:Orientation>3</tiff:Orientation>")), 3);
    EXPECT_EQ(xmp_orientation(xmp_with("/>")), std::nullopt);
    EXPECT_EQ(xmp_orientation(xmp_with("tiff:Orientation=\"9\"/>")), 1);
    EXPECT_EQ(xmp_orientation(xmp_with("tiff:Orientation")), std::nullopt);
    EXPECT_EQ(xmp_orientation("tiff:Orientation="), std::nullopt);
}

TEST(XmpOrientation, CountsWhereExifSaysNothing) {
    const std::string xmp = xmp_with("tiff:Orientation=\"6\"/>");
    EXPECT_EQ(stored_orientation("", xmp), 6);
    EXPECT_EQ(stored_orientation(exif_block(3), xmp), 3);
    EXPECT_EQ(stored_orientation(exif_block(9), xmp), 1);  // wrong, but said
    EXPECT_EQ(stored_orientation("", ""), 1);
}

TEST(XmpOrientation, OfAPngIsApplied) {
    const cv::Mat picture = noise(5, 7);
    const std::string text = std::string("XML:com.adobe.xmp\0\0\0\0\0", 22) + xmp_with("tiff:Orientation=\"6\"/>");
    expect_same_pixels(decode_image(png_with_chunk(encoded(".png", picture), "iTXt", text), "png"),
                       turned_upright(reversed_channels(picture), 6));
}

}  // namespace
}  // namespace graft

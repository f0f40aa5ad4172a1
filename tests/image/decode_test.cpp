#include "image/decode/decode.hpp"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "encoded_images.hpp"
#include "photographs.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::bmp_file;
using testing::encoded;
using testing::from_hex;
using testing::little;
using testing::noise;
using testing::pixel_bytes;
using testing::png_with_chunk;
using testing::tiff_file;

/// The pixels as bytes in hexadecimal digits, R G B of one pixel without, of neighbours with a space between.
std::string pixels(const cv::Mat& rgb) {
    std::string text;
    for (int y = 0; y < rgb.rows; ++y)
        for (int x = 0; x < rgb.cols; ++x) {
            const auto& pixel = rgb.at<cv::Vec3b>(y, x);
            text += (text.empty() ? "" : " ") + cv::format("%02x%02x%02x", pixel[0], pixel[1], pixel[2]);
        }
    return text;
}

std::string decoded(const std::string& bytes) { return pixels(decode_image(bytes, "test")); }

cv::Mat rgb_of(const cv::Mat& bgr) {
    cv::Mat rgb;
    cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
    return rgb;
}

TEST(DecodeImage, GivesContinuousRgbFromEveryLosslessFormat) {
    const cv::Mat bgr = noise(6, 5);
    for (const char* extension : {".png", ".bmp", ".tiff", ".webp"}) {
        const cv::Mat image = decode_image(encoded(extension, bgr, {cv::IMWRITE_WEBP_QUALITY, 101}), extension);
        ASSERT_EQ(image.type(), CV_8UC3) << extension;
        EXPECT_TRUE(image.isContinuous()) << extension;
        EXPECT_EQ(cv::norm(image, rgb_of(bgr), cv::NORM_INF), 0) << extension;
    }
}

TEST(DecodeImage, RepeatsGreyInAllChannels) {
    const cv::Mat grey = (cv::Mat_<std::uint8_t>(1, 3) << 0, 100, 255);
    for (const char* extension : {".png", ".bmp", ".tiff"})
        EXPECT_EQ(decoded(encoded(extension, grey)), "000000 646464 ffffff") << extension;
    const cv::Mat flat(8, 8, CV_8UC1, cv::Scalar(100));
    EXPECT_EQ(cv::norm(decode_image(encoded(".jpg", flat), "jpg"), cv::Mat(8, 8, CV_8UC3, cv::Scalar::all(100))), 0);
}

TEST(DecodeImage, RoundsSixteenBitsToEight) {
    // v / 257: 128 -> 0.498, 129 -> 0.502, 1000 -> 3.89, 65406 -> 254.498, 65407 -> 254.502
    const cv::Mat grey = (cv::Mat_<std::uint16_t>(1, 6) << 0, 128, 129, 1000, 65406, 65407);
    EXPECT_EQ(decoded(encoded(".png", grey)), "000000 000000 010101 040404 fefefe ffffff");
    const std::string tiff = tiff_file({.width = 2,
                                        .height = 1,
                                        .bits = 16,
                                        .samples = 3,
                                        .photometric = 2,
                                        .pixels = little(128, 2) + little(129, 2) + little(1000, 2) + little(65406, 2) +
                                                  little(65407, 2) + little(65535, 2)});
    EXPECT_EQ(decoded(tiff), "000104 feffff");
}

TEST(DecodeImage, RoundsASixteenBitGreyTiff) {
    const std::string rows = little(0x00ff, 2) + little(0x1280, 2) + little(0xffff, 2);  // 0.99, 18.4, 255
    EXPECT_EQ(decoded(tiff_file({.width = 3, .height = 1, .bits = 16, .pixels = rows})), "010101 121212 ffffff");
    EXPECT_EQ(decoded(tiff_file({.width = 3, .height = 1, .bits = 16, .photometric = 0, .pixels = rows})),
              "fefefe ededed 000000");
}

TEST(DecodeImage, IgnoresSamplesOfATiffThatAreNotAlpha) {
    const std::string infrared = from_hex("0a141e00 0a141e80 0a141eff");
    const auto with_meaning = [&](std::uint32_t extra_samples) {
        return decoded(tiff_file({.width = 3,
                                  .height = 1,
                                  .samples = 4,
                                  .photometric = 2,
                                  .extra_samples = extra_samples,
                                  .pixels = infrared}));
    };
    constexpr std::uint32_t not_written = 0, alpha = 2;
    EXPECT_EQ(with_meaning(not_written), "0a141e 0a141e 0a141e");
    EXPECT_EQ(with_meaning(alpha), "ffffff 84898e 0a141e");
}

TEST(DecodeImage, BlendsAlphaOverWhite) {
    const cv::Vec4b quarter{200, 100, 0, 64};  // B G R A; (c * 64 + 255 * 191 + 127) / 255
    const cv::Mat bgra = (cv::Mat_<cv::Vec4b>(1, 3) << cv::Vec4b{1, 2, 3, 0}, quarter, cv::Vec4b{1, 2, 3, 255});
    const std::string expected = "ffffff bfd8f1 030201";
    EXPECT_EQ(decoded(encoded(".png", bgra)), expected);
    EXPECT_EQ(decoded(encoded(".webp", bgra, {cv::IMWRITE_WEBP_QUALITY, 101})), expected);
    const std::string rgba = from_hex("03020100 0064c840 030201ff");
    EXPECT_EQ(decoded(tiff_file(
                  {.width = 3, .height = 1, .samples = 4, .photometric = 2, .extra_samples = 2, .pixels = rgba})),
              expected);
    EXPECT_EQ(decoded(tiff_file(
                  {.width = 2, .height = 1, .samples = 2, .extra_samples = 2, .pixels = from_hex("6440 10ff")})),
              "d8d8d8 101010");
}

TEST(DecodeImage, BlendsPremultipliedAlphaOfATiffOverWhite) {
    const std::string rgba = from_hex("00000000 10203040 030201ff");
    EXPECT_EQ(decoded(tiff_file(
                  {.width = 3, .height = 1, .samples = 4, .photometric = 2, .extra_samples = 1, .pixels = rgba})),
              "ffffff cfdfef 030201");
}

TEST(DecodeImage, WhitensTheTransparentColourOfAPng) {
    const cv::Mat grey = (cv::Mat_<std::uint8_t>(1, 3) << 0, 100, 255);
    EXPECT_EQ(decoded(png_with_chunk(encoded(".png", grey), "tRNS", from_hex("0064"))), "000000 ffffff ffffff");
    const cv::Mat deep = (cv::Mat_<std::uint16_t>(1, 2) << 0x1234, 0x1235);
    EXPECT_EQ(decoded(png_with_chunk(encoded(".png", deep), "tRNS", from_hex("1234"))), "ffffff 121212");
    const cv::Mat bgr = (cv::Mat_<cv::Vec3b>(1, 2) << cv::Vec3b{3, 2, 1}, cv::Vec3b{4, 2, 1});
    EXPECT_EQ(decoded(png_with_chunk(encoded(".png", bgr), "tRNS", from_hex("000100020003"))), "ffffff 010204");
}

TEST(DecodeImage, ReadsPalettesAndSingleBits) {
    // Made by Pillow 13: 4x1, colours (255,0,0) (0,255,0) (0,0,255) (10,20,30), the third one transparent.
    const std::string palette_png = from_hex(
        "89504e470d0a1a0a0000000d49484452000000040000000102030000008452e75e0000000c504c5445ff000000ff000000ff"
        "0a141e228829040000000374524e53ffff00d7ca0d410000000a49444154789c63900600001d001c8ef4f521000000004945"
        "4e44ae426082");
    EXPECT_EQ(decoded(palette_png), "ff0000 00ff00 ffffff 0a141e");
    const std::string palette = from_hex("00000000 0a141e00") + std::string(14 * 4, '\0');  // B G R 0
    EXPECT_EQ(decoded(bmp_file(2, 1, 4, 0, palette, from_hex("10000000"))), "1e140a 000000");
    const cv::Mat bits = (cv::Mat_<std::uint8_t>(1, 3) << 0, 255, 0);
    EXPECT_EQ(decoded(encoded(".png", bits, {cv::IMWRITE_PNG_BILEVEL, 1})), "000000 ffffff 000000");
    EXPECT_EQ(decoded(tiff_file({.width = 3, .height = 1, .bits = 1, .pixels = "\x40"})), "000000 ffffff 000000");
    EXPECT_EQ(decoded(tiff_file({.width = 3, .height = 1, .bits = 1, .photometric = 0, .pixels = "\x40"})),
              "ffffff 000000 ffffff");
}

TEST(DecodeImage, TakesNoAlphaFromABmpWithoutAlphaMask) {
    const std::string masks = little(0xff0000, 4) + little(0xff00, 4) + little(0xff, 4);
    EXPECT_EQ(decoded(bmp_file(1, 1, 32, 3, masks, from_hex("0a141e00"))), "1e140a");
    EXPECT_EQ(decoded(bmp_file(1, 1, 32, 0, "", from_hex("0a141e00"))), "1e140a");
}

/// 8x8, C = 30 x, M = 30 y, Y = 90, K = 10 x; by Pillow 13 and libjpeg-turbo, both with Adobe's inverted values.
constexpr const char* kCmykJpeg =
    "ffd8ffee000e41646f626500640000000000ffdb0043000503040404030504040405050506070c08070707070f0b0b090c11"
    "0f1212110f111113161c1713141a1511111821181a1d1d1f1f1f13172224221e241c1e1f1effc00014080008000804431100"
    "4d11005911004b1100ffc4001500010100000000000000000000000000000608ffc4001c1000010305000000000000000000"
    "0000000006081843446481a2ffda000e0443004d0059004b00003f0046edaef6239139dd0eca4d7b50ffd9";
constexpr const char* kYcckJpeg =
    "ffd8ffee000e41646f626500640000000002ffdb0043000503040404030504040405050506070c08070707070f0b0b090c11"
    "0f1212110f111113161c1713141a1511111821181a1d1d1f1f1f13172224221e241c1e1f1effdb0043010505050706070e08"
    "080e1e1411141e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e"
    "1e1e1e1e1e1effc00014080008000804012200021101031101042200ffc40016000101010000000000000000000000000000"
    "0608ffc4001a1001000105000000000000000000000000000607243243a2ffc4001501010100000000000000000000000000"
    "000406ffc4001c1100010305000000000000000000000000050006220102041315ffda000e040100021103110400003f0097"
    "8452fc2df9011a40ee6eeac9399ce521ccb26b49cf7600ffd9";

/// Five pixels of an 8x8 picture: the corners and the middle.
std::string five_pixels(const cv::Mat& rgb) {
    cv::Mat picked(1, 5, CV_8UC3);
    int next = 0;
    for (const cv::Point place : {cv::Point(0, 0), cv::Point(7, 0), cv::Point(0, 7), cv::Point(7, 7), cv::Point(3, 4)})
        picked.at<cv::Vec3b>(next++) = rgb.at<cv::Vec3b>(place);
    return pixels(picked);
}

TEST(DecodeImage, ConvertsAdobeCmykAsPillowDoes) {
    const cv::Mat image = decode_image(from_hex(kCmykJpeg), "cmyk");
    EXPECT_EQ(five_pixels(image), "feffa5 21b978 fe2da5 212178 917691");  // Pillow 13: convert("RGB")
}

TEST(DecodeImage, ConvertsYcckAsPillowDoes) {
    const cv::Mat image = decode_image(from_hex(kYcckJpeg), "ycck");
    EXPECT_EQ(five_pixels(image), "fbfdb4 31b27c e63a9e 21246b 937491");  // Pillow 13: convert("RGB")
    EXPECT_EQ(sha256(pixel_bytes(image)), "2f18926ea6e5e377d24b4d3f07786df5103ecc28de99b4ef85e528e2b8341a44");
}

TEST(DecodeImage, ReadsTheFirstFrameOfAGif) {
    EXPECT_EQ(decoded(from_hex("47494638396102000200810000ff000000ff000000ff0a141e2c000000000200020000020344a815003b")),
              "ff0000 00ff00 0000ff 0a141e");
    const std::string two_frames =
        "47494638396102000100810000ff000000ff000000ff0a141e2c0000000002000100000202440a00"
        "2c0000000002000100000202d40a003b";
    EXPECT_EQ(decoded(from_hex(two_frames)), "ff0000 00ff00");
}

TEST(DecodeImage, PutsASmallTransparentGifFrameOnAWhiteCanvas) {
    const cv::Mat image = decode_image(from_hex("47494638396103000200810000ff000000ff000000ff0a141e21f90401000002002c"
                                                "010000000200020000020344a815003b"),
                                       "gif");
    EXPECT_EQ(image.size(), cv::Size(3, 2));
    EXPECT_EQ(pixels(image), "ffffff ff0000 00ff00 ffffff ffffff 0a141e");
}

TEST(DecodeImage, WidensTheCanvasToALargerGifFrame) {
    const cv::Mat image = decode_image(from_hex("47494638396101000100810000ff000000ff000000ff0a141e2c0000000002000100"
                                                "0002021c0a003b"),
                                       "gif");
    EXPECT_EQ(image.size(), cv::Size(2, 1));
    EXPECT_EQ(pixels(image), "0a141e ff0000");
}

TEST(DecodeImage, PutsTheRowsOfAnInterlacedGifInOrder) {
    // stored order 0 8 4 2 6 1 3 5 7, stored colours 0 1 2 3 0 1 2 3 0
    EXPECT_EQ(decoded(from_hex("47494638396101000900810000ff000000ff000000ff0a141e2c000000000100090040020644a811a146"
                               "14003b")),
              "ff0000 00ff00 0a141e 0000ff 0000ff 0a141e ff0000 ff0000 00ff00");
}

TEST(DecodeImage, GoesByContentWhateverTheFileIsCalled) {
    const std::string file = testing::fresh_folder() / "png_called.jpg";
    write_file(file, encoded(".png", (cv::Mat_<cv::Vec3b>(1, 1) << cv::Vec3b{3, 2, 1})));
    EXPECT_EQ(pixels(decode_image_file(file)), "010203");
}

TEST(DecodeImage, GivesTheSamePixelsOnSeveralThreads) {
    const std::string jpeg = encoded(".jpg", noise(64, 64));
    const std::string expected = pixel_bytes(decode_image(jpeg, "jpeg"));
    std::vector<int> equal(4);
    {
        std::vector<std::jthread> threads;
        for (int& result : equal)
            threads.emplace_back([&] {
                for (int round = 0; round < 20; ++round) result += pixel_bytes(decode_image(jpeg, "jpeg")) == expected;
            });
    }
    EXPECT_EQ(equal, std::vector<int>(4, 20));
}

TEST(DecodeImage, GivesPillowsPixelsForPhotographs) {
    const auto flowers = testing::flowers12_train();
    if (!flowers) GTEST_SKIP() << "GRAFT_TEST_DATA names no folder with flowers12";
    // Pillow 13: sha256(Image.open(file).convert("RGB").tobytes())
    EXPECT_EQ(sha256(pixel_bytes(decode_image_file(*flowers / "bluebell/image_0241.jpg"))),
              "20449eeb17a7b80570a208263c5142d318aae88bf2096803fe9d593049f7a9ab");
    EXPECT_EQ(sha256(pixel_bytes(decode_image_file(*flowers / "iris/image_0401.jpg"))),
              "f18518fce7502942acbc53a85c3c82d3385b20b87dc00b314d6576fbcf02f464");
}

}  // namespace
}  // namespace graft

// What must be refused, and how the message reads.
#include <gtest/gtest.h>

#include <map>
#include <opencv2/core.hpp>
#include <string>

#include "core/files.hpp"
#include "core/random.hpp"
#include "encoded_images.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"
#include "pictures.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::big;
using testing::bmp_file;
using testing::crc32_of;
using testing::encoded;
using testing::from_hex;
using testing::little;
using testing::noise;
using testing::pixel_bytes;
using testing::png_with_chunk;
using testing::tiff_file;

/// The message of the DataError that decoding throws, or "decoded".
std::string refusal(const std::string& bytes, const DecodeOptions& options = {}) {
    try {
        return decode_image(bytes, "a.jpg", options).empty() ? "empty" : "decoded";
    } catch (const DataError& error) {
        return error.what();
    }
}

bool is_refused(const std::string& bytes) { return refusal(bytes).starts_with("a.jpg: "); }

std::string gif_of_one_frame() {
    return from_hex("47494638396102000200810000ff000000ff000000ff0a141e2c000000000200020000020344a815003b");
}

/// One intact file of every kind, small enough to be cut at every byte.
std::map<std::string, std::string> intact_files() {
    const cv::Mat picture = noise(9, 11);
    return {{"jpeg", encoded(".jpg", picture)},
            {"progressive jpeg", encoded(".jpg", picture, {cv::IMWRITE_JPEG_PROGRESSIVE, 1})},
            {"png", encoded(".png", picture)},
            {"bmp", encoded(".bmp", picture)},
            {"lossy webp", encoded(".webp", picture, {cv::IMWRITE_WEBP_QUALITY, 80})},
            {"lossless webp", encoded(".webp", picture, {cv::IMWRITE_WEBP_QUALITY, 101})},
            {"tiff", encoded(".tiff", picture)},
            {"plain tiff",
             tiff_file({.width = 11, .height = 9, .samples = 3, .photometric = 2, .pixels = pixel_bytes(picture)})},
            {"gif", gif_of_one_frame()}};
}

TEST(DamagedImages, AreRefusedWhereverTheyAreCut) {
    for (const auto& [kind, bytes] : intact_files()) {
        ASSERT_EQ(refusal(bytes), "decoded") << kind;
        // the last bytes of these say only that nothing follows
        const std::size_t unneeded = kind == "gif" ? 1 : kind.ends_with("jpeg") ? 2 : kind == "plain tiff" ? 4 : 0;
        const std::size_t needed = bytes.size() - unneeded;
        for (std::size_t length = 0; length < needed; ++length)
            ASSERT_TRUE(is_refused(bytes.substr(0, length))) << kind << " cut to " << length << " of " << bytes.size();
    }
}

TEST(DamagedImages, WithRandomChangesAreDecodedOrRefusedButNeverCrash) {
    Rng rng = Rng::stream(0, "damage");
    for (const auto& [kind, bytes] : intact_files())
        for (int round = 0; round < 200; ++round) {
            std::string damaged = bytes;
            for (int change = 0; change < 4; ++change)
                damaged[rng.below(damaged.size())] = static_cast<char>(rng.below(256));
            const std::string outcome = refusal(damaged, {.max_pixels = 1'000'000});
            ASSERT_TRUE(outcome == "decoded" || outcome.starts_with("a.jpg: ")) << kind << ": " << outcome;
        }
}

TEST(DamagedImages, NameTheFileAndTheReason) {
    std::map<std::string, std::string> files = intact_files();
    const auto half_of = [&](const std::string& kind) { return files[kind].substr(0, files[kind].size() / 2); };
    EXPECT_EQ(refusal(half_of("jpeg")), "a.jpg: truncated JPEG: it ends before its picture does");
    EXPECT_EQ(refusal(half_of("progressive jpeg")), "a.jpg: truncated JPEG: it ends before its picture does");
    EXPECT_EQ(refusal(half_of("png")), "a.jpg: truncated PNG: it ends before its IEND chunk");
    EXPECT_EQ(refusal(files["bmp"].substr(0, 200)), "a.jpg: truncated BMP: 200 of 378 bytes");  // 54 + 9 * 36
    EXPECT_EQ(refusal(files["lossy webp"].substr(0, 60)),
              "a.jpg: truncated WebP: 60 of " + std::to_string(files["lossy webp"].size()) + " bytes");
    EXPECT_EQ(refusal(gif_of_one_frame().substr(0, 36)), "a.jpg: truncated GIF: Failed to read from given file");
    EXPECT_TRUE(refusal(half_of("plain tiff")).starts_with("a.jpg: damaged or unsupported TIFF: "));
}

/// A JPEG of 64x64 pixels whose scan is long enough to be damaged in the middle.
std::string large_jpeg() { return encoded(".jpg", noise(64, 64), {cv::IMWRITE_JPEG_QUALITY, 95}); }

TEST(DamagedJpeg, WithADestroyedMiddleIsRefused) {
    const std::string jpeg = large_jpeg();
    std::string zeroed = jpeg, missing = jpeg, marked = jpeg;
    zeroed.replace(jpeg.size() / 2, 512, 512, '\0');
    missing.erase(jpeg.size() / 2, 512);
    marked.replace(jpeg.size() / 2, 2, "\xff\xd9");  // a premature end
    for (const std::string& damaged : {zeroed, missing, marked})
        EXPECT_TRUE(refusal(damaged).starts_with("a.jpg: damaged JPEG: Corrupt JPEG data")) << refusal(damaged);
}

std::string note_of(const std::string& jpeg) { return decode_picture(jpeg, "a.jpg").note; }

TEST(DamagedJpeg, MayHaveStrayBytesBetweenItsHeadersAndTwoBeforeItsEnd) {
    const std::string jpeg = large_jpeg();
    const std::string expected = pixel_bytes(decode_image(jpeg, "intact"));
    const std::size_t behind_app0 = 20, end = jpeg.size() - 2;
    std::string in_headers = jpeg, before_end = jpeg, behind = jpeg;
    in_headers.insert(behind_app0, std::string(100, '\0'));
    before_end.insert(end, "\x01\x02");
    behind += "appended";
    for (const std::string& harmless : {in_headers, before_end, behind}) {
        EXPECT_EQ(pixel_bytes(decode_image(harmless, "harmless")), expected);
        EXPECT_EQ(note_of(harmless), "");
    }
}

TEST(WholeJpeg, WithStrayBytesBehindItsPictureIsUsedWithANote) {
    for (const int progressive : {0, 1}) {
        const std::string jpeg = encoded(".jpg", noise(64, 64), {cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
        std::string random(258, '\0');
        Rng rng = Rng::stream(0, "stray bytes");
        for (char& byte : random) byte = static_cast<char>(rng.below(255));  // ff would begin a marker
        for (const std::string& bytes : {std::string(258, '\0'), std::string(258, '\x01'), random}) {
            std::string stray = jpeg;
            stray.insert(jpeg.size() - 2, bytes);
            const Picture picture = decode_picture(stray, "a.jpg");
            EXPECT_EQ(pixel_bytes(picture.rgb), pixel_bytes(decode_image(jpeg, "intact")));
            EXPECT_EQ(picture.note, "a.jpg: JPEG with stray bytes behind its picture");
        }
    }
}

TEST(WholeJpeg, WithoutItsEndMarkerIsUsedWithANote) {
    for (const int progressive : {0, 1}) {
        const std::string jpeg = encoded(".jpg", noise(64, 64), {cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
        const Picture picture = decode_picture(jpeg.substr(0, jpeg.size() - 2), "a.jpg");
        EXPECT_EQ(pixel_bytes(picture.rgb), pixel_bytes(decode_image(jpeg, "intact")));
        EXPECT_EQ(picture.note, "a.jpg: JPEG without an end marker");
    }
}

/// Where bits are changed in the middle, the decoder may find its place again too early, and have bytes left over.
TEST(DamagedJpeg, IsMostlyToldFromAWholeOneWithStrayBytes) {
    const std::string jpeg = encoded(".jpg", testing::smooth(256, 256));
    const cv::Mat intact = decode_image(jpeg, "intact");
    Rng rng = Rng::stream(0, "damaged scans");
    int taken_for_whole = 0, damaged = 0;
    for (int round = 0; round < 300; ++round) {
        std::string changed = jpeg;
        const std::size_t scan = jpeg.find("\xff\xda") + 14;
        for (int change = 0; change < 3; ++change)
            changed[scan + rng.below((jpeg.size() - scan) / 2)] = static_cast<char>(rng.below(255));
        try {
            const Picture picture = decode_picture(changed, "a.jpg");
            if (testing::largest_difference(picture.rgb, intact) > 40) taken_for_whole += picture.note.empty() ? 0 : 1;
        } catch (const DataError&) {
            ++damaged;
        }
    }
    EXPECT_GT(damaged, 150);
    EXPECT_LT(taken_for_whole, 10);
}

/// A JPEG whose rows of blocks each end in a restart marker.
std::string jpeg_with_restarts() { return encoded(".jpg", noise(64, 64), {cv::IMWRITE_JPEG_RST_INTERVAL, 4}); }

TEST(DamagedJpeg, IsOneWithStrayBytesWithinItsPicture) {
    std::string jpeg = jpeg_with_restarts();
    ASSERT_EQ(note_of(jpeg), "");
    const std::size_t restart = jpeg.find("\xff\xd1");
    ASSERT_NE(restart, std::string::npos);
    jpeg.insert(restart, std::string(100, '\x01'));
    EXPECT_EQ(refusal(jpeg), "a.jpg: damaged JPEG: Corrupt JPEG data: 100 extraneous bytes before marker 0xd1");
}

TEST(DamagedJpeg, IsOneWithARestartMarkerLost) {
    std::string jpeg = jpeg_with_restarts();
    jpeg[jpeg.find("\xff\xd1") + 1] = '\xd5';
    EXPECT_TRUE(refusal(jpeg).starts_with("a.jpg: damaged JPEG: Corrupt JPEG data: found marker 0xd5"))
        << refusal(jpeg);
}

TEST(DamagedJpeg, IsAProgressiveOneWithoutItsLastScan) {
    const std::string jpeg = encoded(".jpg", noise(64, 64), {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
    const std::size_t last_scan = jpeg.rfind("\xff\xda"), tables = jpeg.rfind("\xff\xc4");
    const std::string shorter = jpeg.substr(0, std::min(last_scan, tables));
    EXPECT_EQ(refusal(shorter), "a.jpg: truncated JPEG: it ends before its picture does");
    EXPECT_EQ(refusal(shorter + "\xff\xd9"), "decoded") << "a coarser picture is a picture";
}

/// A progressive grey JPEG of one block whose `scans` scans are all empty: a coefficient's 14 bits, one scan each.
std::string jpeg_of_scans(int scans) {
    const std::string one_code_of_one_bit = '\1' + std::string(15, '\0') + '\0';  // which stands for symbol 0
    std::string jpeg = from_hex("ffd8 ffdb004300") + std::string(64, '\1') + from_hex("ffc2000b080008000801011100");
    jpeg += from_hex("ffc4001400") + one_code_of_one_bit + from_hex("ffc4001410") + one_code_of_one_bit;
    jpeg += from_hex("ffda0008010100000000 7f");  // the mean; 7f is that code, padded
    for (int scan = 0; scan + 1 < scans; ++scan) {
        const int coefficient = 1 + scan / 14, low_bit = 13 - scan % 14, high_bit = low_bit == 13 ? 0 : low_bit + 1;
        jpeg += from_hex("ffda0008010100") + std::string(2, static_cast<char>(coefficient)) +
                static_cast<char>(high_bit << 4 | low_bit) + '\x7f';
    }
    return jpeg + "\xff\xd9";
}

TEST(DamagedJpeg, IsOneWithHundredsOfScans) {
    EXPECT_EQ(refusal(jpeg_of_scans(500)), "decoded");
    EXPECT_EQ(refusal(jpeg_of_scans(800)), "a.jpg: damaged JPEG: more than 500 scans");
}

TEST(DamagedPng, ShowsInItsCheckSums) {
    std::string png = encoded(".png", noise(9, 11));
    png[60] = static_cast<char>(png[60] ^ 1);
    EXPECT_EQ(refusal(png), "a.jpg: damaged PNG: wrong check sum of the chunk at byte 33");
}

TEST(DamagedTiff, IsRefusedWhenCompressedDataAreWrong) {
    std::string tiff = encoded(".tiff", noise(40, 40));  // OpenCV writes LZW
    for (std::size_t at = 1000; at < 1020; ++at) tiff[at] = static_cast<char>(tiff[at] ^ 0x5a);
    EXPECT_TRUE(refusal(tiff).starts_with("a.jpg: damaged or unsupported TIFF: ")) << refusal(tiff);
}

TEST(DamagedTiff, IsOneWithMoreRowsThanItsStripsHold) {
    const std::string rows(30, '\x40');  // 5x6
    const std::string whole = tiff_file({.width = 5, .height = 6, .pixels = rows});
    ASSERT_EQ(refusal(whole), "decoded");
    std::string higher = whole;  // the height is the second entry, the rows of a strip the ninth
    const std::size_t entries = 8 + rows.size() + 2 + 2;
    higher.replace(entries + 12 + 8, 4, little(12, 4));
    const std::string reason = "a.jpg: damaged TIFF: its strips hold fewer rows than it has";
    EXPECT_EQ(refusal(higher), reason);
    higher.replace(entries + 8 * 12 + 8, 4, little(12, 4));
    EXPECT_EQ(refusal(higher), reason);
}

/// 4x2 pixels in run lengths of 8 bits, with a table of two colours.
std::string run_length_bmp(const std::string& codes) {
    const std::string two_colours = from_hex("00000000 ffffff00");
    std::string bmp = bmp_file(4, 2, 8, 1, two_colours, codes);
    bmp[46] = 2;
    return bmp;
}

TEST(DamagedBmp, IsOneWhoseRunLengthsDoNotFillItsRows) {
    const std::string line_end = from_hex("0000"), end = from_hex("0001");
    const std::string full = from_hex("0401"), longer = from_hex("0501"), literal = from_hex("000401000100");
    EXPECT_EQ(refusal(run_length_bmp(full + line_end + literal + end)), "decoded");
    EXPECT_EQ(refusal(run_length_bmp(full + line_end + full)), "decoded") << "an end is not needed";
    const std::string reason = "a.jpg: damaged BMP: its run lengths do not fill its rows";
    for (const std::string& codes :
         {full + line_end, full + line_end + end, longer + line_end + full + end, full + full + end,
          full + line_end + from_hex("0005010001000100") + end, full + line_end + literal.substr(0, 4),
          full + line_end + from_hex("00020005") + end, full + line_end + from_hex("00020500") + end, std::string()})
        EXPECT_EQ(refusal(run_length_bmp(codes)), reason) << codes.size();
}

TEST(DamagedBmp, IsOneWithImpossibleForms) {
    EXPECT_EQ(refusal(bmp_file(1, 1, 13, 0, "", "1234")), "a.jpg: damaged BMP: 13 bits per pixel");
    EXPECT_EQ(refusal(bmp_file(1, 1, 24, 1, "", "1234")), "a.jpg: damaged BMP: compression 1 with 24 bits per pixel");
}

TEST(DamagedNetpbm, NamesTheReason) {
    EXPECT_EQ(refusal("P6 2 1 255\n12345"), "a.jpg: truncated Netpbm image: 5 of 6 bytes of pixels");
    EXPECT_EQ(refusal("P2 2 1 255\n12"), "a.jpg: truncated Netpbm image: a number is missing");
    EXPECT_EQ(refusal("P2 2 1 255\n12 256"), "a.jpg: damaged Netpbm image: a number above 255");
    EXPECT_EQ(refusal("P2 2 1 255\n12 x"), "a.jpg: damaged Netpbm image: it has a letter where a number should be");
    EXPECT_EQ(refusal("P1 2 1\n12"), "a.jpg: damaged Netpbm image: its pixels are not all 0 or 1");
    EXPECT_EQ(refusal("P5 1 1 0\n1"), "a.jpg: damaged Netpbm image: its brightest value is 0");
    EXPECT_EQ(refusal("P5 0 1 255\n1"), "a.jpg: the header says 0x1 pixels");
    EXPECT_EQ(refusal("P5 99999999999 1 255\n1"), "a.jpg: damaged Netpbm image: a number above 100000000");
}

TEST(DamagedGif, IsRefusedWhenItHasNoPictureOrNoSuchColour) {
    EXPECT_EQ(refusal(from_hex("47494638396102000100000000 3b")), "a.jpg: damaged GIF: it holds no picture");
    // 1x1, a table of two colours, the pixel has colour 3
    EXPECT_EQ(refusal(from_hex("47494638396101000100800000ff000000ff002c000000000100010000 02021c0b003b")),
              "a.jpg: damaged GIF: a colour is not in its colour table");
}

TEST(UnsupportedImages, AreRefusedWithTheReason) {
    const std::string eight_bytes(8, '\0');
    EXPECT_EQ(refusal(tiff_file({.width = 2, .height = 1, .bits = 32, .sample_format = 3, .pixels = eight_bytes})),
              "a.jpg: a TIFF with floating-point pixels; allowed are integers of up to 16 bits");
    EXPECT_EQ(refusal(tiff_file({.width = 2, .height = 1, .bits = 32, .pixels = eight_bytes})),
              "a.jpg: a TIFF with 32-bit signed, complex or large pixels; allowed are unsigned integers of up to 16 "
              "bits");
    EXPECT_EQ(refusal(tiff_file(
                  {.width = 2, .height = 1, .bits = 16, .samples = 2, .extra_samples = 2, .pixels = eight_bytes})),
              "a.jpg: a grey TIFF with alpha of other than 8 bits is not supported");
    EXPECT_EQ(refusal(bmp_file(1, 1, 24, 5, "", "1234")), "a.jpg: BMP compression 5 is not supported");
    const std::string animated = "WEBPVP8X" + little(10, 4) + little(0x02, 4) + little(0, 3) + little(0, 3);
    EXPECT_EQ(refusal("RIFF" + little(static_cast<std::uint32_t>(animated.size()), 4) + animated),
              "a.jpg: an animated WebP; allowed are still ones");
}

TEST(NoImage, IsNamedForWhatItIs) {
    EXPECT_EQ(refusal(""), "a.jpg: empty file");
    const std::string message = refusal("\n <!DOCTYPE HTML><html>404</html>");
    EXPECT_TRUE(message.starts_with("a.jpg: not an image that graft reads (found HTML text; allowed: JPEG, PNG, BMP, "))
        << message;
}

TEST(PixelLimit, HoldsForEveryFormatBeforeAnythingIsDecoded) {
    for (const auto& [kind, bytes] : intact_files()) {
        if (kind == "gif" || kind.ends_with("tiff")) continue;
        EXPECT_EQ(refusal(bytes, {.max_pixels = 99}), "decoded") << kind;
        EXPECT_EQ(refusal(bytes, {.max_pixels = 98}),
                  "a.jpg: 11x9 = 99 pixels; allowed are at most 98 (/data/max_pixels or --max-pixels raises it)")
            << kind;
    }
    EXPECT_EQ(refusal(gif_of_one_frame(), {.max_pixels = 3}),
              "a.jpg: 2x2 = 4 pixels; allowed are at most 3 (/data/max_pixels or --max-pixels raises it)");
}

TEST(PixelLimit, CountsTheBytesOfAPixel) {
    const std::string deep = pixel_bytes(cv::Mat(10, 6, CV_16UC4, cv::Scalar::all(7)));
    const std::string tiff = tiff_file(
        {.width = 6, .height = 10, .bits = 16, .samples = 4, .photometric = 2, .extra_samples = 2, .pixels = deep});
    EXPECT_EQ(refusal(tiff, {.max_pixels = 160}), "decoded");
    EXPECT_EQ(refusal(tiff, {.max_pixels = 159}),
              "a.jpg: 6x10 = 60 pixels of 8 bytes, which count as 160 of 3; allowed are at most 159 (/data/max_pixels "
              "or --max-pixels raises it)");
    const std::string rgba = encoded(".webp", cv::Mat(10, 6, CV_8UC4, cv::Scalar(1, 2, 3, 4)));
    EXPECT_EQ(refusal(rgba, {.max_pixels = 80}), "decoded");
    EXPECT_NE(refusal(rgba, {.max_pixels = 79}), "decoded");
}

/// A PNG's rows are read one by one: 16 bits and alpha take no more memory than the picture that comes out.
TEST(PixelLimit, CountsAPngAsWhatItBecomes) {
    const std::string png = encoded(".png", cv::Mat(10, 6, CV_16UC4, cv::Scalar::all(7)));
    EXPECT_EQ(refusal(png, {.max_pixels = 60}), "decoded");
}

TEST(PixelLimit, AllowsPhotographsOf108Megapixels) {
    const std::string header = "IHDR" + big(12000, 4) + big(9000, 4) + from_hex("0802000000");
    const std::string png = from_hex("89504e470d0a1a0a") + big(13, 4) + header + big(crc32_of(header), 4) + big(0, 4) +
                            "IEND" + big(crc32_of("IEND"), 4);
    EXPECT_TRUE(refusal(png).starts_with("a.jpg: damaged PNG: ")) << refusal(png);  // and not for its size
}

TEST(PixelLimit, RefusesAHugeHeaderOfASmallFile) {
    std::string png = encoded(".png", noise(1, 1));
    const std::string header = "IHDR" + big(12000, 4) + big(12000, 4) + png.substr(24, 5);
    png.replace(12, 21, header + big(crc32_of(header), 4));
    EXPECT_TRUE(refusal(png).starts_with("a.jpg: 12000x12000 = 144000000 pixels; allowed are at most 128000000 "));
    EXPECT_TRUE(refusal(bmp_file(0x7fffffff, 0x7fffffff, 24, 0, "", ""))
                    .starts_with("a.jpg: 2147483647x2147483647 = 4611686014132420608 pixels; allowed are at most "));
    EXPECT_EQ(refusal(bmp_file(0, 5, 24, 0, "", "")), "a.jpg: the header says 0x5 pixels");
}

TEST(DecodeImage, PrintsNothingAboutDamage) {
    ::testing::internal::CaptureStderr();
    for (const auto& [kind, bytes] : intact_files()) {
        std::string damaged = bytes;
        damaged.replace(bytes.size() / 2, 10, 10, '\x7f');
        refusal(damaged);
        refusal(bytes.substr(0, bytes.size() - 5));
    }
    // libpng warns of a colour profile that is too short
    EXPECT_EQ(refusal(png_with_chunk(encoded(".png", noise(2, 2)), "iCCP", "bad")), "decoded");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(DecodeImageFile, NamesAMissingFile) {
    const std::string file = testing::fresh_folder() / "no_such_image.png";
    try {
        static_cast<void>(decode_image_file(file));
        FAIL() << "nothing was thrown";
    } catch (const DataError& error) {
        EXPECT_TRUE(std::string(error.what()).starts_with(file + ": ")) << error.what();
    }
}

}  // namespace
}  // namespace graft

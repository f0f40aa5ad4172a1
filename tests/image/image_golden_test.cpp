/// @file
/// Pixels of every format and form as Pillow reads them, from tests/golden/image_goldens.py.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "config/json.hpp"
#include "core/random.hpp"
#include "encoded_images.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/content.hpp"
#include "image/decode/decode.hpp"
#include "image/decode/decoder.hpp"
#include "pictures.hpp"

namespace graft {
namespace {

const Json& image_goldens() {
    static const Json json = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "images.json");
    return json;
}

cv::Mat expected_pixels(const Json& golden) {
    return testing::picture_from_hex(golden["rgb"], golden["height"], golden["width"]);
}

/// How far pixels may be from Pillow's: not at all, but for what other versions of a library compute.
double tolerance(const std::string& name) {
    if (name.starts_with("avif") || name.starts_with("heic") || name == "jpeg xl lossy") return 2;
    return name.starts_with("tiff with alpha") ? 1 : 0;  // libtiff multiplies first, and rounds
}

/// Some formats need a library that may not have been there at build time.
bool is_read(const std::string& name) {
    for (const auto& [form, decoder] :
         {std::pair("avif", "AVIF"), std::pair("heic", "HEIC"), std::pair("jpeg xl", "JPEG XL")})
        if (name.starts_with(form)) return builtin_decoders().find(decoder) != nullptr;
    return true;
}

TEST(ImageGoldens, AreDecodedAsPillowDecodesThem) {
    ASSERT_GT(image_goldens().size(), 60U);
    for (const Json& golden : image_goldens()) {
        const std::string name = golden["name"], file = testing::from_hex(golden["file"]);
        if (!is_read(name)) continue;
        try {
            const Picture picture = decode_picture(file, name);
            EXPECT_LE(testing::largest_difference(picture.rgb, expected_pixels(golden)), tolerance(name)) << name;
            EXPECT_TRUE(picture.rgb.isContinuous()) << name;
            EXPECT_EQ(picture.note, "") << name;
            EXPECT_EQ(recognise(file.substr(0, kRecognisedBytes)).kind, ContentKind::image) << name;
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
        }
    }
}

/// Files that are cut are refused, or whole all the same: then they say so, or only what nobody needs was missing.
TEST(ImageGoldens, CutAnywhereAreRefusedOrWhole) {
    for (const Json& golden : image_goldens()) {
        const std::string name = golden["name"], file = testing::from_hex(golden["file"]);
        if (!is_read(name)) continue;
        for (std::size_t length = 0; length < file.size(); length += 1 + file.size() / 97) {
            try {
                const Picture picture = decode_picture(file.substr(0, length), name);
                ASSERT_LE(testing::largest_difference(picture.rgb, expected_pixels(golden)), tolerance(name))
                    << name << " cut to " << length << " of " << file.size();
            } catch (const DataError& error) {
                ASSERT_TRUE(std::string(error.what()).starts_with(name + ": ")) << error.what();
            }
        }
    }
}

/// Four bytes changed at a time, many times: no crash, and not a word from any library but those of HEIC, AVIF and JPEG
/// XL (libde265, dav1d and libjxl of Debian 12 print where they gave up, and nothing keeps them from it).
TEST(ImageGoldens, DamagedAnywhereAreDecodedOrRefusedInSilence) {
    Rng rng = Rng::stream(0, "damaged goldens");
    ::testing::internal::CaptureStderr();
    ::testing::internal::CaptureStdout();
    for (const Json& golden : image_goldens()) {
        const std::string name = golden["name"], file = testing::from_hex(golden["file"]);
        if (name.starts_with("jpeg xl") || name.starts_with("avif") || name.starts_with("heic")) continue;
        for (int round = 0; round < 60; ++round) {
            std::string damaged = file;
            for (int change = 0; change < 4; ++change)
                damaged[4 + rng.below(damaged.size() - 4)] = static_cast<char>(rng.below(256));
            try {
                EXPECT_FALSE(decode_picture(damaged, name, {.max_pixels = 1'000'000}).rgb.empty()) << name;
            } catch (const DataError& error) {
                EXPECT_TRUE(std::string(error.what()).starts_with(name + ": ")) << error.what();
            }
        }
    }
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace graft

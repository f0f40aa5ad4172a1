#include "image/decode/content.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "core/files.hpp"
#include "encoded_images.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decoder.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using namespace std::string_literals;
using testing::encoded;
using testing::little;
using testing::noise;

std::string description(const std::string& bytes) { return recognise(bytes).description; }

/// One directory of a TIFF, whose entries all hold one long integer.
std::string tiff_directory(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& entries) {
    std::string tiff = "II*\0"s + little(8, 4) + little(static_cast<std::uint32_t>(entries.size()), 2);
    for (const auto& [tag, value] : entries) tiff += little(tag, 2) + little(4, 2) + little(1, 4) + little(value, 4);
    return tiff + little(0, 4);
}

TEST(Recognise, TellsImagesByTheirContent) {
    for (const auto& [extension, name] :
         {std::pair(".jpg", "JPEG"), std::pair(".png", "PNG"), std::pair(".bmp", "BMP"), std::pair(".webp", "WebP"),
          std::pair(".tiff", "TIFF"), std::pair(".ppm", "Netpbm")}) {
        const Content content = recognise(encoded(extension, noise(9, 11)));
        EXPECT_EQ(content.kind, ContentKind::image) << extension;
        EXPECT_EQ(content.description, name);
    }
    EXPECT_EQ(recognise("GIF89a").kind, ContentKind::image);
}

TEST(Recognise, NamesImagesThatAreNotRead) {
    for (const auto& [bytes, what] :
         {std::pair("8BPS\0\1"s, "a Photoshop file"s), std::pair("%PDF-1.7"s, "a PDF file"s),
          std::pair("<svg xmlns=''/>"s, "SVG text"s), std::pair("<?xml version='1.0'?>\n<svg/>"s, "SVG text"s),
          std::pair("\0\0\1\0\1\0"s, "an icon file"s), std::pair("P7\nWIDTH 1"s, "a PAM image"s),
          std::pair("\0\0\0\x0cjP  \r\n\x87\n"s, "a JPEG 2000 image"s), std::pair("II\xbc\1"s, "a JPEG XR image"s),
          std::pair(std::string(128, '\0') + "DICM", "a DICOM file"s),
          std::pair("II*\0\x10\0\0\0CR\2\0"s, "a camera's raw image"s),  // Canon
          std::pair("\0\0\0\x18"
                    "ftypcrx \0\0\0\1crx isom"s,
                    "a camera's raw image"s),  // Canon's newer ones
          std::pair("FUJIFILMCCD-RAW 0201"s, "a camera's raw image"s),
          std::pair(tiff_directory({{254, 1}, {256, 160}}), "a camera's raw image"s),  // Nikon, Sony, Adobe
          std::pair(tiff_directory({{256, 160}, {50706, 0x01040000}}), "a camera's raw image"s)}) {
        const Content content = recognise(bytes);
        EXPECT_EQ(content.kind, ContentKind::other_image) << what;
        EXPECT_EQ(content.description, what);
    }
}

TEST(Recognise, TellsHeicAvifAndJpegXlByTheirBrands) {
    const auto brands = [](const std::string& main, const std::string& others) {
        const auto length = static_cast<std::uint32_t>(16 + others.size());
        return testing::big(length, 4) + "ftyp" + main + "\0\0\0\0"s + others;
    };
    const auto expect = [](const std::string& bytes, const std::string& name, const std::string& otherwise) {
        const bool is_read = builtin_decoders().find(name) != nullptr;
        EXPECT_EQ(recognise(bytes).kind, is_read ? ContentKind::image : ContentKind::other_image);
        EXPECT_EQ(description(bytes), is_read ? name : otherwise);
    };
    expect(brands("heic", "mif1heic"), "HEIC", "a HEIC image");
    expect(brands("mif1", "heicmif1"), "HEIC", "a HEIC image");
    expect(brands("avif", "mif1avif"), "AVIF", "an AVIF image");
    expect(brands("mif1", "miafavif"), "AVIF", "an AVIF image");
    expect("\xff\x0a\x3a"s, "JPEG XL", "a JPEG XL image");
    expect("\0\0\0\x0cJXL \r\n\x87\n"s, "JPEG XL", "a JPEG XL image");
    EXPECT_EQ(description(brands("isom", "mp42")), "an MP4 or QuickTime file");
}

TEST(Recognise, NamesWhatIsNoImage) {
    for (const auto& [bytes, what] :
         {std::pair(""s, "an empty file"s), std::pair("\n <!DOCTYPE HTML><html>404</html>"s, "HTML text"s),
          std::pair("hello, world"s, "text"s), std::pair("<?xml version='1.0'?><a/>"s, "XML text"s),
          std::pair("version https://git-lfs.github.com/spec/v1\n"s,
                    "a Git LFS pointer; `git lfs pull` downloads the file"s),
          std::pair("PK\3\4"s, "a ZIP archive"s), std::pair("\0\1\xfe\x03\x04"s, "bytes 00 01 fe 03"s),
          std::pair("BMW is a car, not a bitmap"s, "text"s), std::pair("P2 is the second prime"s, "text"s)}) {
        EXPECT_EQ(recognise(bytes).kind, ContentKind::other) << what;
        EXPECT_EQ(description(bytes), what);
    }
}

TEST(RecogniseFile, AsksForNoName) {
    const std::filesystem::path folder = testing::fresh_folder();
    write_file(folder / "picture", encoded(".png", noise(200, 200)));
    write_file(folder / "text.jpg", "hello");
    EXPECT_EQ(recognise_file(folder / "picture").kind, ContentKind::image);
    EXPECT_EQ(recognise_file(folder / "text.jpg").kind, ContentKind::other);
    EXPECT_THROW((void)recognise_file(folder / "missing"), DataError);
}

TEST(RecogniseFile, OpensRegularFilesAlone) {
    const std::filesystem::path pipe = std::filesystem::path(testing::fresh_folder()) / "pipe.jpg";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_THROW((void)recognise_file(pipe), DataError);  // and does not wait for somebody to write
    EXPECT_THROW((void)recognise_file("/dev/zero"), DataError);
}

TEST(HasImageExtension, KnowsEveryFormatInAnyCase) {
    for (const char* name : {"a.jpg", "a.JPEG", "b/a.png", "a.Bmp", "a.webp", "a.tif", "a.TIFF", "a.gif", "a.b.jpg",
                             "a.jfif", "a.jpe", "a.pjpeg", "a.ppm"})
        EXPECT_TRUE(has_image_extension(name)) << name;
    for (const char* name : {"a.txt", "a", ".jpg", "jpg", "a.jpg.txt", "a.psd"})
        EXPECT_FALSE(has_image_extension(name)) << name;
}

}  // namespace
}  // namespace graft

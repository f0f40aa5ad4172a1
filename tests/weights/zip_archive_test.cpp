// Archives that LibTorch is going to read: tests/network/fixtures has modules, the rest is made here.
#include "weights/format/zip_archive.hpp"

#include <gtest/gtest.h>
#include <zip.h>
#include <zlib.h>

#include "core/files.hpp"
#include "fixtures.hpp"

namespace graft {
namespace {

std::filesystem::path module_file() {
    return std::filesystem::path(GRAFT_TEST_DIR) / "network" / "fixtures" / "residual_scripted.pt";
}

std::string error_of(const std::filesystem::path& file) { return data_error_of(read_archive, file); }

/// An archive with one record, compressed.
std::filesystem::path compressed(const std::string& name, const std::string& content) {
    const std::filesystem::path file = testing::fresh_folder() / "made.zip";
    zip_t* const archive = zip_open(file.c_str(), ZIP_CREATE, nullptr);
    zip_source_t* const source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_DEFLATE, 9);
    zip_close(archive);
    return file;
}

std::string little_endian(std::uint64_t number, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i) & 0xFF);
    return text;
}

/// An archive by hand: one stored record, which the directory names `count` times, each time with another name.
std::string overlapping(const std::string& content, std::uint64_t count) {
    const auto* data = reinterpret_cast<const Bytef*>(content.data());
    const std::string sizes = little_endian(crc32(0, data, static_cast<uInt>(content.size())), 4) +
                              little_endian(content.size(), 4) + little_endian(content.size(), 4);
    const std::string shared = little_endian(20, 2) + std::string(4, '\0') + little_endian(0x210000, 4) + sizes;
    const auto name = [](std::uint64_t number) { return "m/" + std::string(1, static_cast<char>('a' + number)); };
    const std::string record = "PK\3\4" + shared + little_endian(3, 2) + little_endian(0, 2) + name(0) + content;
    std::string directory;
    for (std::uint64_t i = 0; i < count; ++i)
        directory += "PK\1\2" + little_endian(20, 2) + shared + little_endian(3, 2) + std::string(16, '\0') + name(i);
    return record + directory + "PK\5\6" + std::string(4, '\0') + little_endian(count, 2) + little_endian(count, 2) +
           little_endian(directory.size(), 4) + little_endian(record.size(), 4) + little_endian(0, 2);
}

TEST(ReadArchive, RefusesRecordsThatOverlap) {
    EXPECT_EQ(error_of(temporary_file(overlapping(std::string(1000, 'x'), 1))), "no error");
    EXPECT_EQ(error_of(temporary_file(overlapping(std::string(1000, 'x'), 2))),
              ": says that the record \"m/b\" has 1000 bytes, the whole file has 1153");
}

TEST(ReadArchive, GivesTheBytesOfWhatTorchWrote) { EXPECT_EQ(read_archive(module_file()), read_file(module_file())); }

TEST(ReadArchive, PassesACompressedRecord) { EXPECT_EQ(error_of(compressed("m/code.py", "def")), "no error"); }

TEST(ReadArchive, RefusesArchivesThatUnpackToFarMoreThanTheyAre) {
    const std::filesystem::path bomb = compressed("m/data.pkl", std::string(100 << 20, '\0'));
    EXPECT_EQ(error_of(bomb), ": says that the record \"m/data.pkl\" has 104857600 bytes, the whole file has " +
                                  std::to_string(std::filesystem::file_size(bomb)));
}

TEST(ReadArchive, RefusesAChangedBitOfARecordThatIsCompressedToo) {
    const std::string good = read_file(module_file());
    const std::size_t code = good.find("archive/code/__torch__.py");
    std::string bad = good;
    bad[code + 60] ^= 1;
    const std::string error = error_of(temporary_file(bad));
    EXPECT_TRUE(error.starts_with(": the record \"archive/code/__torch__.py\" is damaged: ")) << error;
}

/// Flips one bit of every 97th byte: the archive is refused with its name, or the change is of nothing that is read.
TEST(ReadArchive, DoesNothingWorseThanRefuseADamagedArchive) {
    const std::string good = read_file(module_file());
    std::size_t refused = 0;
    for (std::size_t i = 0; i < good.size(); i += 97) {
        std::string bad = good;
        bad[i] ^= static_cast<char>(1 << (i % 8));
        const std::string error = error_of(temporary_file(bad));
        EXPECT_FALSE(error.starts_with("no path in")) << error;
        refused += error != "no error" ? 1 : 0;
    }
    EXPECT_GT(refused, good.size() / 97 / 2);
}

TEST(ReadArchive, RefusesWhatIsNoArchive) {
    EXPECT_EQ(error_of(temporary_file("PK, and then nothing")), ": is a zip archive that is damaged or cut off");
    EXPECT_EQ(error_of("absent.pt"), ": cannot be read: No such file or directory");
}

/// Names are looked up, never opened: what a record is called does nothing outside of the archive.
TEST(ReadArchive, TakesPathsForNamesOnly) {
    const std::filesystem::path file = compressed("../../constants.pkl", "x");
    EXPECT_EQ(error_of(file), "no error");
    EXPECT_FALSE(std::filesystem::exists(file.parent_path().parent_path().parent_path() / "constants.pkl"));
}

}  // namespace
}  // namespace graft

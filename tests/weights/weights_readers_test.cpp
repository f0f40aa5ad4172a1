/// @file
/// The readers of .pth files without torch: what they refuse, and that no damage to a file can do more than be refused.
#include <gtest/gtest.h>

#include <fstream>

#include "core/files.hpp"
#include "fixtures.hpp"
#include "weights/format/weights_content.hpp"

namespace graft {
namespace {

/// All that read_state_dict does before the first tensor is made.
WeightsContent read(const std::filesystem::path& file) {
    WeightsContent content = read_weights(file);
    for (const NamedLayout& tensor : content.tensors) {
        const auto storage = content.storages.find(tensor.layout.storage.key);
        if (storage == content.storages.end()) throw DataError(file.string() + ": lacks a storage");
        (void)expect_inside_storage(tensor, storage->second.size(), file.string());
    }
    return content;
}

WeightsContent read_zip(const std::filesystem::path& file) { return zip_content(read_file(file), file.string()); }
WeightsContent read_legacy(const std::filesystem::path& file) { return legacy_content(read_file(file), file.string()); }

std::string error_of(const std::filesystem::path& file) { return data_error_of(read, file); }
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// {"weight": os.system("echo …")}: named, and never run.
TEST(WeightsReaders, RunNoCode) {
    const std::string refusal = ": holds no state dict: its keys are \"weight\"; expected tensors, or a dict of them";
    EXPECT_EQ(error_of(fixture("bad_code.pth")), refusal);
    EXPECT_EQ(error_of(fixture("bad_code_legacy.pth")), refusal);
}

TEST(ZipReader, RefusesOtherArchives) {
    EXPECT_EQ(error_of(fixture("bad_torchscript.pth")), ": is a TorchScript archive, not a state dict");
    EXPECT_EQ(error_of(fixture("bad_byteorder.pth")), ": has the byte order \"big\", graft reads \"little\"");
    const std::string empty = "PK\5\6" + std::string(18, '\0');
    EXPECT_EQ(data_error_of(read_zip, temporary_file(empty)),
              ": is a zip archive, but not one that torch.save wrote: it holds no data.pkl, but nothing");
}

TEST(ZipReader, RefusesRecordsThatAreNotAsPyTorchWritesThem) {
    EXPECT_EQ(
        error_of(fixture("bad_compressed.pth")),
        ": the record \"bad_source/byteorder\" is compressed or encrypted; PyTorch stores records as they are: save "
        "the file with torch.save");
    EXPECT_EQ(data_error_of(read_zip, fixture("bad_duplicate.pth")), ": has two records named \"bad_source/data/0\"");
    EXPECT_EQ(error_of(fixture("bad_missing.pth")), ": lacks the record \"bad_source/data/0\"");
    EXPECT_EQ(error_of(fixture("bad_crc.pth")), ": the record \"bad_source/data/0\" is damaged: CRC error");
    EXPECT_EQ(
        error_of(fixture("bad_short.pth")),
        ": tensor \"weight\" says its storage \"0\" has 3 float32 elements (12 bytes), but the file holds 8 bytes");
}

TEST(LegacyReader, RefusesWhatDoesNotFit) {
    EXPECT_EQ(error_of(fixture("bad_reach.pth")), ": tensor \"weight\" reaches element 4 of a storage of 4 elements");
    EXPECT_TRUE(contains(error_of(fixture("bad_endian.pth")), "big-endian"));
    EXPECT_TRUE(
        contains(data_error_of(read_legacy, temporary_file("\x80\2K\1.")), "a pickle, but not one that PyTorch saved"));
    const std::string good = read_file(fixture("legacy_storage_views.pth"));
    EXPECT_TRUE(contains(error_of(temporary_file(good + "x")), "has 1 bytes too many at its end"));
}

TEST(LegacyReader, SaysWhatACutOffFileLacks) {
    const std::string good = read_file(fixture("legacy_storage_views.pth"));
    EXPECT_EQ(error_of(temporary_file(good.substr(0, good.size() - 5))),
              ": is damaged or cut off: the storage \"root\" needs 24 bytes, 19 are left (at byte " +
                  std::to_string(good.size() - 24) + ")");
}

class DamagedFile : public ::testing::TestWithParam<const char*> {};

TEST_P(DamagedFile, IsRefusedWhereverItIsCutOff) {
    const std::string good = read_file(fixture(GetParam()));
    const auto file = temporary_file(good);
    for (std::size_t part = 64; part-- > 0;) {
        std::filesystem::resize_file(file, good.size() * part / 64);
        EXPECT_NE(error_of(file), "no error") << part << "/64";
    }
}

/// Flips one bit of every byte: the file is read or refused with a DataError that names it, and nothing else happens.
TEST_P(DamagedFile, IsReadOrRefusedWhicheverBitIsFlipped) {
    const std::string good = read_file(fixture(GetParam()));
    const auto file = temporary_file(good);
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    const auto put = [&](std::size_t position, char byte) {
        out.seekp(static_cast<std::streamoff>(position)).put(byte).flush();
    };
    std::size_t refused = 0;
    for (std::size_t i = 0; i < good.size(); ++i) {
        put(i, static_cast<char>(good[i] ^ (1 << (i % 8))));
        const std::string error = error_of(file);
        put(i, good[i]);
        EXPECT_FALSE(error.starts_with("no path in")) << error;
        refused += error != "no error" ? 1 : 0;
    }
    EXPECT_GT(refused, 0u);
    EXPECT_EQ(error_of(file), "no error");
}

INSTANTIATE_TEST_SUITE_P(Formats, DamagedFile,
                         ::testing::Values("zip_network.pth", "zip_wrapped.pth", "zip_protocol4.pth",
                                           "legacy_network.pth", "legacy_windows.pth", "legacy_storage_views.pth",
                                           "dtypes.safetensors"),
                         [](const auto& test_info) {
                             std::string name = test_info.param;
                             return name.substr(0, name.find('.'));
                         });

}  // namespace
}  // namespace graft

#include "core/fingerprint_log.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::TemporaryFolder;

Fingerprint key(int number) { return fingerprint(std::to_string(number)); }

void flip_byte(const std::filesystem::path& file, std::uint64_t at) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(stream.get() ^ 0x40);
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(byte);
}

TEST(FingerprintLog, FindsWhatWasAppendedAlsoAfterReopening) {
    const TemporaryFolder folder;
    {
        FingerprintLog log(folder / "log");
        log.append(key(1), {10, 11});
        log.append(key(2), {20, 21});
        EXPECT_EQ(log.find(key(1)), (FingerprintLog::Value{10, 11}));
    }
    const FingerprintLog log(folder / "log");
    EXPECT_EQ(log.size(), 2u);
    EXPECT_EQ(log.find(key(2)), (FingerprintLog::Value{20, 21}));
    EXPECT_EQ(log.find(key(3)), std::nullopt);
}

TEST(FingerprintLog, TheLastValueOfAKeyCounts) {
    const TemporaryFolder folder;
    FingerprintLog(folder / "log").append(key(1), {1, 0});
    FingerprintLog(folder / "log").append(key(1), {2, 0});
    EXPECT_EQ(FingerprintLog(folder / "log").find(key(1)), (FingerprintLog::Value{2, 0}));
}

TEST(FingerprintLog, ADamagedEntryIsAsIfItWereNotThere) {
    const TemporaryFolder folder;
    {
        FingerprintLog log(folder / "log");
        for (int i = 0; i < 3; ++i) log.append(key(i), {std::uint64_t(i), 0});
    }
    flip_byte(folder / "log", 40 + 17);
    const FingerprintLog log(folder / "log");
    EXPECT_EQ(log.find(key(1)), std::nullopt);
    EXPECT_EQ(log.find(key(0)), (FingerprintLog::Value{0, 0}));
    EXPECT_EQ(log.find(key(2)), (FingerprintLog::Value{2, 0}));
}

TEST(FingerprintLog, GoesOnAfterAnEntryThatWasCutShort) {
    const TemporaryFolder folder;
    {
        FingerprintLog log(folder / "log");
        log.append(key(1), {1, 0});
        log.append(key(2), {2, 0});
    }
    std::filesystem::resize_file(folder / "log", 57);
    FingerprintLog(folder / "log").append(key(3), {3, 0});
    const FingerprintLog log(folder / "log");
    EXPECT_EQ(log.find(key(1)), (FingerprintLog::Value{1, 0}));
    EXPECT_EQ(log.find(key(2)), std::nullopt);
    EXPECT_EQ(log.find(key(3)), (FingerprintLog::Value{3, 0}));
}

TEST(FingerprintLog, TwoWritersLoseNothing) {
    const TemporaryFolder folder;
    FingerprintLog first(folder / "log"), second(folder / "log");
    for (int i = 0; i < 50; ++i) (i % 2 == 0 ? first : second).append(key(i), {std::uint64_t(i), 0});
    EXPECT_EQ(FingerprintLog(folder / "log").size(), 50u);
}

TEST(FingerprintLog, SaysWhichFileCannotBeOpened) {
    const TemporaryFolder folder;
    try {
        const FingerprintLog log(folder / "absent" / "log");
        FAIL() << "it was opened";
    } catch (const std::exception& error) {
        EXPECT_EQ(std::string(error.what()),
                  (folder / "absent" / "log").string() + ": cannot be opened: No such file or directory");
    }
}

}  // namespace
}  // namespace graft

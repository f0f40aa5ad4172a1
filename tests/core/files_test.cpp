#include "core/files.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::error_message;
using ::testing::IsEmpty;
using testing::TemporaryFolder;

/// While it lives no file can grow beyond `bytes`: writing more fails as on a full disk.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : handler_before_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_before_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    void (*handler_before_)(int);
    rlimit before_{};
};

TEST(WriteFile, WritesTheBytesAndLeavesNoTemporary) {
    const TemporaryFolder folder;
    const std::string bytes("a\0b\r\n\xff", 6);
    write_file(folder / "file.bin", bytes);
    EXPECT_EQ(folder.read("file.bin"), bytes);
    EXPECT_THAT(folder.names(), ElementsAre("file.bin"));
}

TEST(WriteFile, ReplacesWhatIsThere) {
    const TemporaryFolder folder;
    folder.write("file.txt", "a longer text from before");
    write_file(folder / "file.txt", "new");
    EXPECT_EQ(folder.read("file.txt"), "new");
}

TEST(WriteFile, MakesMissingFolders) {
    const TemporaryFolder folder;
    write_file(folder / "runs/first/file.txt", "x");
    EXPECT_THAT(folder.names(), ElementsAre("runs", "runs/first", "runs/first/file.txt"));
}

TEST(WriteFile, WritesAFileNamedWithoutAFolderWhereTheProgramRuns) {
    const TemporaryFolder folder;
    const fs::path before = fs::current_path();
    fs::current_path(folder.path());
    write_file("bare.txt", "x");
    fs::current_path(before);
    EXPECT_THAT(folder.names(), ElementsAre("bare.txt"));
}

TEST(WriteFile, KeepsTheOldContentWhenTheDiskIsFull) {
    const TemporaryFolder folder;
    const fs::path file = folder.write("model.pt", "the old model");
    const std::string large(1 << 20, 'x');
    std::string message;
    {
        const FileSizeLimit limit(100'000);
        message = error_message<Error>([&] { write_file(file, large); });
    }
    EXPECT_EQ(message, file.string() + ": cannot be written: File too large");
    EXPECT_EQ(folder.read("model.pt"), "the old model");
    EXPECT_THAT(folder.names(), ElementsAre("model.pt"));
}

TEST(WriteFile, LeavesNothingWhenTheDiskIsFullAndNothingWasThere) {
    const TemporaryFolder folder;
    {
        const FileSizeLimit limit(100'000);
        EXPECT_THROW(write_file(folder / "model.pt", std::string(1 << 20, 'x')), Error);
    }
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(WriteFile, NeverReplacesAFolder) {
    const TemporaryFolder folder;
    folder.write("runs/kept.txt", "kept");
    EXPECT_EQ(error_message<Error>([&] { write_file(folder / "runs", "x"); }),
              (folder / "runs").string() + ": cannot be replaced: is not a regular file");
    EXPECT_THAT(folder.names(), ElementsAre("runs", "runs/kept.txt"));
}

TEST(WriteFile, NeverReplacesADeviceOrAPipe) {
    const TemporaryFolder folder;
    fs::create_symlink("/dev/full", folder / "device");
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    for (const char* name : {"device", "pipe"})
        EXPECT_EQ(error_message<Error>([&] { write_file(folder / name, "x"); }),
                  (folder / name).string() + ": cannot be replaced: is not a regular file");
    EXPECT_THAT(folder.names(), ElementsAre("device", "pipe"));
    EXPECT_TRUE(fs::is_symlink(folder / "device"));
}

TEST(WriteFile, SaysWhenTheFolderCannotBeMade) {
    const TemporaryFolder folder;
    folder.write("file", "x");
    EXPECT_EQ(error_message<Error>([&] { write_file(folder / "file/below/it.txt", "x"); }),
              (folder / "file/below").string() + ": the folder cannot be made: Not a directory");
}

TEST(WriteFile, SaysWhenTheFileCannotBeMade) {
    const TemporaryFolder folder;
    const fs::path file = folder / std::string(300, 'n');
    EXPECT_EQ(error_message<Error>([&] { write_file(file, "x"); }),
              file.string() + ": cannot be written: File name too long");
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(WriteFile, KeepsAFileThatIsThereWhenToldTo) {
    const TemporaryFolder folder;
    const fs::path file = folder.write("photo.jpg", "precious");
    EXPECT_EQ(error_message<Error>([&] { write_file(file, "x", Present::kept); }),
              file.string() + ": is already there, and is left as it is");
    fs::create_symlink("nowhere", folder / "dangling");
    EXPECT_THROW(write_file(folder / "dangling", "x", Present::kept), Error);
    write_file(folder / "new", "x", Present::kept);
    EXPECT_EQ(folder.read("photo.jpg"), "precious");
    EXPECT_EQ(folder.read("new"), "x");
    EXPECT_THAT(folder.names(), ElementsAre("dangling", "new", "photo.jpg"));
}

TEST(WriteFile, WritesNamesAsLongAsTheFileSystemTakesThem) {
    const TemporaryFolder folder;
    const std::string name(255, 'n');
    write_file(folder / name, "x");
    EXPECT_THAT(folder.names(), ElementsAre(name));
}

TEST(WriteFile, LeavesATemporaryOfTheSameNameToWhoeverWritesIt) {
    const TemporaryFolder folder;  // in another container a process may have our number
    const std::string theirs = "model.pt." + std::to_string(::getpid()) + ".0.graft-tmp";
    folder.write(theirs, "theirs");
    write_file(folder / "model.pt", "ours");
    EXPECT_EQ(folder.read(theirs), "theirs");
    EXPECT_EQ(folder.read("model.pt"), "ours");
}

TEST(WholeFile, KeepsAFileThatCameWhileItWasWritten) {
    const TemporaryFolder folder;
    {
        WholeFile file(folder / "rows.csv", Present::kept);
        file.write("ours");
        folder.write("rows.csv", "theirs");
        EXPECT_EQ(error_message<Error>([&] { file.commit(); }),
                  (folder / "rows.csv").string() + ": is already there, and is left as it is");
    }
    EXPECT_EQ(folder.read("rows.csv"), "theirs");
    EXPECT_THAT(folder.names(), ElementsAre("rows.csv"));
}

TEST(WholeFile, JoinsPiecesInTheirOrder) {
    const TemporaryFolder folder;
    WholeFile file(folder / "rows.csv");
    std::string expected;
    for (int i = 0; i < 30'000; ++i) {
        const std::string row = std::to_string(i) + ",\n";
        file.write(row);
        expected += row;
    }
    file.commit();
    EXPECT_EQ(folder.read("rows.csv"), expected);
    EXPECT_THAT(folder.names(), ElementsAre("rows.csv"));
}

TEST(WholeFile, ChangesNothingBeforeCommit) {
    const TemporaryFolder folder;
    folder.write("rows.csv", "old");
    WholeFile file(folder / "rows.csv");
    file.write(std::string(200'000, 'x'));
    EXPECT_EQ(folder.read("rows.csv"), "old");
    file.commit();
    EXPECT_EQ(folder.read("rows.csv").size(), 200'000);
}

TEST(WholeFile, ChangesNothingWithoutCommit) {
    const TemporaryFolder folder;
    folder.write("rows.csv", "old");
    {
        WholeFile file(folder / "rows.csv");
        file.write(std::string(200'000, 'x'));
    }
    EXPECT_EQ(folder.read("rows.csv"), "old");
    EXPECT_THAT(folder.names(), ElementsAre("rows.csv"));
}

TEST(WholeFile, KeepsTheOldContentWhenTheProcessIsKilled) {
    const TemporaryFolder folder;
    folder.write("rows.csv", "old");
    const pid_t child = ::fork();
    if (child == 0) {
        WholeFile file(folder / "rows.csv");
        file.write(std::string(200'000, 'x'));
        std::raise(SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(folder.read("rows.csv"), "old");
    EXPECT_THAT(folder.names(), ElementsAre("rows.csv", EndsWith(".graft-tmp")));
    sweep_temporaries(folder.path());
    EXPECT_THAT(folder.names(), ElementsAre("rows.csv"));
}

TEST(SweepTemporaries, TakesThemFromTheFolderItselfOnly) {
    const TemporaryFolder folder;
    folder.write("model.pt.123.graft-tmp", "x");
    folder.write("model.pt", "x");
    folder.write("graft-tmp", "x");
    folder.write("test/rows.csv.123.graft-tmp", "x");
    sweep_temporaries(folder.path());
    EXPECT_THAT(folder.names(), ElementsAre("graft-tmp", "model.pt", "test", "test/rows.csv.123.graft-tmp"));
}

TEST(SweepTemporaries, TakesAFolderThatIsNotThereForAnEmptyOne) {
    const TemporaryFolder folder;
    EXPECT_NO_THROW(sweep_temporaries(folder / "nowhere"));
}

TEST(ReadFile, GivesEveryByte) {
    const TemporaryFolder folder;
    std::string bytes;
    for (int i = 0; i < 200'000; ++i) bytes += static_cast<char>(i % 251);
    EXPECT_EQ(read_file(folder.write("file.bin", bytes)), bytes);
    EXPECT_EQ(read_file(folder.write("empty", "")), "");
}

TEST(ReadFile, SaysWhyAFileCannotBeRead) {
    const TemporaryFolder folder;
    const fs::path absent = folder / "absent.json";
    EXPECT_EQ(error_message<DataError>([&] { (void)read_file(absent); }),
              absent.string() + ": cannot be read: No such file or directory");
    EXPECT_EQ(error_message<DataError>([&] { (void)read_file(folder.path()); }),
              folder.path().string() + ": is a folder, not a file");
}

TEST(ReadFile, OpensNothingButRegularFiles) {
    const TemporaryFolder folder;
    const std::string pipe = (folder / "pipe").string(), link = (folder / "link").string();
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    fs::create_symlink("pipe", link);
    for (const std::string& file : {pipe, link})  // opening it would wait for a writer
        EXPECT_EQ(error_message<DataError>([&] { (void)read_file(file); }), file + ": is a pipe, not a file");
    EXPECT_EQ(error_message<DataError>([] { (void)read_file("/dev/zero"); }), "/dev/zero: is a device, not a file");
    EXPECT_EQ(error_message<DataError>([] { (void)read_beginning("/dev/zero", 4); }),
              "/dev/zero: is a device, not a file");
    EXPECT_EQ(error_message<DataError>([&] { expect_regular_file(folder.path()); }),
              folder.path().string() + ": is a folder, not a file");
}

TEST(ReadFile, ReadsFilesWhoseSizeTheSystemDoesNotTell) { EXPECT_THAT(read_file("/proc/self/stat"), EndsWith("\n")); }

TEST(ReadBeginning, TakesAtMostAsManyBytesAsThereAre) {
    const TemporaryFolder folder;
    const fs::path file = folder.write("file", "abcdef");
    EXPECT_EQ(read_beginning(file, 4), "abcd");
    EXPECT_EQ(read_beginning(file, 6), "abcdef");
    EXPECT_EQ(read_beginning(file, 100), "abcdef");
    EXPECT_EQ(read_beginning(folder.write("empty", ""), 4), "");
}

TEST(ReadBlocks, HandsOverAFileInPieces) {
    const TemporaryFolder folder;
    const fs::path file = folder.write("file.bin", std::string(150'000, 'x'));
    std::vector<std::size_t> sizes;
    read_blocks(file, [&](std::string_view block) { sizes.push_back(block.size()); });
    EXPECT_THAT(sizes, ElementsAre(65'536, 65'536, 18'928));
}

}  // namespace
}  // namespace graft

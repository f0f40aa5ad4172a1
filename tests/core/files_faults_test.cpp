// Writers of files, each of whose system calls fails once.
#include <gmock/gmock.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "core/files.hpp"
#include "core/text.hpp"
#include "faults/faults.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::Faults;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

const std::string kNew(200000, 'n');  // more than one block

class FilesFaults : public ::testing::TestWithParam<int> {
protected:
    using Write = std::function<void(const std::filesystem::path& file)>;

    /// How many calls a writer makes.
    int calls_of(const Write& write) const {
        const TemporaryFolder folder;
        folder.write("a/file", "old");
        const Faults counted(folder.path());
        write(folder / "a/file");
        return Faults::calls();
    }
    /// Lets each call fail, and looks at what is there afterwards.
    /// @param look told whether the writer complained
    void fail_each(const Write& write,
                   const std::function<void(const TemporaryFolder& folder, bool complained)>& look) const {
        const int calls = calls_of(write);
        EXPECT_GE(calls, 4) << "open, write, fsync, rename";
        for (int n = 0; n < calls; ++n) {
            SCOPED_TRACE(format_text("call {} of {}", n, calls));
            const TemporaryFolder folder;
            folder.write("a/file", "old");
            bool complained = false;
            {
                const Faults faults(folder.path(), n, GetParam());
                try {
                    write(folder / "a/file");
                } catch (const Error& error) {
                    complained = true;
                    EXPECT_THAT(error.what(), HasSubstr((folder / "a").string()));
                    EXPECT_THAT(error.what(), HasSubstr(std::strerror(GetParam())));
                }
            }
            look(folder, complained);
            for (const std::string& name : folder.names()) EXPECT_FALSE(name.ends_with("graft-tmp")) << name;
        }
    }
};

TEST_P(FilesFaults, AFileIsOldOrNewAndNeverBetween) {
    fail_each([](const std::filesystem::path& file) { write_file(file, kNew); },
              [](const TemporaryFolder& folder, bool complained) {
                  const std::string content = folder.read("a/file");
                  EXPECT_TRUE(content == "old" || content == kNew);
                  EXPECT_TRUE(complained || content == kNew) << "silently not written";
              });
}

TEST_P(FilesFaults, ANewFileIsWholeOrAbsent) {
    fail_each([](const std::filesystem::path& file) { write_file(file.parent_path() / "new", kNew, Present::kept); },
              [](const TemporaryFolder& folder, bool complained) {
                  const bool there = std::filesystem::exists(folder / "a/new");
                  EXPECT_TRUE(there || complained) << "silently not written";
                  if (there) {
                      EXPECT_EQ(folder.read("a/new"), kNew);
                  }
              });
}

TEST_P(FilesFaults, OfTwoGenerationsOneIsAlwaysWhole) {
    fail_each([](const std::filesystem::path& file) { write_file_keeping(file, kNew, file.parent_path() / "before"); },
              [](const TemporaryFolder& folder, bool complained) {
                  const bool has_last = std::filesystem::exists(folder / "a/file");
                  const std::string content = folder.read(has_last ? "a/file" : "a/before");
                  EXPECT_TRUE(content == "old" || content == kNew);
                  EXPECT_TRUE(complained || (has_last && content == kNew));
              });
}

TEST_P(FilesFaults, AFileThatIsWrittenInPiecesIsWholeOrAbsent) {
    const auto write = [](const std::filesystem::path& file) {
        WholeFile whole(file.parent_path() / "sub" / "new");  // in a folder that is made for it
        for (int i = 0; i < 30; ++i) whole.write(kNew.substr(0, 10000));
        whole.commit();
    };
    fail_each(write, [](const TemporaryFolder& folder, bool complained) {
        const bool there = std::filesystem::exists(folder / "a/sub/new");
        EXPECT_TRUE(there || complained) << "silently not written";
        if (there) {
            EXPECT_EQ(folder.read("a/sub/new").size(), 300000);
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Errors, FilesFaults, ::testing::Values(ENOSPC, EIO, EDQUOT, EROFS),
                         [](const auto& error) { return "Error" + std::to_string(error.param); });

}  // namespace
}  // namespace graft

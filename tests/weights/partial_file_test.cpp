#include "weights/store/partial_file.hpp"

#include <gmock/gmock.h>

#include "core/fingerprint_log.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"
#include "without_locks.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::TemporaryFolder;
using testing::WithoutLocks;

constexpr int kNoLocks[] = {ENOLCK, EOPNOTSUPP, EBADF, ENOSYS};

TEST(PartialFile, NeedsNoLocksWhereTheFileSystemHasNone) {
    for (const int error : kNoLocks) {
        const TemporaryFolder folder;
        const WithoutLocks here(error);
        SilentReporter silent;
        PartialFile part(folder / "weights.pth", {}, silent);
        part.append("all of it");
        part.complete(Present::kept);
        EXPECT_EQ(folder.read("weights.pth"), "all of it");
        EXPECT_THAT(folder.names(), ElementsAre("weights.pth"));
    }
}

TEST(PartialFile, LeavesAFileThatCameInTheMeantime) {
    const TemporaryFolder folder;
    SilentReporter silent;
    {
        PartialFile part(folder / "weights.pth", {}, silent);
        part.append("ours");
        folder.write("weights.pth", "theirs");
        EXPECT_THROW(part.complete(Present::kept), Error);
        EXPECT_EQ(folder.read("weights.pth"), "theirs");
        part.complete(Present::replaced);
    }
    EXPECT_EQ(folder.read("weights.pth"), "ours");
}

TEST(FingerprintLog, NeedsNoLocksWhereTheFileSystemHasNone) {
    for (const int error : kNoLocks) {
        const TemporaryFolder folder;
        const WithoutLocks here(error);
        FingerprintLog log(folder / "log");
        log.append(fingerprint("a"), {1, 2});
        EXPECT_EQ(FingerprintLog(folder / "log").find(fingerprint("a")), (FingerprintLog::Value{1, 2}));
    }
}

}  // namespace
}  // namespace graft

#include "core/folders.hpp"

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include "environment_variable.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::EnvironmentVariable;
using testing::error_message;
using testing::TemporaryFolder;

TEST(ExpandHome, PutsTheHomeFolderInPlaceOfATilde) {
    const EnvironmentVariable home("HOME", "/home/ada");
    EXPECT_EQ(expand_home("~"), "/home/ada");
    EXPECT_EQ(expand_home("~/runs/a"), "/home/ada/runs/a");
}

TEST(ExpandHome, AsksTheSystemWhereTheVariableIsNotSet) {
    const EnvironmentVariable home("HOME", std::nullopt);
    EXPECT_EQ(expand_home("~/a"), std::string(::getpwuid(::getuid())->pw_dir) + "/a");
}

TEST(ExpandHome, KnowsTheFoldersOfOtherUsers) {
    EXPECT_EQ(expand_home("~root"), ::getpwnam("root")->pw_dir);
    EXPECT_EQ(expand_home("~root/data"), std::string(::getpwnam("root")->pw_dir) + "/data");
    EXPECT_EQ(error_message<ConfigError>([] { (void)expand_home("~no-such-user/data"); }),
              "\"~no-such-user/data\": the system knows no home folder of no-such-user (a folder that is called so: "
              "./~no-such-user/data)");
}

TEST(ExpandHome, LeavesOtherPathsAlone) {
    for (const char* path : {"", "data", "./~", "a/~/b", "/~", "a$HOME", "./$HOME", "$", "$1", "../data", "C:\\data"})
        EXPECT_EQ(expand_home(path), path);
}

TEST(ExpandHome, RefusesVariablesThatOnlyAShellReplaces) {
    EXPECT_EQ(
        error_message<ConfigError>([] { (void)expand_home("$HOME/data"); }),
        "\"$HOME/data\": only a shell replaces $HOME: write the path in full, or begin it with ~ (a folder that is "
        "called so: ./$HOME/data)");
    EXPECT_THROW((void)expand_home("${SCRATCH}/data"), ConfigError);
    EXPECT_THROW((void)expand_home("$_x"), ConfigError);
}

TEST(ExpandHome, IsDoneForTheFoldersThatTheEnvironmentNames) {
    const EnvironmentVariable home("HOME", "/home/ada"), weights("GRAFT_WEIGHTS", "~/w");
    {
        const EnvironmentVariable cache("GRAFT_CACHE", "~/c");
        EXPECT_EQ(cache_folder(), "/home/ada/c");
    }
    EXPECT_EQ(weights_folder(), "/home/ada/w");
    const EnvironmentVariable cache("GRAFT_CACHE", "${HOME}/c");
    EXPECT_EQ(error_message<ConfigError>([] { (void)cache_folder(); }).substr(0, 30),
              "GRAFT_CACHE: \"${HOME}/c\": only");
}

TEST(LiesIn, KnowsAFolderAndWhatIsBelow) {
    const TemporaryFolder folder;
    folder.write("data/train/1.jpg", "x");
    const std::filesystem::path data = folder / "data";
    for (const char* inner : {"data", "data/", "data/train", "data/new/deep", "data/train/../train/1.jpg"})
        EXPECT_TRUE(lies_in(folder / inner, data)) << inner;
    for (const char* outside : {"", "data2", "data/../runs", "new"})
        EXPECT_FALSE(lies_in(folder / outside, data)) << outside;
    EXPECT_TRUE(lies_in(folder / "new/run", folder / "new/"));
}

TEST(LiesIn, FollowsLinks) {
    const TemporaryFolder folder;
    folder.write("data/1.jpg", "x");
    std::filesystem::create_directory_symlink("data", folder / "link");
    EXPECT_TRUE(lies_in(folder / "link/new", folder / "data"));
    EXPECT_TRUE(lies_in(folder / "data/new", folder / "link"));
}

TEST(LiesIn, KnowsRelativePathsThatDoNotExistYet) {
    const TemporaryFolder folder;
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    EXPECT_TRUE(lies_in("runs/new", "."));
    EXPECT_TRUE(lies_in("runs/new", folder.path()));
    EXPECT_FALSE(lies_in("runs/new", "data"));
    std::filesystem::current_path(before);
}

}  // namespace
}  // namespace graft

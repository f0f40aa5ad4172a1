#include <gtest/gtest.h>

#include "core/folders.hpp"
#include "environment_variable.hpp"
#include "temporary_folder.hpp"

namespace graft::testing {
namespace {

namespace fs = std::filesystem;

/// The folder, as seen from an empty current folder.
class WeightsFolder : public ::testing::Test {
protected:
    WeightsFolder() : before_(fs::current_path()) { fs::current_path(here.path()); }
    ~WeightsFolder() override { fs::current_path(before_); }

    TemporaryFolder here;
    EnvironmentVariable own{"GRAFT_WEIGHTS", std::nullopt}, data{"XDG_DATA_HOME", std::nullopt},
        home{"HOME", "/home/you"};

private:
    fs::path before_;
};

TEST_F(WeightsFolder, IsTheOneThatTheVariableNames) {
    const EnvironmentVariable named("GRAFT_WEIGHTS", "/srv/weights");
    fs::create_directory("weights");
    EXPECT_EQ(weights_folder(), "/srv/weights");
}

TEST_F(WeightsFolder, IsTheOneHereWhereThereIsOne) {
    fs::create_directory("weights");
    EXPECT_EQ(weights_folder(), "weights");
}

TEST_F(WeightsFolder, IsTheUsersOwnElsewhere) {
    EXPECT_EQ(weights_folder(), "/home/you/.local/share/graft/weights");
    here.write("weights", "a file");
    EXPECT_EQ(weights_folder(), "/home/you/.local/share/graft/weights");
    const EnvironmentVariable named("XDG_DATA_HOME", "/data/you");
    EXPECT_EQ(weights_folder(), "/data/you/graft/weights");
}

TEST_F(WeightsFolder, IsHereForAUserWithoutAHome) {
    const EnvironmentVariable homeless("HOME", std::nullopt);
    EXPECT_EQ(weights_folder(), "weights");
}

}  // namespace
}  // namespace graft::testing

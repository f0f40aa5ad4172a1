// Runs on a disk on which every call fails once: nothing that was done is lost, and nothing is half there.
#include "faults/faults.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/text.hpp"
#include "recording_reporter.hpp"
#include "run/small_training.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using testing::Faults;
using ::testing::HasSubstr;

constexpr int kStride = 7;  // each call in turn takes minutes: scripts/chaos.sh
constexpr std::array kErrors = {ENOSPC, EIO, EDQUOT, EROFS};

class RunWithFaults : public SmallTraining {
protected:
    RunWithFaults() : SmallTraining({.train_per_class = 2, .test_per_class = 1, .image_size = 32}) {
        options_.reporter = &reporter_;
    }

    TrainRecord run(std::int64_t epochs, ExistingRun existing = ExistingRun::resume) {
        TrainOptions options = options_;
        options.existing = existing;
        return train(config("run")
                         .set("/training/epochs", epochs)
                         .set("/data/workers", 1)
                         .set_json("/callbacks", R"(["csv_logger", "model_checkpoint", "tensorboard"])"),
                     options);
    }
    /// Puts the run folder into the state after the first epoch.
    void go_back() const {
        fs::remove_all(folder_ / "run");
        fs::copy(folder_ / "state", folder_ / "run", fs::copy_options::recursive);
    }
    /// What the run and its resumption have made of the run folder.
    [[nodiscard]] std::string results() const { return folder_.read("run/model.pt") + folder_.read("run/log.csv"); }

    testing::RecordingReporter reporter_;
};

TEST_F(RunWithFaults, LosesNothingWhenACallFails) {
    (void)run(1, ExistingRun::overwrite);
    fs::copy(folder_ / "run", folder_ / "state", fs::copy_options::recursive);
    int calls = 0;
    {
        const Faults counted(folder_ / "run");
        (void)run(2);
        calls = Faults::calls();
    }
    const std::string model = folder_.read("run/model.pt");
    ASSERT_GT(calls, 50);
    int complained = 0;
    for (int n = 0; n < calls; n += kStride) {
        const int error = kErrors[static_cast<std::size_t>(n) % kErrors.size()];
        SCOPED_TRACE(format_text("call {} of {}: {}", n, calls, std::strerror(error)));
        go_back();
        {
            const Faults faults(folder_ / "run", n, error, Faults::After::all_fail);
            try {
                (void)run(2);
            } catch (const Error& problem) {
                ++complained;
                EXPECT_THAT(problem.what(), HasSubstr(std::strerror(error)));
                EXPECT_THAT(problem.what(), HasSubstr((folder_ / "run").string()));
            }
        }
        const TrainRecord resumed = run(2);
        EXPECT_EQ(resumed.history.size(), 2);
        EXPECT_TRUE(folder_.read("run/model.pt") == model) << "other weights";
        for (const std::string& name : folder_.names()) EXPECT_FALSE(name.ends_with("graft-tmp")) << name;
    }
    EXPECT_GT(complained, calls / (2 * kStride));
}

TEST_F(RunWithFaults, GoesOnWithoutACacheWhoseDiskFails) {
    int calls = 0;
    {
        const Faults counted(folder_ / "cache");
        (void)run(2, ExistingRun::overwrite);
        calls = Faults::calls();
    }
    const std::string model = folder_.read("run/model.pt");
    ASSERT_GT(calls, 10);
    for (int n = 0; n < calls; n += kStride) {
        const int error = kErrors[static_cast<std::size_t>(n) % kErrors.size()];
        SCOPED_TRACE(format_text("call {} of {}: {}", n, calls, std::strerror(error)));
        fs::remove_all(folder_ / "cache");
        const Faults faults(folder_ / "cache", n, error, Faults::After::all_fail);
        EXPECT_NO_THROW((void)run(2, ExistingRun::overwrite));
        EXPECT_TRUE(folder_.read("run/model.pt") == model) << "other weights";
    }
}

}  // namespace
}  // namespace graft

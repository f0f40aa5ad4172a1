// What runs for long takes no more memory in the end than soon after the beginning.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "run/small_run.hpp"
#include "samples/sample_art.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::TemporaryFolder;

/// Memory that this process holds now, in MB.
double resident_mb() {
    std::ifstream file("/proc/self/statm");
    double pages = 0, resident = 0;
    file >> pages >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

constexpr double kMostGrowth = 6;  // MB: what an allocator may move about

/// Measures in passing.
class Scales final : public Callback {
public:
    void on_epoch_end(const EpochRecord& record, TrainControl&) override {
        if (record.epoch == 200) early = resident_mb();
        if (record.epoch == 999) late = resident_mb();
    }
    double early = 0, late = 0;
};

class Memory : public ::testing::Test {
protected:
    Memory() {
        ::setenv("GRAFT_CACHE", (folder_ / "cache").c_str(), 1);
        write_samples(folder_ / "data", {.train_per_class = 2, .test_per_class = 1, .image_size = 32});
    }
    ~Memory() override { ::unsetenv("GRAFT_CACHE"); }

    RunConfig config(std::int64_t epochs) const {
        return testing::small_config(folder_ / "data", folder_ / "run")
            .set("/training/epochs", epochs)
            .set("/backbone/freeze", "all")
            .set("/data/workers", 1);
    }
    const TemporaryFolder folder_;
};

TEST_F(Memory, IsFlatOverAThousandEpochsOnCachedFeatures) {
    const auto scales = std::make_shared<Scales>();
    (void)train(config(1000), {.callbacks = {scales}, .backbones = {testing::small_backbone()}});
    ASSERT_GT(scales->early, 0);
    EXPECT_LT(scales->late - scales->early, kMostGrowth) << scales->early << " MB, then " << scales->late;
}

TEST_F(Memory, IsFlatOverTenThousandPredictions) {
    const Predictor predictor(train(config(1), {.backbones = {testing::small_backbone()}}).model);
    const std::filesystem::path image = folder_ / "data/test/fish/000.jpg";
    ASSERT_TRUE(std::filesystem::exists(image));
    double early = 0;
    for (int i = 0; i < 10000; ++i) {
        ASSERT_EQ(predictor.predict_file(image).size(), 8);
        if (i == 2000) early = resident_mb();
    }
    EXPECT_LT(resident_mb() - early, kMostGrowth) << early << " MB, then " << resident_mb();
}

}  // namespace
}  // namespace graft

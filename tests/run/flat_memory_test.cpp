// A long run, and a predictor that is asked for days, need no more memory than at their beginning.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "run/small_training.hpp"

namespace graft {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr double kAllowed = 6;  // MiB: a leak of 8 kB an epoch, or 0.7 kB an image, is more

/// In MiB.
double resident_memory() {
    std::ifstream file("/proc/self/statm");
    double total = 0, resident = 0;
    file >> total >> resident;
    EXPECT_GT(resident, 0);
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / kMebibyte;
}

class FlatMemory : public SmallTraining {};

/// Looks at the memory after two epochs, counted from 0.
class MemoryWitness final : public Callback {
public:
    MemoryWitness(std::int64_t first, std::int64_t last) : first_(first), last_(last) {}
    void on_epoch_end(const EpochRecord& record, TrainControl&) override {
        if (record.epoch == first_) before = resident_memory();
        if (record.epoch == last_) after = resident_memory();
    }
    double before = 0, after = 0;

private:
    std::int64_t first_, last_;
};

TEST_F(FlatMemory, OfAThousandEpochsOnKeptFeatures) {
    const auto witness = std::make_shared<MemoryWitness>(200, 999);
    options_.callbacks = {witness};
    const TrainRecord record =
        train(config("run").set("/backbone/freeze", "all").set("/training/epochs", 1000), options_);
    EXPECT_EQ(record.history.size(), 1000);
    EXPECT_LT(witness->after - witness->before, kAllowed);
}

TEST_F(FlatMemory, OfTenThousandPredictions) {
    const TrainRecord record = train(config("run").set("/training/epochs", 1), options_);
    const Predictor predictor(record.model);
    const cv::Mat picture = cv::imread((folder_ / "data/test/fish/000.jpg").string());
    ASSERT_FALSE(picture.empty());
    double before = 0;
    for (int i = 0; i < 10'000; ++i) {
        if (i == 1000) before = resident_memory();
        const auto probabilities = i % 2 == 0 ? predictor.predict_pixels(picture, ColourOrder::bgr)
                                              : predictor.predict_file(folder_ / "data/test/fish/000.jpg");
        ASSERT_EQ(probabilities.size(), 8);
    }
    EXPECT_LT(resident_memory() - before, kAllowed);
}

}  // namespace
}  // namespace graft

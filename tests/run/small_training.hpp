/// @file
/// What tests of whole runs begin with.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "environment_variable.hpp"
#include "graft/graft.hpp"
#include "run/small_run.hpp"
#include "samples/sample_art.hpp"
#include "temporary_folder.hpp"

namespace graft {

/// Asks for a stop at the end of an epoch, as Ctrl-C does.
class Stopper final : public Callback {
public:
    Stopper(std::int64_t last_epoch, std::stop_source& source) : last_(last_epoch), source_(source) {}
    void on_epoch_end(const EpochRecord& record, TrainControl&) override {
        if (record.epoch == last_) source_.request_stop();
    }

private:
    std::int64_t last_;
    std::stop_source& source_;
};

/// Runs of a network that is made in no time, on drawn pictures.
class SmallTraining : public ::testing::Test {
protected:
    explicit SmallTraining(const SampleArtOptions& samples = {
                               .train_per_class = 4, .test_per_class = 2, .image_size = 32}) {
        write_samples(folder_ / "data", samples);
        options_.backbones = {testing::small_backbone()};
    }

    [[nodiscard]] RunConfig config(const std::string& run) const {
        return testing::small_config(folder_ / "data", folder_ / run);
    }

    const testing::TemporaryFolder folder_;
    const testing::EnvironmentVariable cache_{"GRAFT_CACHE", (folder_ / "cache").string()};
    TrainOptions options_;
};

}  // namespace graft

#include "features/features.hpp"

#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <cerrno>
#include <fstream>
#include <opencv2/imgcodecs.hpp>

#include "error_message.hpp"
#include "faults/faults.hpp"
#include "graft/core/errors.hpp"
#include "network/layers.hpp"
#include "network/network_input.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::TemporaryFolder;

constexpr std::int64_t kSide = 32;

/// Counts what is computed, and stops when a test wants.
class CountingReporter final : public Reporter {
public:
    void start(std::string_view, std::size_t total, std::string_view) override { passes.push_back(total); }
    void advance(std::size_t done, std::string_view) override {
        if (done == stop_at) stop.request_stop();
    }
    void finish(std::string_view) override {}
    void note(std::string_view) override {}
    void warn(std::string_view message) override { warnings.emplace_back(message); }
    std::vector<std::string> warnings;
    std::vector<std::size_t> passes;
    std::size_t stop_at = 0;
    std::stop_source stop;
};

/// A few noisy pictures, a trunk that averages them per channel, and the features of that.
class FeaturesTest : public ::testing::Test {
protected:
    FeaturesTest() {
        Rng rng(1);
        for (std::int64_t i = 0; i < 7; ++i) {
            cv::Mat picture(20, 24, CV_8UC3);
            for (auto at = picture.begin<cv::Vec3b>(); at != picture.end<cv::Vec3b>(); ++at)
                for (int c = 0; c < 3; ++c) (*at)[c] = static_cast<uchar>(rng.below(256));
            const std::string name = std::to_string(i) + ".png";
            cv::imwrite((folder_ / name).string(), picture);
            samples_.push_back({.file = folder_ / name, .name = name, .label = i, .id = 100 + std::uint64_t(i)});
        }
        learn_contents();
        preprocessing_.height = preprocessing_.width = kSide;
        augmentation_.rotation_range = 30;
        augmentation_.horizontal_flip = true;
        trunk_ =
            make_inference(make_function("Mean", "torch.mean(x * x / 255.0, [2, 3])"), example_input(preprocessing_));
    }

    void learn_contents() {
        for (Sample& sample : samples_) {
            std::ifstream in(sample.file, std::ios::binary);
            sample.content = fingerprint(std::string(std::istreambuf_iterator<char>(in), {}));
        }
    }

    Features features(std::int64_t views, std::size_t workers = 2) const {
        const auto renderer = std::make_shared<ViewRenderer>(preprocessing_, augmentation_, 5);
        return {samples_, views, {3}, FeaturePass(renderer, trunk_, {workers, reporter_.stop.get_token()})};
    }
    LeasedSpace space(const std::string& name = "space") const {
        return FeatureCache(folder_ / "cache").open(name, 3, FeatureType::float32);
    }

    /// Features of an epoch, each behind its sample's number, in the order of the samples.
    std::vector<float> epoch_of(Features& features, std::int64_t epoch, std::size_t batch_size = 3) {
        features.prepare(epoch, reporter_);
        std::vector<std::size_t> order(samples_.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::vector<float> all;
        features.for_each_batch(order, epoch, batch_size, [&](const Batch& batch) {
            const float* values = batch.features.const_data_ptr<float>();
            for (std::size_t i = 0; i < batch.samples.size(); ++i) {
                all.push_back(static_cast<float>(batch.samples[i]));
                all.insert(all.end(), values + 3 * i, values + 3 * (i + 1));
            }
        });
        return all;
    }

    TemporaryFolder folder_;
    std::vector<Sample> samples_;
    Preprocessing preprocessing_;
    AugmentationOptions augmentation_;
    std::shared_ptr<const Inference> trunk_;
    CountingReporter reporter_;
};

TEST_F(FeaturesTest, AreTheSameNumbersKeptOrNot) {
    Features kept = features(3), computed = features(3);
    kept.keep_in(space());
    for (std::int64_t epoch = 0; epoch < 5; ++epoch)
        EXPECT_EQ(epoch_of(kept, epoch), epoch_of(computed, epoch)) << "epoch " << epoch;
}

TEST_F(FeaturesTest, AreComputedAnewWhereTheDiskIsFull) {
    Features kept = features(3), computed = features(3);
    kept.keep_in(space());
    const testing::Faults faults(folder_ / "cache", 5, ENOSPC, testing::Faults::After::all_fail);
    for (std::int64_t epoch = 0; epoch < 3; ++epoch)
        EXPECT_EQ(epoch_of(kept, epoch), epoch_of(computed, epoch)) << "epoch " << epoch;
    ASSERT_EQ(reporter_.warnings.size(), 1);
    EXPECT_TRUE(reporter_.warnings.front().starts_with("features can no longer be kept ("));
    EXPECT_TRUE(reporter_.warnings.front().ends_with(
        ": cannot be written: No space left on device): they are computed anew in each epoch"));
}

TEST_F(FeaturesTest, DoNotDependOnTheNumberOfWorkers) {
    Features one = features(2, 1), three = features(2, 3);
    EXPECT_EQ(epoch_of(one, 1), epoch_of(three, 1));
}

TEST_F(FeaturesTest, AnEpochReadsItsViewModuloTheNumberOfViews) {
    Features two = features(2);
    two.keep_in(space());
    EXPECT_EQ(epoch_of(two, 0), epoch_of(two, 2));
    EXPECT_EQ(epoch_of(two, 1), epoch_of(two, 3));
    EXPECT_NE(epoch_of(two, 0), epoch_of(two, 1));
}

TEST_F(FeaturesTest, FewerViewsAreTheFirstOfMoreViews) {
    Features two = features(2), five = features(5);
    EXPECT_EQ(epoch_of(two, 1), epoch_of(five, 1));
}

TEST_F(FeaturesTest, ViewsThatFollowShareTheDecoding) {
    Features six = features(6);
    six.keep_in(space());
    for (std::int64_t epoch = 0; epoch < 6; ++epoch) static_cast<void>(epoch_of(six, epoch));
    EXPECT_EQ(reporter_.passes, (std::vector<std::size_t>{4 * 7, 2 * 7}));
    EXPECT_EQ(six.record().images, 2 * 7);
    EXPECT_EQ(six.record().computed, 6 * 7);
}

TEST_F(FeaturesTest, AreFoundByALaterRun) {
    Features first = features(3), second = features(3);
    first.keep_in(space());
    const auto expected = epoch_of(first, 0);
    second.keep_in(space());
    EXPECT_EQ(epoch_of(second, 0), expected);
    EXPECT_EQ(second.record().computed, 0);
    EXPECT_EQ(second.record().found, 3 * 7);
}

TEST_F(FeaturesTest, AChangedImageIsNoticed) {
    Features before = features(0);
    before.keep_in(space());
    const auto old_values = epoch_of(before, 0);
    cv::imwrite(samples_[2].file, cv::Mat(20, 24, CV_8UC3, cv::Scalar(9, 9, 9)));
    learn_contents();
    Features after = features(0), uncached = features(0);
    after.keep_in(space());
    EXPECT_EQ(epoch_of(after, 0), epoch_of(uncached, 0));
    EXPECT_NE(epoch_of(after, 0), old_values);
    EXPECT_EQ(after.record().computed, 1);
}

TEST_F(FeaturesTest, AFileThatIsReplacedAfterItsCheckIsNamedAndNothingOfItIsKept) {
    const std::filesystem::path file = samples_[2].file, original = folder_ / "original.png";
    for (const std::int64_t views : {0, 2}) {
        std::filesystem::copy_file(file, original);
        Features during = features(views);
        during.keep_in(space(std::to_string(views)));
        cv::imwrite(file.string(), cv::Mat(20, 24, CV_8UC3, cv::Scalar(9, 9, 9)));  // between check and pass
        EXPECT_EQ(testing::error_message<DataError>([&] { during.prepare(0, reporter_); }),
                  file.string() + ": has changed while the run was going on; leave the images alone and run again");
        std::filesystem::rename(original, file);  // and afterwards the original is back
        Features after = features(views), uncached = features(views);
        after.keep_in(space(std::to_string(views)));
        EXPECT_EQ(epoch_of(after, 0), epoch_of(uncached, 0));
    }
}

TEST_F(FeaturesTest, PlainPicturesOfEqualBytesShareAFeature) {
    std::filesystem::copy_file(samples_[0].file, folder_ / "copy.png");
    samples_.push_back({.file = folder_ / "copy.png", .name = "copy.png", .label = 7, .id = 999});
    learn_contents();
    Features first = features(0), second = features(0);
    first.keep_in(space());
    static_cast<void>(epoch_of(first, 0));
    second.keep_in(space());
    static_cast<void>(epoch_of(second, 0));
    EXPECT_EQ(second.record().computed, 0);
}

TEST_F(FeaturesTest, AnInterruptedPassGoesOnWhereItStopped) {
    Features interrupted = features(1);
    interrupted.keep_in(space());
    reporter_.stop_at = 3;
    EXPECT_THROW(interrupted.prepare(0, reporter_), Interrupted);
    const std::int64_t done = interrupted.record().computed;
    EXPECT_GE(done, 3);
    reporter_.stop = std::stop_source();
    reporter_.stop_at = 0;
    Features resumed = features(1), uncached = features(1);
    resumed.keep_in(space());
    EXPECT_EQ(epoch_of(resumed, 0), epoch_of(uncached, 0));
    EXPECT_EQ(resumed.record().computed, 7 - done);
}

TEST_F(FeaturesTest, ADamagedRowIsComputedAnew) {
    Features first = features(0);
    first.keep_in(space());
    const auto expected = epoch_of(first, 0);
    for (const SpaceInfo& info : FeatureCache(folder_ / "cache").list())
        std::fstream(folder_ / "cache" / info.name / "rows.bin", std::ios::in | std::ios::out | std::ios::binary)
            .seekp(3 * 12 + 1)
            .put('?');
    Features second = features(0);
    second.keep_in(space());
    EXPECT_EQ(epoch_of(second, 0), expected);
    EXPECT_EQ(second.record().computed, 1);
}

TEST_F(FeaturesTest, ASingleLeftOverSampleJoinsTheBatchBeforeIt) {
    Features all = features(0);
    std::vector<std::size_t> sizes;
    std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5, 6};
    all.for_each_batch(order, 0, 3, [&](const Batch& batch) { sizes.push_back(batch.samples.size()); });
    EXPECT_EQ(sizes, (std::vector<std::size_t>{3, 4}));
}

TEST_F(FeaturesTest, WhatIsConsumedMayThrow) {
    Features all = features(0);
    all.keep_in(space());
    all.prepare(0, reporter_);
    const std::vector<std::size_t> order = {0, 1, 2};
    EXPECT_THROW(all.for_each_batch(order, 0, 1, [](const Batch&) { throw Error("enough"); }), Error);
}

}  // namespace
}  // namespace graft

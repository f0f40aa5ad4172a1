#include "insight/facts_memo.hpp"

#include <gtest/gtest.h>

#include "environment_variable.hpp"
#include "image/encoded_images.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::TemporaryFolder;

void expect_equal(const std::optional<PictureFacts>& found, const PictureFacts& facts) {
    ASSERT_TRUE(found);
    EXPECT_EQ(found->width, facts.width);
    EXPECT_EQ(found->height, facts.height);
    EXPECT_EQ(found->brightest, facts.brightest);
    EXPECT_EQ(found->darkest, facts.darkest);
    EXPECT_EQ(found->information, facts.information);
    EXPECT_EQ(found->sharpness, facts.sharpness);
    EXPECT_EQ(found->hash, facts.hash);
    EXPECT_EQ(found->pixels, facts.pixels);
}

const Fingerprint kOne = fingerprint("one"), kOther = fingerprint("other");

TEST(FactsMemo, RemembersEveryFactAcrossRuns) {
    const TemporaryFolder folder;
    const PictureFacts noise = measure_picture(testing::noise(24, 16)),
                       flat = measure_picture(cv::Mat(5, 70000, CV_8UC3, cv::Scalar(1, 2, 3)));
    {
        FactsMemo memo(folder / "pictures.bin");
        memo.remember(kOne, noise);
        memo.remember(kOther, flat);
        expect_equal(memo.find(kOne), noise);
    }
    const FactsMemo memo(folder / "pictures.bin");
    expect_equal(memo.find(kOne), noise);
    expect_equal(memo.find(kOther), flat);
    EXPECT_FALSE(memo.find(fingerprint("a third")));
}

TEST(FactsMemo, WithoutAFileRemembersAsLongAsItLives) {
    const PictureFacts noise = measure_picture(testing::noise(24, 16));
    const testing::EnvironmentVariable nowhere("GRAFT_CACHE", "/dev/null/cache");
    const std::unique_ptr<FactsMemo> memo = open_facts_memo();
    EXPECT_FALSE(memo->find(kOne));
    memo->remember(kOne, noise);
    expect_equal(memo->find(kOne), noise);
}

}  // namespace
}  // namespace graft

#include "run/data_findings.hpp"

#include <gmock/gmock.h>

#include "config/json.hpp"
#include "environment_variable.hpp"
#include "image/encoded_images.hpp"
#include "recording_reporter.hpp"
#include "report/run_findings.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Four images to train and two to test; the first test image is the first training image in another file.
class DataFindings : public ::testing::Test {
protected:
    DataFindings() {
        for (int i = 0; i < 4; ++i) add(dataset_.train, "train", i, ".png", i);
        add(dataset_.test, "test", 4, ".bmp", 0);
        add(dataset_.test, "test", 5, ".png", 5);
    }
    void add(std::vector<Sample>& part, const std::string& folder, int number, const char* format, int seed) {
        const std::string name = (number % 2 == 0 ? "cat/" : "dog/") + std::to_string(number) + format;
        cv::Mat picture(24, 32, CV_8UC3);
        cv::RNG random(static_cast<std::uint64_t>(seed) + 1);
        random.fill(picture, cv::RNG::UNIFORM, 0, 256);
        const std::string file = folder_.write(folder + "/" + name, testing::encoded(format, picture)).string();
        part.push_back({.file = file, .name = name, .label = number % 2});
    }
    RunFindings check() {
        Dataset dataset = dataset_;
        check_images(dataset, {.workers = 1}, {folder_ / "skipped.json", folder_ / "findings.json"}, {}, reporter_);
        return read_run_findings(folder_ / "findings.json");
    }

    const testing::TemporaryFolder folder_;
    const testing::EnvironmentVariable cache_{"GRAFT_CACHE", (folder_ / "cache").string()};
    Dataset dataset_{.classes = {"cat", "dog"}};
    testing::RecordingReporter reporter_;
};

TEST_F(DataFindings, NamesTestImagesThatWereTrainedWith) {
    for (int run = 0; run < 2; ++run) {  // the second finds in the cache what the first has measured
        reporter_.warnings.clear();
        const RunFindings found = check();
        EXPECT_EQ(found.images, 6);
        ASSERT_EQ(found.findings.size(), 1U);
        const RunFinding& leaks = found.findings[0];
        EXPECT_EQ(leaks.kind, "leaks");
        EXPECT_EQ(leaks.sentence, "1 image is also in another part");
        EXPECT_EQ(leaks.in_part("test"), 1);
        EXPECT_EQ(leaks.in_part("train"), 0);
        ASSERT_EQ(leaks.images.size(), 1U);
        EXPECT_EQ(leaks.images[0].image.name, "cat/4.bmp");
        EXPECT_EQ(leaks.images[0].image.part, "test");
        EXPECT_EQ(leaks.images[0].other.name, "cat/0.png");
        EXPECT_EQ(leaks.images[0].other.label, "cat");
        EXPECT_THAT(reporter_.warnings, ElementsAre(HasSubstr("1 test image is of another part too, which makes the "
                                                              "model look better than it is")));
    }
}

TEST_F(DataFindings, AreAnEmptyListWhereNothingIsOdd) {
    dataset_.test.erase(dataset_.test.begin());
    add(dataset_.test, "test", 6, ".png", 6);
    EXPECT_THAT(check().findings, IsEmpty());
    EXPECT_THAT(reporter_.warnings, IsEmpty());
}

TEST_F(DataFindings, AreNotLookedForWhereNobodyAsks) {
    check_images(dataset_, {.workers = 1}, {folder_ / "skipped.json"}, {}, reporter_);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "cache/pictures.bin"));
    EXPECT_THAT(reporter_.warnings, IsEmpty());
}

}  // namespace
}  // namespace graft

#include "run/batch_sizes.hpp"

#include <gmock/gmock.h>

#include "config/json.hpp"
#include "core/files.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "network/tiny_architecture.hpp"
#include "recording_reporter.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

class BatchSizes : public ::testing::Test {
protected:
    /// The head, everything, everything with a size of its own.
    static std::vector<Phase> phases() {
        std::vector<PhaseOptions> options = {{.train = "head"}, {.train = "all"}, {.train = "all", .batch_size = 5}};
        for (PhaseOptions& each : options) each.optimizer = builtin_optimizers().find("sgd")->make();
        return make_phases(options, testing::tiny_backbone(), testing::tiny_preprocessing(), {.hidden = {}}, 2, 1);
    }
    std::vector<std::int64_t> chosen(const std::function<std::int64_t(const Phase&)>& measure, bool resumes = false) {
        std::vector<Phase> all = phases();
        choose_batch_sizes(all, measure, {file_, resumes}, reporter_);
        std::vector<std::int64_t> sizes;
        for (const Phase& phase : all) sizes.push_back(batch_size_of(phase.options));
        return sizes;
    }

    testing::TemporaryFolder folder_;
    const std::filesystem::path file_ = folder_.path() / "batch_sizes.json";
    testing::RecordingReporter reporter_;
};

TEST_F(BatchSizes, AreMeasuredWhereStagesTrainAndNoneIsGiven) {
    EXPECT_THAT(chosen([](const Phase& phase) { return phase.model.trained_stages.empty() ? 1 : 64; }),
                ElementsAre(32, 64, 5));
    EXPECT_THAT(reporter_.notes, ElementsAre("phase 1: batches of 32 images", "phase 2: batches of 64 images"));
}

TEST_F(BatchSizes, StayTheSameInARunThatIsResumed) {
    (void)chosen([](const Phase&) { return 64; });
    EXPECT_THAT(chosen([](const Phase&) -> std::int64_t { throw Error("measured again"); }, true),
                ElementsAre(32, 64, 5));
    EXPECT_THAT(chosen(nullptr), ElementsAre(32, 32, 5)) << "a run that begins measures";
}

TEST_F(BatchSizes, AreTheUsualOnesWhereMemorySetsNoLimit) {
    EXPECT_THAT(chosen(nullptr), ElementsAre(32, 32, 5));
    EXPECT_EQ(parse_json_file(file_), Json::parse("[32, 32, 5]"));
}

TEST_F(BatchSizes, AreNotMadeUpWhereAResumedRunHasNone) {
    const auto error = [&] { return testing::error_message<DataError>([&] { (void)chosen(nullptr, true); }); };
    EXPECT_EQ(error(), file_.string() +
                           ": is missing or damaged: expected a list of 3 batch sizes, with which the run began; begin "
                           "it anew (--overwrite)");
    for (const char* damaged : {"", "[", "{}", "[32]", "[32, \"x\", 5]", "[0, 0, 0]"}) {
        write_file(file_, damaged);
        EXPECT_THAT(error(), StartsWith(file_.string() + ": is missing or damaged")) << damaged;
    }
}

TEST(LargestSensibleBatch, LeavesTenStepsToAnEpoch) {
    EXPECT_EQ(largest_sensible_batch(5), 2);
    EXPECT_EQ(largest_sensible_batch(960), 64);
    EXPECT_EQ(largest_sensible_batch(50'000), 1024);
}

}  // namespace
}  // namespace graft

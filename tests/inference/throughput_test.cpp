#include "inference/throughput.hpp"

#include <gtest/gtest.h>

#include "config/json.hpp"
#include "core/files.hpp"
#include "network/grafted_model.hpp"
#include "network/network_input.hpp"
#include "network/tiny_architecture.hpp"
#include "recording_reporter.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

constexpr InferencePlan kPlan{.workers = 3, .images_per_call = 2, .images_per_second = 41.5};
constexpr std::int64_t kMany = 3000;

InferencePlan never_measured() {
    ADD_FAILURE() << "measured";
    return {};
}

class ThroughputFileTest : public ::testing::Test {
protected:
    testing::TemporaryFolder folder_;
    const std::filesystem::path file_ = folder_.path() / "throughput.json";
    const ThroughputFile kept_{file_};
    testing::RecordingReporter listener_;
};

TEST(NetworkName, SaysWhatIsRunAndHow) {
    Preprocessing input;
    input.width = 224;
    input.height = 192;
    EXPECT_EQ(network_name("resnet50", "0123", "", input, Precision::float32), "resnet50 224x192 float32");
    EXPECT_EQ(network_name("resnet50", "0123", "layer3", input, Precision::bfloat16),
              "resnet50 to layer3 224x192 bfloat16");
}

TEST(NetworkName, TellsTorchScriptFilesApart) {
    EXPECT_NE(network_name("torchscript", "0123456789abcdef", "", {}, Precision::float32),
              network_name("torchscript", "fedcba9876543210", "", {}, Precision::float32));
}

TEST_F(ThroughputFileTest, FindWhatWasKept) {
    kept_.keep("a 8x8 float32", kPlan);
    kept_.keep("b 8x8 float32", {.workers = 1});
    const auto found = kept_.find("a 8x8 float32");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->workers, 3);
    EXPECT_EQ(found->images_per_call, 2);
    EXPECT_EQ(found->images_per_second, 41.5);
    EXPECT_FALSE(kept_.find("c 8x8 float32"));
    EXPECT_EQ(kept_.all().size(), 2);
}

TEST_F(ThroughputFileTest, FindNothingInAnAbsentOrDamagedFile) {
    EXPECT_FALSE(kept_.find("a"));
    for (const char* text : {"", "[]", "{\"machine\": 3}", "no json"}) {
        write_file(file_, text);
        EXPECT_FALSE(kept_.find("a")) << text;
        EXPECT_TRUE(kept_.all().empty()) << text;
    }
}

TEST_F(ThroughputFileTest, FindNothingThatAnotherMachineMeasured) {
    kept_.keep("a", kPlan);
    Json document = parse_json_file(file_);
    document["machine"] = "another one";
    write_file(file_, pretty(document));
    EXPECT_FALSE(kept_.find("a"));
}

TEST_F(ThroughputFileTest, FindNothingThatNobodyCouldHaveMeasured) {
    kept_.keep("a", {.workers = 0});
    kept_.keep("b", {.images_per_call = 1'000'000});
    EXPECT_FALSE(kept_.find("a"));
    EXPECT_FALSE(kept_.find("b"));
}

TEST_F(ThroughputFileTest, MeasureOnceWhenManyImagesAreToCome) {
    const auto measured = kept_.find_or_measure(
        "a", kMany, [] { return kPlan; }, listener_);
    ASSERT_TRUE(measured);
    EXPECT_EQ(measured->workers, 3);
    EXPECT_EQ(listener_.notes,
              (std::vector<std::string>{"measured a on this machine: fastest with 3 workers and 2 images per call"}));
    const auto found = kept_.find_or_measure("a", kMany, never_measured, listener_);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->images_per_call, 2);
}

TEST_F(ThroughputFileTest, MeasureNothingForFewImagesOrWithoutAFile) {
    EXPECT_FALSE(kept_.find_or_measure("a", kMany - 1, never_measured, listener_));
    EXPECT_FALSE(ThroughputFile("").find_or_measure("a", kMany, never_measured, listener_));
}

TEST_F(ThroughputFileTest, SayWhenAMeasurementCannotBeKept) {
    write_file(file_, "in the way of a folder");
    const ThroughputFile beneath(file_ / "throughput.json");
    EXPECT_TRUE(beneath.find_or_measure(
        "a", kMany, [] { return kPlan; }, listener_));
    ASSERT_EQ(listener_.warnings.size(), 1);
    EXPECT_TRUE(listener_.warnings.front().starts_with("the measurement is not kept: ")) << listener_.warnings.front();
}

TEST(ImagesPerCall, AreCountedInWords) {
    EXPECT_EQ(images_per_call_text(1), "1 image per call");
    EXPECT_EQ(images_per_call_text(4), "4 images per call");
}

TEST(Throughput, ChoosesOneOfWhatItTried) {
    const GraftedModel model =
        graft_model(testing::tiny_backbone(), testing::tiny_preprocessing(), "all", {.hidden = {8}}, 3, 1);
    const InferencePlan plan = measure_throughput(model.trunk, example_input(testing::tiny_preprocessing()));
    EXPECT_TRUE(plan.images_per_call == 1 || plan.images_per_call == 2 || plan.images_per_call == 4);
    EXPECT_GE(plan.workers, 1);
    EXPECT_GT(plan.images_per_second, 0);
}

}  // namespace
}  // namespace graft

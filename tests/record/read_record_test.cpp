#include "record/read_record.hpp"

#include <gtest/gtest.h>

#include "report/small_run.hpp"

namespace graft {
namespace {

using graft::testing::small_run;

/// Everything that a record can hold, none of it the default.
RunRecord full_run() {
    RunRecord run = small_run();
    run.phases.push_back(run.phases.front());
    run.phases.back().model.trained = {"layer4"};
    run.phases.back().workers = 3;
    run.precision = Precision::bfloat16;
    run.calibration = CalibrationRecord{
        .temperature = 1.5, .images = 8, .before = {.ece = 0.2, .ece_interval = {0.1, 0.3}}, .after = {.ece = 0.1}};
    run.drop = DropRecord{.part = "validation", .classes = {{"cat", 4, 4, 1, 0.5, {0.5, 1}, {0.1, 0.9}}}};
    return run;
}

TEST(ReadRecord, GivesBackWhatWasWritten) {
    const Json written = to_json(full_run());
    EXPECT_EQ(to_json(run_record_from_json(written)).dump(1), written.dump(1));
}

TEST(ReadRecord, GivesBackARunWithoutTestAndCalibration) {
    RunRecord run = small_run();
    run.test.reset();
    run.calibration = CalibrationRecord{.reason = "no validation images"};
    const Json written = to_json(run);
    EXPECT_EQ(to_json(run_record_from_json(written)).dump(1), written.dump(1));
}

TEST(ReadRecord, TakesARecordThatSaysLess) {
    Json written = to_json(small_run());
    for (const char* key : {"machine", "finished"}) written.erase(key);
    EXPECT_EQ(run_record_from_json(written).machine, "");
    EXPECT_EQ(run_record_from_json(written).kept, 1U);
}

TEST(ReadRecord, RefusesAnotherDocument) { EXPECT_THROW((void)run_record_from_json(Json{{"a", 1}}), Json::exception); }

}  // namespace
}  // namespace graft

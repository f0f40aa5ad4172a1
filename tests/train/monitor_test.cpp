#include "train/monitor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "config/read.hpp"
#include "graft/core/errors.hpp"
#include "train/fake_control.hpp"

namespace graft {
namespace {

const std::vector<ProducedMetric> kMetrics{{"loss", Direction::min},
                                           {"accuracy", Direction::max},
                                           {"macro_f1", Direction::max},
                                           {"val_loss", Direction::min},
                                           {"val_accuracy", Direction::max}};

Monitor monitor_of(const std::string& metric, std::optional<Direction> mode = {}, double min_delta = 0) {
    return {{metric, mode, min_delta}, kMetrics, "/callbacks/2"};
}

std::string error_of(const std::string& metric, const std::vector<ProducedMetric>& produced = kMetrics) {
    try {
        (void)Monitor({metric, {}, 0}, produced, "/callbacks/2");
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "no error";
}

TEST(Monitor, TakesTheDirectionFromTheMetricItself) {
    EXPECT_TRUE(monitor_of("loss").better(0.5, 1));
    EXPECT_TRUE(monitor_of("val_loss").better(0.5, 1));
    EXPECT_FALSE(monitor_of("val_loss").better(1, 0.5));
    EXPECT_TRUE(monitor_of("accuracy").better(1, 0.5));
    EXPECT_TRUE(monitor_of("val_accuracy").better(1, 0.5));
    EXPECT_TRUE(monitor_of("macro_f1").better(1, 0.5));
    EXPECT_FALSE(monitor_of("val_accuracy").better(0.5, 1));
}

TEST(Monitor, FollowsTheModeThatIsWritten) {
    EXPECT_TRUE(monitor_of("loss", Direction::max).better(0.6, 0.5));
    EXPECT_TRUE(monitor_of("accuracy", Direction::min).better(0.4, 0.5));
}

TEST(Monitor, AsksForMoreThanMinDelta) {
    const Monitor falling = monitor_of("loss", Direction::min, 0.25);
    EXPECT_FALSE(falling.better(0.75, 1));  // exactly min_delta is not enough
    EXPECT_TRUE(falling.better(0.625, 1));
    const Monitor rising = monitor_of("accuracy", Direction::max, 0.25);
    EXPECT_FALSE(rising.better(0.75, 0.5));
    EXPECT_TRUE(rising.better(0.875, 0.5));
}

TEST(Monitor, TakesTheFirstFiniteValueAsTheBest) {
    Monitor monitor = monitor_of("loss");
    EXPECT_FALSE(monitor.improve(kNan));
    EXPECT_FALSE(monitor.improve(-kInfinity));
    EXPECT_FALSE(monitor.best());
    EXPECT_TRUE(monitor.improve(7));
    EXPECT_EQ(monitor.best(), 7);
    EXPECT_FALSE(monitor.improve(7));
    EXPECT_TRUE(monitor.improve(6));
}

TEST(Monitor, NeverTakesNanOrInfinityForAnImprovement) {
    EXPECT_FALSE(monitor_of("loss").better(kNan, 1));
    EXPECT_FALSE(monitor_of("loss").better(-kInfinity, 1));
    EXPECT_FALSE(monitor_of("accuracy").better(kNan, 1));
    EXPECT_FALSE(monitor_of("accuracy").better(kInfinity, 1));
}

TEST(Monitor, KeepsItsBestInASavedState) {
    Monitor before = monitor_of("loss"), after = monitor_of("loss");
    after.load_state(before.save_state());
    EXPECT_FALSE(after.best());
    before.improve(0.1);
    after.load_state(Json::parse(before.save_state().dump()));
    EXPECT_EQ(after.best(), 0.1);
}

TEST(Monitor, ReadsItsMetricFromAnEpoch) {
    EpochRecord record;
    record.metrics = {{"loss", 1}, {"val_loss", 2}};
    EXPECT_EQ(monitor_of("val_loss").value_in(record), 2);
}

TEST(Monitor, NamesTheMetricsOfTheRunWhenItHasNoSuch) {
    EXPECT_EQ(error_of("val_acuracy"),
              "/callbacks/2/monitor: expected a metric that this run produces (loss, accuracy, macro_f1, val_loss, "
              "val_accuracy), got \"val_acuracy\" (did you mean \"val_accuracy\"?)");
    EXPECT_EQ(
        error_of("val_loss", {{"loss", Direction::min}, {"accuracy", Direction::max}}),
        "/callbacks/2/monitor: expected a metric that this run produces (loss, accuracy), got \"val_loss\"; the run "
        "has no validation data");
}

TEST(Monitor, ReadsItsOptions) {
    MonitorOptions options;
    const Json document = {{"monitor", "val_accuracy"}, {"mode", "max"}, {"min_delta", 0.5}};
    const auto visit = [&](Fields& fields) { describe(fields, options); };
    EXPECT_TRUE(read_options(document, visit).empty());
    EXPECT_EQ(write_options(visit), document);
    EXPECT_EQ(read_options({{"min_delta", -1}}, visit),
              std::vector<std::string>{"/min_delta: expected number >= 0, got -1"});
    EXPECT_EQ(read_options({{"mode", "minimum"}}, visit),
              std::vector<std::string>{"/mode: expected one of auto, min, max, got \"minimum\""});
}

}  // namespace
}  // namespace graft

#include <gtest/gtest.h>

#include <limits>

#include "train/fake_control.hpp"

namespace graft {
namespace {

std::vector<std::string> stops_at(double loss) {
    FakeControl control;
    build_callback("terminate_on_nan", Json::object(), validated_run())->on_batch_end({2, 16, loss}, control);
    return control.stops;
}

TEST(TerminateOnNan, LetsFiniteLossesPass) {
    EXPECT_TRUE(stops_at(0).empty());
    EXPECT_TRUE(stops_at(1e300).empty());
}

TEST(TerminateOnNan, StopsAtNanAndInfinityNamingEpochAndBatch) {
    EXPECT_EQ(
        stops_at(std::numeric_limits<double>::quiet_NaN()),
        std::vector<std::string>{"terminate_on_nan: the loss is nan in epoch 3, batch 17; a smaller learning rate "
                                 "usually helps"});
    EXPECT_EQ(
        stops_at(-std::numeric_limits<double>::infinity()),
        std::vector<std::string>{"terminate_on_nan: the loss is -inf in epoch 3, batch 17; a smaller learning rate "
                                 "usually helps"});
}

TEST(TerminateOnNan, HasNoOptions) {
    EXPECT_TRUE(
        build_error("terminate_on_nan", {{"monitor", "loss"}}, validated_run()).starts_with("/monitor: unknown key"));
}

}  // namespace
}  // namespace graft

#include <gtest/gtest.h>

#include "train/callback_traces.hpp"
#include "train/fake_control.hpp"

namespace graft {
namespace {

std::shared_ptr<Callback> early_stopping(const Json& options) {
    return build_callback("early_stopping", options, validated_run());
}

/// How many epochs are run, of those whose val_loss is given.
std::size_t epochs_run(const Json& options, const std::vector<double>& val_loss) {
    FakeControl control;
    return run_epochs(*early_stopping(options), control, "val_loss", val_loss).size();
}

TEST(EarlyStopping, StopsAfterPatienceEpochsWithoutImprovement) {
    FakeControl control;
    const auto callback = early_stopping({{"patience", 2}});
    EXPECT_EQ(run_epochs(*callback, control, "val_loss", {1, .9, .9, .9, .9}).size(), 4);
    ASSERT_EQ(control.stops.size(), 1);
    EXPECT_EQ(
        control.stops[0],
        "early_stopping: no sufficient improvement of val_loss for 2 epochs; the best val_loss 0.9 was in epoch 2");
    callback->on_train_end(control);
    EXPECT_EQ(control.weights, 1);
    EXPECT_EQ(control.remarks.notes,
              std::vector<std::string>{"early_stopping: restored the weights of epoch 2, the best val_loss 0.9"});
}

TEST(EarlyStopping, SaysTheBestValueInFourDigits) {
    FakeControl control;
    const auto callback = early_stopping({{"patience", 1}});
    (void)run_epochs(*callback, control, "val_loss", {0.26906919479370117, 1});
    callback->on_train_end(control);
    EXPECT_EQ(control.stops,
              std::vector<std::string>{"early_stopping: no sufficient improvement of val_loss for 1 epoch; the best "
                                       "val_loss 0.2691 was in epoch 1"});
    EXPECT_EQ(control.remarks.notes,
              std::vector<std::string>{"early_stopping: restored the weights of epoch 1, the best val_loss 0.2691"});
}

TEST(EarlyStopping, TakesPatienceZeroAsOne) {
    EXPECT_EQ(epochs_run({{"patience", 0}}, {1, .9, .9, .9}), 3);
    EXPECT_EQ(epochs_run({{"patience", 1}}, {1, .9, .9, .9}), 3);
}

TEST(EarlyStopping, DoesNotStopWhileTheMetricImproves) {
    EXPECT_EQ(epochs_run({{"patience", 1}}, {1, .9, .8, .7, .6}), 5);
}

TEST(EarlyStopping, IgnoresImprovementsUpToMinDelta) {
    EXPECT_EQ(epochs_run({{"patience", 2}, {"min_delta", 0.25}}, {1, .75, .75, .5}), 3);
    EXPECT_EQ(epochs_run({{"patience", 2}, {"min_delta", 0.25}}, {1, .75, .5, .5, .5}), 5);
}

TEST(EarlyStopping, RestartsTheWaitOnlyWhenTheBaselineIsBeatenToo) {
    EXPECT_EQ(epochs_run({{"patience", 3}, {"baseline", 0.5}}, {1, .9, .8, .8, .8}), 4);
    EXPECT_EQ(epochs_run({{"patience", 3}, {"baseline", 0.5}}, {1, .9, .4, .8, .8, .8, .8}), 6);
}

TEST(EarlyStopping, NeverStopsInAnEpochThatImproves) {
    EXPECT_EQ(epochs_run({{"patience", 1}, {"baseline", 0.5}}, {1, .9, .8, .7, .7}), 5);
}

TEST(EarlyStopping, IgnoresTheEpochsBeforeStartFromEpoch) {
    EXPECT_EQ(epochs_run({{"patience", 1}, {"start_from_epoch", 3}}, {1, 2, 3, 4, 5, 6}), 5);
}

TEST(EarlyStopping, DoesNotTakeNanOrInfinityForTheBest) {
    FakeControl control;
    const auto callback = early_stopping({{"patience", 3}});
    run_epochs(*callback, control, "val_loss", {kNan, 1, -kInfinity, kNan});
    callback->on_train_end(control);
    EXPECT_TRUE(control.stops.empty());
    EXPECT_EQ(control.weights, 1);
}

TEST(EarlyStopping, DoesNotStopInTheFirstEpoch) { EXPECT_EQ(epochs_run({{"patience", 0}}, {kNan, 1, 2}), 3); }

TEST(EarlyStopping, SaysSoWhenNoEpochHadAFiniteValue) {
    FakeControl control;
    const auto callback = early_stopping({{"patience", 1}});
    run_epochs(*callback, control, "val_loss", {kNan, kNan});
    callback->on_train_end(control);
    EXPECT_EQ(control.stops,
              std::vector<std::string>{"early_stopping: no sufficient improvement of val_loss for 2 epochs"});
    EXPECT_EQ(control.restored, 0);
}

TEST(EarlyStopping, RestoresTheBestWeightsWhenTrainingEndsOtherwise) {
    FakeControl control;
    const auto callback = early_stopping({{"patience", 9}});
    run_epochs(*callback, control, "val_loss", {3, 1, 2});
    control.weights = 77;  // an epoch was interrupted
    callback->on_train_end(control);
    EXPECT_EQ(control.weights, 1);
}

TEST(EarlyStopping, KeepsTheLastWeightsWhenAskedTo) {
    FakeControl control;
    const auto callback = early_stopping({{"patience", 1}, {"restore_best_weights", false}});
    run_epochs(*callback, control, "val_loss", {1, 2, 3});
    callback->on_train_end(control);
    EXPECT_EQ(control.weights, 1);
    EXPECT_EQ(control.restored, 0);
    EXPECT_EQ(callback->save_state().weights, nullptr);
}

TEST(EarlyStopping, RemembersItsWaitAndItsBestWeights) {
    FakeControl control;
    const auto before = early_stopping({{"patience", 2}}), after = early_stopping({{"patience", 2}});
    run_epochs(*before, control, "val_loss", {1, .9, .95});
    after->load_state(before->save_state());
    EXPECT_EQ(run_epochs(*after, control, "val_loss", {.95, .8}, 3).size(), 1);
    after->on_train_end(control);
    EXPECT_EQ(control.weights, 1);
}

TEST(EarlyStopping, HasKerasDefaultsExceptForTheWeights) {
    CallbackPlugin plugin = builtin_callbacks().find("early_stopping")->make();
    const Json expected = {{"monitor", "val_loss"}, {"mode", "auto"},      {"min_delta", 0.0},
                           {"patience", 0},         {"baseline", nullptr}, {"restore_best_weights", true},
                           {"start_from_epoch", 0}};
    EXPECT_EQ(write_options([&](Fields& fields) { plugin.describe(fields); }), expected);
}

TEST(EarlyStopping, RefusesAMetricThatTheRunDoesNotProduce) {
    EXPECT_EQ(
        build_error("early_stopping", Json::object(),
                    {{}, {{"loss", Direction::min}, {"accuracy", Direction::max}}, "/callbacks/3"}),
        "/callbacks/3/monitor: expected a metric that this run produces (loss, accuracy), got \"val_loss\"; the run "
        "has no validation data");
    EXPECT_EQ(build_error("early_stopping", {{"patience", -1}}, validated_run()),
              "/patience: expected integer >= 0, got -1");
}

TEST(EarlyStopping, DecidesAsKerasDoes) {
    for (const CallbackTrace& trace : keras_traces("early_stopping")) {
        SCOPED_TRACE(trace.expected.dump());
        FakeControl control;
        const auto callback = build_callback("early_stopping", trace.options, traced_run());
        const std::size_t epochs = run_epochs(*callback, control, "watched", trace.values).size();
        callback->on_train_end(control);
        const Json& stopped = trace.expected.at("stopped");
        EXPECT_EQ(control.stops.size(), stopped.is_null() ? 0 : 1);
        EXPECT_EQ(epochs, stopped.is_null() ? trace.values.size() : stopped.get<std::size_t>() + 1);
        EXPECT_EQ(control.weights, trace.expected.at("weights").get<int>());
    }
}

}  // namespace
}  // namespace graft

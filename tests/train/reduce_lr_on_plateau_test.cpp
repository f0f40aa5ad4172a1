#include <gtest/gtest.h>

#include "train/callback_traces.hpp"
#include "train/fake_control.hpp"

namespace graft {
namespace {

using Rates = std::vector<double>;

std::shared_ptr<Callback> reduce_lr(const Json& options) {
    return build_callback("reduce_lr_on_plateau", options, validated_run());
}

Rates rates_used(const Json& options, const std::vector<double>& val_loss) {
    FakeControl control;
    return run_epochs(*reduce_lr(options), control, "val_loss", val_loss);
}

TEST(ReduceLrOnPlateau, ReducesAfterPatienceEpochsWithoutImprovement) {
    EXPECT_EQ(rates_used({{"factor", .5}, {"patience", 2}}, {1, 1, 1, 1, 1, 1, 1}), (Rates{1, 1, 1, .5, .5, .25, .25}));
}

TEST(ReduceLrOnPlateau, DoesTheSameWithACooldownOfOne) {
    EXPECT_EQ(rates_used({{"factor", .5}, {"patience", 2}, {"cooldown", 1}}, {1, 1, 1, 1, 1, 1, 1}),
              (Rates{1, 1, 1, .5, .5, .25, .25}));
}

TEST(ReduceLrOnPlateau, CountsNothingWhileCoolingDown) {
    EXPECT_EQ(rates_used({{"factor", .5}, {"patience", 2}, {"cooldown", 2}}, {1, 1, 1, 1, 1, 1, 1}),
              (Rates{1, 1, 1, .5, .5, .5, .25}));
}

TEST(ReduceLrOnPlateau, StartsTheWaitAgainAfterAnImprovement) {
    EXPECT_EQ(rates_used({{"factor", .5}, {"patience", 2}}, {1, 1, .5, .5, .5, .5}), (Rates{1, 1, 1, 1, 1, .5}));
}

TEST(ReduceLrOnPlateau, IgnoresImprovementsUpToMinDelta) {
    EXPECT_EQ(rates_used({{"factor", .5}, {"patience", 1}, {"min_delta", .25}}, {1, .75, .75}), (Rates{1, 1, .5}));
    EXPECT_EQ(rates_used({{"factor", .5}, {"patience", 1}}, {1, .99995, .9998}), (Rates{1, 1, .5}));
}

TEST(ReduceLrOnPlateau, StopsAtMinLr) {
    EXPECT_EQ(rates_used({{"factor", .5}, {"patience", 1}, {"min_lr", .375}}, {1, 1, 1, 1, 1}),
              (Rates{1, 1, .5, .375, .375}));
}

TEST(ReduceLrOnPlateau, DoesNotRestartItsWaitAtTheFloor) {
    FakeControl control;
    control.rate = 0.25;
    const auto callback = reduce_lr({{"patience", 2}, {"min_lr", 0.25}, {"cooldown", 3}});
    run_epochs(*callback, control, "val_loss", {1, 1, 1, 1});
    const Json state = Json::parse(callback->save_state().values);
    EXPECT_EQ(state.at("wait"), 3);
    EXPECT_EQ(state.at("cooldown_counter"), 0);
    EXPECT_TRUE(control.remarks.notes.empty());
}

TEST(ReduceLrOnPlateau, DoesNotTakeAFirstNanForTheBest) {
    EXPECT_EQ(rates_used({{"factor", .5}, {"patience", 2}}, {kNan, 3, 2, 1, 1}), (Rates{1, 1, 1, 1, 1}));
    EXPECT_EQ(rates_used({{"factor", .5}, {"patience", 2}}, {kNan, kNan, 3}), (Rates{1, 1, .5}));
}

TEST(ReduceLrOnPlateau, SaysWhatItDoes) {
    FakeControl control;
    control.rate = 0.5;
    run_epochs(*reduce_lr({{"factor", .5}, {"patience", 1}}), control, "val_loss", {1, 1});
    EXPECT_EQ(control.remarks.notes, std::vector<std::string>{"reduce_lr_on_plateau: learning rate 0.5 -> 0.25: no "
                                                              "sufficient improvement of val_loss for 1 epoch"});
}

TEST(ReduceLrOnPlateau, RemembersItsWaitAndItsCooldown) {
    const Json options = {{"factor", .5}, {"patience", 2}, {"cooldown", 2}};
    FakeControl control;
    const auto before = reduce_lr(options), after = reduce_lr(options);
    run_epochs(*before, control, "val_loss", {1, 1, 1, 1});
    after->load_state(before->save_state());
    EXPECT_EQ(run_epochs(*after, control, "val_loss", {1, 1, 1}, 4), (Rates{.5, .5, .25}));
}

TEST(ReduceLrOnPlateau, HasKerasDefaults) {
    CallbackPlugin plugin = builtin_callbacks().find("reduce_lr_on_plateau")->make();
    const Json expected = {{"monitor", "val_loss"}, {"mode", "auto"}, {"min_delta", 1e-4}, {"factor", 0.1},
                           {"patience", 10},        {"cooldown", 0},  {"min_lr", 0.0}};
    EXPECT_EQ(write_options([&](Fields& fields) { plugin.describe(fields); }), expected);
}

TEST(ReduceLrOnPlateau, RefusesAFactorThatDoesNotReduce) {
    EXPECT_EQ(build_error("reduce_lr_on_plateau", {{"factor", 1}}, validated_run()),
              "/factor: expected number in (0, 1), got 1");
    EXPECT_EQ(build_error("reduce_lr_on_plateau", {{"factor", 0}}, validated_run()),
              "/factor: expected number in (0, 1), got 0");
}

TEST(ReduceLrOnPlateau, DecidesAsKerasDoes) {
    for (const CallbackTrace& trace : keras_traces("reduce_lr_on_plateau")) {
        SCOPED_TRACE(trace.expected.dump());
        FakeControl control;
        const auto callback = build_callback("reduce_lr_on_plateau", trace.options, traced_run());
        const Rates rates = run_epochs(*callback, control, "watched", trace.values);
        const Rates expected = trace.expected.at("rates").get<Rates>();
        ASSERT_EQ(rates.size(), expected.size());
        for (std::size_t epoch = 0; epoch < rates.size(); ++epoch)  // six digits are written there
            EXPECT_NEAR(rates[epoch], expected[epoch], 1e-5 * expected[epoch]) << "epoch " << epoch;
    }
}

}  // namespace
}  // namespace graft

#include <gtest/gtest.h>

#include "train/fake_control.hpp"

namespace graft {
namespace {

using Files = std::vector<std::filesystem::path>;

/// The files written in epochs with the given val_loss.
Files files_saved(const Json& options, const std::vector<double>& val_loss) {
    FakeControl control;
    run_epochs(*build_callback("model_checkpoint", options, validated_run("run")), control, "val_loss", val_loss);
    return control.saved;
}

TEST(ModelCheckpoint, WritesTheModelWheneverTheMetricIsBetter) {
    EXPECT_EQ(files_saved(Json::object(), {3, 2, 4, 2, 1}),
              (Files{"run/checkpoints/epoch-0.pt", "run/checkpoints/epoch-1.pt", "run/checkpoints/epoch-4.pt"}));
}

TEST(ModelCheckpoint, WritesEveryEpochWhenAskedTo) {
    EXPECT_EQ(files_saved({{"save_best_only", false}, {"file", "last.pt"}}, {1, 2}),
              (Files{"run/last.pt", "run/last.pt"}));
}

TEST(ModelCheckpoint, LooksAtEveryNthEpochOnly) {
    EXPECT_EQ(files_saved({{"save_best_only", false}, {"every", 2}}, {1, 1, 1, 1, 1}),
              (Files{"run/checkpoints/epoch-1.pt", "run/checkpoints/epoch-3.pt"}));
    EXPECT_EQ(files_saved({{"every", 2}}, {0, 9, 0, 8, 0, 9}),
              (Files{"run/checkpoints/epoch-1.pt", "run/checkpoints/epoch-3.pt"}));
}

TEST(ModelCheckpoint, FillsEpochAndMetricsIntoTheFileName) {
    EXPECT_EQ(files_saved({{"file", "best/{epoch}_{val_loss}.pt"}}, {0.12344}), Files{"run/best/0_0.1234.pt"});
    EXPECT_EQ(files_saved({{"file", "/elsewhere/best.pt"}}, {1}), Files{"/elsewhere/best.pt"});
}

TEST(ModelCheckpoint, IgnoresImprovementsUpToMinDelta) {
    EXPECT_EQ(files_saved({{"file", "{epoch}"}, {"min_delta", 0.25}}, {1, .75, .5}), (Files{"run/0", "run/2"}));
}

TEST(ModelCheckpoint, RemembersTheBest) {
    FakeControl control;
    const auto before = build_callback("model_checkpoint", {{"file", "{epoch}"}}, validated_run());
    const auto after = build_callback("model_checkpoint", {{"file", "{epoch}"}}, validated_run());
    run_epochs(*before, control, "val_loss", {1});
    after->load_state(before->save_state());
    run_epochs(*after, control, "val_loss", {2, 0.5}, 1);
    EXPECT_EQ(control.saved, (Files{"0", "2"}));
}

TEST(ModelCheckpoint, NeedsItsMetricOnlyToFindTheBest) {
    const CallbackContext without_validation{{}, {{"loss", Direction::min}}, "/callbacks/1"};
    EXPECT_EQ(build_error("model_checkpoint", Json::object(), without_validation),
              "/callbacks/1/monitor: expected a metric that this run produces (loss), got \"val_loss\"; the run has no "
              "validation data");
    EXPECT_EQ(build_error("model_checkpoint", {{"save_best_only", false}}, without_validation), "no error");
}

TEST(ModelCheckpoint, RefusesPlaceholdersThatItCannotFill) {
    EXPECT_EQ(build_error("model_checkpoint", {{"file", "{epochs}.pt"}}, validated_run()),
              "/callbacks/0/file: expected the placeholders in braces to be of: epoch, loss, accuracy, val_loss, "
              "val_accuracy; got \"epochs\" (did you mean \"epoch\"?)");
    EXPECT_EQ(build_error("model_checkpoint", {{"file", "{epoch"}}, validated_run()),
              "/callbacks/0/file: expected every { to be closed by }, got \"{epoch\"");
    EXPECT_EQ(build_error("model_checkpoint", {{"file", ""}}, validated_run()),
              "/callbacks/0/file: expected a file name, got \"\"");
    EXPECT_EQ(build_error("model_checkpoint", {{"every", 0}}, validated_run()), "/every: expected integer >= 1, got 0");
}

}  // namespace
}  // namespace graft

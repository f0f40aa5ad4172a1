#include <gtest/gtest.h>

#include "core/files.hpp"
#include "train/event_file.hpp"
#include "train/fake_control.hpp"

namespace graft {
namespace {

/// The only file of a folder.
std::string only_file(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
    EXPECT_EQ(files.size(), 1);
    return read_file(files.at(0));
}

/// The summary inside a scalars event, which does not depend on the time.
std::string summary_of(const Scalars& scalars) {
    constexpr std::size_t kWallTime = 9;
    return scalars_event(scalars, 0, 0).substr(kWallTime);
}

TEST(Tensorboard, WritesARunForTrainingAndOneForValidation) {
    const auto folder = testing::fresh_folder();
    FakeControl control;
    const auto callback = build_callback("tensorboard", Json::object(), validated_run(folder));
    callback->on_epoch_end(epoch_record(0, {{"loss", 1}, {"accuracy", 0.25}, {"val_loss", 2}, {"val_accuracy", 0.125}}),
                           control);
    const std::string train = summary_of({{"epoch_loss", 1}, {"epoch_accuracy", 0.25}, {"epoch_learning_rate", 0.5}});
    EXPECT_NE(only_file(folder / "tensorboard/train").find(train), std::string::npos);
    const std::string validation = summary_of({{"epoch_loss", 2}, {"epoch_accuracy", 0.125}});
    EXPECT_NE(only_file(folder / "tensorboard/validation").find(validation), std::string::npos);
}

TEST(Tensorboard, WritesNoValidationRunWithoutValidationData) {
    const auto folder = testing::fresh_folder();
    FakeControl control;
    const auto callback =
        build_callback("tensorboard", {{"log_dir", "logs"}}, {folder, {{"loss", Direction::min}}, "/callbacks/0"});
    callback->on_epoch_end(epoch_record(0, {{"loss", 1}}), control);
    EXPECT_TRUE(std::filesystem::exists(folder / "logs/train"));
    EXPECT_FALSE(std::filesystem::exists(folder / "logs/validation"));
}

TEST(Tensorboard, RefusesAnEmptyFolderName) {
    EXPECT_EQ(build_error("tensorboard", {{"log_dir", ""}}, validated_run()),
              "/callbacks/0/log_dir: expected a folder, got \"\"");
}

}  // namespace
}  // namespace graft

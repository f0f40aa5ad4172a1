// Runs that learn from a teacher.
#include <gmock/gmock.h>

#include <algorithm>

#include "config/json.hpp"
#include "core/files.hpp"
#include "data/image_folder.hpp"
#include "error_message.hpp"
#include "recording_reporter.hpp"
#include "run/small_training.hpp"
#include "run/teacher.hpp"

namespace graft {
namespace {

using testing::error_message;

class RunWithATeacher : public SmallTraining {
protected:
    RunWithATeacher() { teacher_ = train(config("teacher"), options_).model; }
    [[nodiscard]] RunConfig taught(const std::string& run) const {
        RunConfig student = config(run);
        return student.set("/training/distillation/teacher", teacher_.string());
    }
    [[nodiscard]] std::string error_of(const RunConfig& config) {
        return error_message<ConfigError>([&] { (void)train(config, options_); });
    }
    std::filesystem::path teacher_;
};

TEST_F(RunWithATeacher, LearnsFromItsOpinionOfEveryImage) {
    const TrainRecord labels_alone = train(config("plain"), options_);
    RunConfig none = taught("none"), all = taught("all");
    const TrainRecord without = train(none.set("/training/distillation/weight", 0.0), options_);
    EXPECT_EQ(without.history[1].metrics, labels_alone.history[1].metrics);
    const TrainRecord from_it = train(all.set("/training/distillation/weight", 1.0), options_);
    EXPECT_NE(from_it.history[0].metrics, labels_alone.history[0].metrics);
    // The teacher began with the same values and is two epochs ahead: what is left of the divergence is little.
    EXPECT_LT(*from_it.history[1].metric("loss"), *labels_alone.history[1].metric("loss"));
}

TEST_F(RunWithATeacher, GoesOnFromACheckpointWithTheSameTeacherAlone) {
    const auto phases = [&](const std::string& run) {
        return taught(run).set("/backbone/freeze", "all").set_json("/training/phases", R"([
            {"train": "head", "epochs": 1}, {"train": "layer1", "epochs": 2}])");
    };
    const TrainRecord straight = train(phases("straight"), options_);
    std::stop_source stop;
    TrainOptions paused = options_, rest = options_;
    paused.callbacks = {std::make_shared<Stopper>(1, stop)};
    paused.stop = stop.get_token();
    (void)train(phases("paused"), paused);
    rest.callbacks = {std::make_shared<Stopper>(-1, stop)};
    rest.existing = ExistingRun::resume;
    const TrainRecord resumed = train(phases("paused"), rest);
    ASSERT_EQ(resumed.history.size(), straight.history.size());
    EXPECT_EQ(resumed.history[2].metrics, straight.history[2].metrics);
    RunConfig other = config("other");
    std::filesystem::copy_file(train(other.set("/seed", std::int64_t{9}), options_).model, teacher_,
                               std::filesystem::copy_options::overwrite_existing);
    EXPECT_THAT(error_message<ConfigError>([&] { (void)train(phases("paused"), rest); }),
                ::testing::HasSubstr("/training/distillation/teacher_sha256: \""));
}

TEST_F(RunWithATeacher, BindsItsClassesByName) {
    RunOptions options = default_run_config(Tables());
    options.training.distillation.teacher = teacher_.string();
    const ImageFolder images = scan_image_folder(folder_ / "data" / "train");
    Dataset dataset{.classes = images.classes, .train = images.samples};
    const auto said_of = [&] {
        const auto task = builtin_tasks().find("classification")->make().build({.classes = dataset.classes});
        testing::RecordingReporter reporter;
        return ask_teacher(load_teacher(options, *task), dataset, options, {}, reporter)->teacher;
    };
    const at::Tensor as_taught = said_of();
    std::ranges::reverse(dataset.classes);
    EXPECT_TRUE(said_of().equal(as_taught.flip({1})));
    const std::vector<float> values = Predictor(teacher_).predict_file(dataset.train[3].file);
    for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_NEAR(as_taught[3][static_cast<std::int64_t>(i)].exp().item<float>(), values[i], 1e-6);
}

TEST_F(RunWithATeacher, RefusesOneThatKnowsOtherClasses) {
    const std::filesystem::path part = folder_ / "part" / "train";
    std::filesystem::create_directories(part.parent_path());
    std::filesystem::copy(folder_ / "data" / "train", part, std::filesystem::copy_options::recursive);
    const std::string left_out = scan_image_folder(part).classes.front();
    std::filesystem::rename(part / left_out, part / "zebra");
    RunConfig other = taught("run");
    other.set("/data/train", part.string()).erase("/data/test");
    EXPECT_EQ(error_of(other), "/training/distillation/teacher: " + teacher_.string() +
                                   " has other classes than this run: it does not know zebra; this run does not know " +
                                   left_out);
}

TEST_F(RunWithATeacher, SaysWhatDoesNotGoWithOne) {
    RunConfig mixed = taught("mixed"), fitted = taught("fitted"), absent = taught("absent");
    mixed.set("/backbone/freeze", "all")
        .set_json("/training/phases", R"([{"train": "all", "epochs": 1, "mixing": "mixup"}])");
    EXPECT_EQ(error_of(mixed),
              "/training/phases/0/mixing: expected null with /training/distillation: the teacher has not seen mixed "
              "images");
    fitted.set("/backbone/freeze", "all").set("/head/kind", "linear_probe");
    EXPECT_THAT(error_of(fitted),
                ::testing::StartsWith("/training/distillation/teacher: expected null with \"kind\": "));
    absent.set("/training/distillation/teacher", (folder_ / "none.pt").string());
    EXPECT_THROW((void)train(absent, options_), DataError);
}

}  // namespace
}  // namespace graft

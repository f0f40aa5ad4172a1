// Whole runs of heads that are fitted, of phases with callbacks, and of lists that say more than classes.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <opencv2/core.hpp>

#include "config/json.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "data/image_folder.hpp"
#include "error_message.hpp"
#include "recording_reporter.hpp"
#include "run/small_training.hpp"

namespace graft {
namespace {

using testing::error_message;
using FittedHeadRun = SmallTraining;
using RunInPhases = SmallTraining;

TEST_F(FittedHeadRun, FitsAHeadOnceWhateverTheEpochs) {
    for (const char* kind : {"nearest_mean", "linear_probe"}) {
        RunConfig fitted = config(kind);
        fitted.set("/backbone/freeze", "all").set("/head/kind", kind);
        const TrainRecord record = train(fitted, options_);
        ASSERT_EQ(record.history.size(), 1U) << kind;
        EXPECT_EQ(record.end, TrainingEnd::completed);
        ASSERT_TRUE(record.test.has_value());
        const Predictor predictor(record.model);
        const std::vector<float> values =
            predictor.predict_pixels(cv::Mat(32, 32, CV_8UC3, cv::Scalar::all(90)), ColourOrder::rgb);
        EXPECT_NEAR(std::accumulate(values.begin(), values.end(), 0.0F), 1, 1e-5);
        TrainOptions again = options_;
        again.existing = ExistingRun::resume;
        EXPECT_EQ(train(fitted, again).history[0].metrics, record.history[0].metrics) << kind;
    }
}

TEST_F(FittedHeadRun, FitsAHeadToAllViewsThatAreKept) {
    RunConfig fitted = config("run");
    fitted.set("/backbone/freeze", "all")
        .set("/head/kind", "linear_probe")
        .set("/augmentation/horizontal_flip", true)
        .set("/features/views", std::int64_t{3});
    testing::RecordingReporter reporter;
    options_.reporter = &reporter;
    const TrainRecord record = train(fitted, options_);
    EXPECT_EQ(record.history.size(), 1U);
    const std::int64_t images = Json::parse(record.json).at("data").at("train").get<std::int64_t>();
    EXPECT_NE(joined(reporter.notes).find(format_text("fitted at once to {} features", 3 * images)), std::string::npos)
        << joined(reporter.notes);
}

TEST_F(FittedHeadRun, RefusesToFitAHeadToFeaturesThatChange) {
    RunConfig wrong = config("run");
    wrong.set("/head/kind", "nearest_mean");
    EXPECT_EQ(
        error_message<ConfigError>([&] { (void)train(wrong, options_); }),
        "/backbone/freeze: expected all with \"kind\": \"nearest_mean\" in /head: it is fitted once, to features of "
        "a network that stays frozen");
    wrong.set("/backbone/freeze", "all").set_json("/training/phases", R"([{"train": "head"}])");
    EXPECT_EQ(
        error_message<ConfigError>([&] { (void)train(wrong, options_); }),
        "/training/phases: expected none with \"kind\": \"nearest_mean\" in /head: it is fitted once, to features "
        "of a network that stays frozen");
}

TEST_F(FittedHeadRun, IsFittedToEveryImageOnce) {
    RunConfig wrong = config("run");
    wrong.set("/backbone/freeze", "all").set("/head/kind", "linear_probe").set("/training/sampling", "balanced");
    EXPECT_EQ(error_message<ConfigError>([&] { (void)train(wrong, options_); }),
              "/training/sampling: expected shuffle with \"kind\": \"linear_probe\" in /head: it is fitted once, to "
              "features of a network that stays frozen");
}

TEST_F(RunInPhases, CallsTheCallbacksOfAPhaseInItAlone) {
    RunConfig two = config("run");
    two.set("/backbone/freeze", "all").set_json("/training/phases", R"([
        {"train": "head", "epochs": 9, "callbacks": [
            {"name": "early_stopping", "patience": 1, "min_delta": 100}, {"name": "csv_logger", "file": "head.csv"}]},
        {"train": "layer1", "epochs": 2, "callbacks": [{"name": "csv_logger", "file": "layer1.csv"}]}])");
    const TrainRecord record = train(two, options_);
    EXPECT_EQ(record.end, TrainingEnd::completed);
    ASSERT_EQ(record.history.size(), 4U);
    EXPECT_EQ(record.history[1].phase, 0);
    EXPECT_EQ(record.history[2].phase, 1);
    const auto rows = [&](const std::string& file) {
        return std::ranges::count(read_file(folder_ / "run" / file), '\n');
    };
    EXPECT_EQ(rows("head.csv"), 3);  // the header and two epochs
    EXPECT_EQ(rows("layer1.csv"), 3);
    TrainOptions again = options_;
    again.existing = ExistingRun::resume;
    EXPECT_EQ(train(two, again).history.size(), 4U);
}

/// A training on a list of the sample images.
class TrainOnAList : public SmallTraining {
protected:
    /// @param header of what follows the path
    /// @param row that of an image, by its number
    [[nodiscard]] RunConfig listed(const std::string& run, const std::string& header,
                                   const std::function<std::string(std::size_t)>& row) {
        std::string text = "image_path," + header + "\n";
        const std::vector<Sample> images = list_images(folder_ / "data" / "train");
        for (std::size_t i = 0; i < images.size(); ++i) text += images[i].file + "," + row(i) + "\n";
        const std::string list = (folder_ / (run + ".csv")).string();
        write_file(list, text);
        RunConfig config = this->config(run);
        config.set("/data/train", list).erase("/data/test");
        return config;
    }
};

TEST_F(TrainOnAList, WeightsOfOneChangeNothing) {
    const auto label = [](std::size_t i) { return std::string(i % 2 == 0 ? "even" : "odd"); };
    const TrainRecord plain = train(listed("plain", "label", label), options_);
    RunConfig weighted =
        listed("weighted", "label,weight", [&](std::size_t i) { return label(i) + (i % 3 == 0 ? "," : ",1.0"); });
    weighted.set("/data/list/weight_column", "weight");
    const TrainRecord ones = train(weighted, options_);
    ASSERT_EQ(plain.history.size(), ones.history.size());
    for (std::size_t i = 0; i < plain.history.size(); ++i) EXPECT_EQ(plain.history[i].metrics, ones.history[i].metrics);
    RunConfig heavy =
        listed("heavy", "label,weight", [&](std::size_t i) { return label(i) + (i % 4 == 0 ? ",9" : ",1"); });
    heavy.set("/data/list/weight_column", "weight");
    EXPECT_NE(train(heavy, options_).history[0].metrics, plain.history[0].metrics);
}

TEST_F(TrainOnAList, SamplesClassesThatAreRareAsOftenAsOthers) {
    const auto rare = [](std::size_t i) { return std::string(i % 4 == 0 ? "rare" : "usual"); };
    RunConfig even = listed("even", "label,weight", [](std::size_t i) {
        return std::string(i % 2 == 0 ? "rare" : "usual") + (i % 3 == 0 ? ",2" : ",1");
    });
    RunConfig plain = listed("plain", "label", rare), balanced = listed("balanced", "label", rare),
              not_at_all = listed("not_at_all", "label", rare);
    even.set("/data/list/weight_column", "weight").set("/training/sampling", "balanced");  // together with weights
    balanced.set("/training/sampling", "balanced");
    not_at_all.set("/training/sampling", "balanced").set("/training/sampling_exponent", 0.0);
    const TrainRecord record = train(balanced, options_);
    EXPECT_EQ(record.history.size(), 2U);
    EXPECT_NE(record.history[0].metrics, train(plain, options_).history[0].metrics);
    EXPECT_EQ(train(even, options_).history.size(), 2U);
    EXPECT_EQ(train(not_at_all, options_).history.size(), 2U);
}

TEST_F(TrainOnAList, OnlyImagesOfOneClassAreSampledByIt) {
    RunConfig wrong = listed("run", "red,blue", [](std::size_t i) { return std::string(i % 2 == 0 ? "1,0" : "0,1"); });
    wrong.set("/task/name", "multi_label")
        .set_json("/data/list/label_columns", R"(["red", "blue"])")
        .set("/training/sampling", "balanced");
    EXPECT_EQ(error_message<ConfigError>([&] { (void)train(wrong, options_); }),
              "/training/sampling: \"balanced\" is for classification, whose images have one class each, not for "
              "multi_label");
}

TEST_F(TrainOnAList, ANearestMeanIsForImagesOfOneClass) {
    RunConfig wrong = listed("run", "red,blue", [](std::size_t i) { return std::string(i % 2 == 0 ? "1,0" : "0,1"); });
    wrong.set("/task/name", "multi_label")
        .set_json("/data/list/label_columns", R"(["red", "blue"])")
        .set("/backbone/freeze", "all")
        .set("/head/kind", "nearest_mean");
    EXPECT_EQ(
        error_message<ConfigError>([&] { (void)train(wrong, options_); }),
        "/head/kind: \"nearest_mean\" is for classification, whose images have one class each; \"linear_probe\" is "
        "for multi_label too");
    wrong.set("/head/kind", "linear_probe");
    EXPECT_EQ(train(wrong, options_).history.size(), 1U);
}

TEST_F(TrainOnAList, NeverFindsAClassThatNoTrainingImageHas) {
    const auto values_of = [](const std::string& model) {
        return Predictor(model).predict_pixels(cv::Mat(32, 32, CV_8UC3, cv::Scalar::all(90)), ColourOrder::rgb);
    };
    for (const char* kind : {"dense", "linear_probe"}) {
        RunConfig several = listed(kind, "red,blue,unknown,absent",
                                   [](std::size_t i) { return std::string(i % 2 == 0 ? "1,0,,0" : "0,1,,0"); });
        several.set("/task/name", "multi_label")
            .set_json("/data/list/label_columns", R"(["red", "blue", "unknown", "absent"])")
            .set("/backbone/freeze", "all")
            .set("/head/kind", kind);
        testing::RecordingReporter reporter;
        options_.reporter = &reporter;
        const TrainRecord record = train(several, options_);
        EXPECT_NE(
            joined(reporter.warnings).find("no image of the classes unknown, absent trains: they are never found"),
            std::string::npos)
            << joined(reporter.warnings);
        const std::vector<float> values = values_of(record.model.string());
        ASSERT_EQ(values.size(), 4U);
        for (const std::size_t never : {2U, 3U}) EXPECT_NEAR(values[never], 2.06115e-9, 1e-13) << kind;
        for (const std::size_t learnt : {0U, 1U}) EXPECT_GT(values[learnt], 1e-4) << kind;
    }
}

TEST_F(TrainOnAList, ChoosesNoThresholdThatFindsAClassOfWhichNoImageTrains) {
    RunConfig several = listed("run", "red,blue,late,split", [](std::size_t i) {
        return std::string(i % 2 == 0 ? "1,0," : "0,1,") + (i % 3 == 0 ? "1,val" : "0,train");
    });
    several.set_json("/task", R"({"name": "multi_label", "threshold": "best_f1"})")
        .set_json("/data/list", R"({"label_columns": ["red", "blue", "late"], "split_column": "split"})")
        .set_json("/data/classes", R"(["red", "blue", "late"])")
        .erase("/data/validation_split");
    const Predictor predictor(train(several, options_).model);
    EXPECT_EQ(predictor.thresholds()[2], 0.5F);
}

TEST_F(TrainOnAList, AResumedRunChoosesTheThresholdsOfOneWithoutAPause) {
    const auto make = [&](const std::string& run) {
        RunConfig several = listed(run, "red,blue", [](std::size_t i) {
            return std::string(i % 2 == 0 ? "1," : "0,") + (i % 3 == 0 ? "1" : "0");
        });
        several.set_json("/task", R"({"name": "multi_label", "threshold": "best_f1"})")
            .set_json("/data/list/label_columns", R"(["red", "blue"])")
            .set("/data/validation_split", 0.5)
            .set("/training/epochs", 3);
        return several;
    };
    const auto thresholds_of = [](const TrainRecord& record) { return Predictor(record.model).thresholds(); };
    const std::vector<float> straight = thresholds_of(train(make("straight"), options_));
    EXPECT_NE(straight, (std::vector<float>{0.5F, 0.5F}));
    std::stop_source stop;
    TrainOptions paused = options_;
    paused.callbacks = {std::make_shared<Stopper>(0, stop)};
    paused.stop = stop.get_token();
    EXPECT_EQ(train(make("paused"), paused).end, TrainingEnd::interrupted);
    TrainOptions rest = options_;
    rest.callbacks = {std::make_shared<Stopper>(-1, stop)};
    rest.existing = ExistingRun::resume;
    EXPECT_EQ(thresholds_of(train(make("paused"), rest)), straight);
}

}  // namespace
}  // namespace graft

// Searches over drawn pictures and a small backbone with random values.
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>

#include "core/files.hpp"
#include "core/text.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "network/layer_module.hpp"
#include "recording_reporter.hpp"
#include "run/phase_features.hpp"
#include "run/small_run.hpp"
#include "run/train_run.hpp"
#include "samples/sample_art.hpp"
#include "search/crossval.hpp"
#include "search/head_trial.hpp"
#include "search/lr_find.hpp"
#include "search/tune.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::error_message;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using testing::RecordingReporter;
using ::testing::SizeIs;
using testing::TemporaryFolder;

class SearchTest : public ::testing::Test {
protected:
    SearchTest() {
        tables_.architectures.add(architecture_row(testing::small_backbone()));
        write_samples(folder_ / "data", {.train_per_class = 6, .test_per_class = 2, .image_size = 32});
    }

    [[nodiscard]] Json document() const {
        return {{"name", "searched"},
                {"data",
                 {{"train", (folder_ / "data" / "train").string()},
                  {"test", (folder_ / "data" / "test").string()},
                  {"validation_split", 0.25},
                  {"image_size", 32},
                  {"batch_size", 8},
                  {"workers", 2}}},
                {"backbone", {{"name", "small"}, {"weights", "random"}}},
                {"head", {{"hidden", {8}}, {"dropout", 0.25}}},
                {"training", {{"epochs", 4}, {"optimizer", {{"name", "adam"}, {"learning_rate", 0.01}}}}},
                {"features", {{"keep", "run"}}},
                {"output", (folder_ / "run").string()}};
    }
    [[nodiscard]] RunOptions options(const Json& document) const { return read_run_config(document, tables_); }
    [[nodiscard]] TuneConfig tune_config(const Json& section, Json whole) const {
        whole["tune"] = section;
        const fs::path file = folder_ / "config.json";
        std::ofstream(file) << whole;
        return read_tune_config(file, {}, tables_);
    }
    [[nodiscard]] TuneRecord searched(const TuneConfig& config, ExistingRun existing = ExistingRun::refuse,
                                      WinnersRun run = WinnersRun::no) {
        return tune(config, tables_, existing, run, control_);
    }

    TemporaryFolder folder_;
    Tables tables_;
    SilentReporter silent_;
    SearchControl control_{.missing = MissingWeights::refuse, .stop = {}, .reporter = silent_};
};

std::vector<std::pair<std::string, double>> kept_metrics(const TrainingResult& result) {
    return result.history.at(result.kept).metrics;
}

TEST_F(SearchTest, AHeadTrialIsWhatGraftTrainDoesNumberForNumber) {
    for (const bool augmented : {false, true}) {
        SCOPED_TRACE(augmented);
        Json config = document();
        if (augmented) config["augmentation"] = {{"horizontal_flip", true}, {"rotation_range", 20}};
        config["output"] = (folder_ / (augmented ? "views" : "plain")).string();
        const RunOptions run = options(config);
        const Dataset dataset = read_dataset(run.data);
        const auto shared = share_features(run, tables_, std::span(&dataset, 1), control_);
        HeadTrial trial(run, tables_, *shared, 0, {});
        trial.train_until(2);
        trial.train_until(4);  // a pause changes nothing
        const TrainingResult result = trial.finish();
        const RunRecord trained = run_training(run, tables_, {.reporter = silent_});
        ASSERT_EQ(result.history.size(), trained.history.size());
        for (std::size_t i = 0; i < result.history.size(); ++i)
            EXPECT_EQ(result.history[i].metrics, trained.history[i].metrics) << i;
        EXPECT_EQ(kept_metrics(result), trained.kept_epoch().metrics);
    }
}

/// A list of the drawn images with labels one by one, of which one is in no image that trains, and one in none at all.
Json several_labels(Json config, const TemporaryFolder& folder) {
    std::string rows = "image_path,fish,leaf,late,absent,split\n";
    std::size_t i = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder / "data" / "train")) {
        if (!entry.is_regular_file()) continue;
        const std::string kind = entry.path().parent_path().filename().string();
        const bool validates = i++ % 3 == 0;
        rows += format_text("{},{},{},{},0,{}\n", entry.path().string(), kind == "fish" ? 1 : 0, kind == "leaf" ? 1 : 0,
                            validates ? 1 : 0, validates ? "val" : "train");
    }
    folder.write("labels.csv", rows);
    config["data"]["train"] = (folder / "labels.csv").string();
    config["data"].erase("test");
    config["data"].erase("validation_split");
    config["data"]["classes"] = {"fish", "leaf", "late", "absent"};
    config["data"]["list"] = {{"label_columns", {"fish", "leaf", "late", "absent"}}, {"split_column", "split"}};
    config["task"] = "multi_label";
    return config;
}

TEST_F(SearchTest, AHeadTrialNeverFindsWhatNoImageTrainsAsGraftTrainDoesNot) {
    for (const char* kind : {"dense", "linear_probe"}) {
        SCOPED_TRACE(kind);
        Json config = several_labels(document(), folder_);
        if (config["head"]["kind"] = kind; kind != std::string("dense")) config["head"] = {{"kind", kind}};
        config["output"] = (folder_ / kind).string();
        const RunOptions run = options(config);
        const Dataset dataset = read_dataset(run, tables_);
        const auto shared = share_features(run, tables_, std::span(&dataset, 1), control_);
        HeadTrial trial(run, tables_, *shared, 0, {});
        trial.train_until(epochs_of(run));
        const TrainingResult result = trial.finish();
        const RunRecord trained = run_training(run, tables_, {.reporter = silent_});
        ASSERT_EQ(result.history.size(), trained.history.size());
        for (std::size_t i = 0; i < result.history.size(); ++i)
            EXPECT_EQ(result.history[i].metrics, trained.history[i].metrics) << i;
    }
}

TEST_F(SearchTest, CrossValidatesOnFoldsThatTogetherAreAllImages) {
    const RunOptions run = options(document());
    const CrossvalRecord record = cross_validate(run, tables_, {.folds = 3, .repeats = 2}, control_);
    ASSERT_THAT(record.runs, SizeIs(6));
    EXPECT_TRUE(record.shared_features);
    std::int64_t validated = 0;
    for (const FoldRecord& fold : record.runs)
        if (fold.repeat == 0) validated += fold.validation;
    EXPECT_EQ(validated, record.runs[0].train + record.runs[0].validation);
    // Each fold is a run that `graft train` makes too.
    RunOptions fold = options_of_fold(run, record.options, 0, 2);
    fold.output = (folder_ / "fold").string();
    const RunRecord trained = run_training(fold, tables_, {.reporter = silent_});
    EXPECT_EQ(trained.kept_epoch().metrics, record.runs[2].kept.metrics);
    EXPECT_THAT(text_of(record), HasSubstr("val_accuracy"));
    EXPECT_EQ(to_json(record).at("runs").size(), 6U);
    EXPECT_TRUE(to_json(record).at("metrics").contains("val_loss"));
}

TEST_F(SearchTest, AHeadThatIsFittedReadsEveryViewInItsOneEpoch) {
    for (const char* kind : {"linear_probe", "nearest_mean"}) {
        SCOPED_TRACE(kind);
        Json config = document();
        config["head"] = {{"kind", kind}};
        config["augmentation"] = {{"horizontal_flip", true}, {"rotation_range", 20}};
        config["features"]["views"] = 6;  // more than are made of one decoding
        config["output"] = (folder_ / kind).string();
        const RunOptions run = options(config);
        EXPECT_EQ(views_read(run), 6);
        const CrossvalRecord record = cross_validate(run, tables_, {.folds = 2}, control_);
        ASSERT_THAT(record.runs, SizeIs(2));
        for (std::int64_t fold = 0; fold < 2; ++fold) {
            RunOptions alone = options_of_fold(run, record.options, 0, fold);
            const RunRecord trained = run_training(alone, tables_, {.reporter = silent_});
            EXPECT_EQ(trained.kept_epoch().metrics, record.runs[static_cast<std::size_t>(fold)].kept.metrics);
        }
    }
}

TEST_F(SearchTest, NoEpochReadsMoreViewsThanThereAreEpochs) {
    Json config = document();
    config["augmentation"] = {{"horizontal_flip", true}};
    config["features"]["views"] = 6;
    EXPECT_EQ(views_read(options(config)), 4);  // epochs
    config["features"]["views"] = nullptr;
    EXPECT_EQ(views_read(options(config)), 4);
    config["features"]["views"] = 3;
    EXPECT_EQ(views_read(options(config)), 3);
}

TEST_F(SearchTest, CrossValidatesDeeperTrainingsAsRuns) {
    Json config = document();
    config["backbone"]["freeze"] = "stem";
    config["training"]["epochs"] = 1;
    const CrossvalRecord record = cross_validate(options(config), tables_, {.folds = 2}, control_);
    EXPECT_FALSE(record.shared_features);
    ASSERT_THAT(record.runs, SizeIs(2));
    EXPECT_TRUE(fs::exists(folder_ / "run" / "repeat-0" / "fold-1" / "model.pt"));
}

const char* const kSpace = R"({
    "/head/hidden": {"choice": [[], [4], [16]]},
    "/training/optimizer/learning_rate": {"loguniform": [0.0001, 0.1]},
    "/head/dropout": {"uniform": [0, 0.5]}})";

Json searched_section(std::int64_t trials) {
    return {{"space", Json::parse(kSpace)}, {"trials", trials}, {"reduction", 2}};
}

TEST_F(SearchTest, TunesHeadsAndStoresTrialsAsTheyEnd) {
    const TuneConfig config = tune_config(searched_section(20), document());
    const TuneRecord record = searched(config, ExistingRun::refuse, WinnersRun::yes);
    ASSERT_THAT(record.trials, SizeIs(21));
    EXPECT_EQ(record.monitor.name, "val_accuracy");
    std::size_t completed = 0;
    for (const TrialRecord& trial : record.trials) completed += trial.end == TrialEnd::completed ? 1 : 0;
    EXPECT_THAT(completed, AllOf(Ge(2U), Le(15U)));
    EXPECT_EQ(record.trials[0].end, TrialEnd::completed);  // the config as it is
    ASSERT_TRUE(record.run.has_value());
    EXPECT_TRUE(record.run->test.has_value());
    EXPECT_TRUE(fs::exists(folder_ / "run" / "best" / "model.pt"));
    // The winner's run is the winner's trial.
    const TrialRecord& winner = record.trials.at(record.winner);
    for (const auto& [name, value] : winner.metrics) EXPECT_EQ(record.run->kept_epoch().metric(name), value) << name;
    EXPECT_THAT(text_of(record), HasSubstr("as written"));
    EXPECT_THAT(read_file(folder_ / "run" / "trials.csv"),
                ::testing::StartsWith("trial,end,epochs,seconds,value,/head/hidden,"));
}

TEST_F(SearchTest, GoesOnWithASearchAsIfItHadNotEnded) {
    const TuneConfig config = tune_config(searched_section(20), document());
    const TuneRecord whole = searched(config);
    // What a kill leaves: some lines, the last one torn.
    const fs::path file = folder_ / "run" / "trials.jsonl";
    const std::string text = read_file(file);
    std::size_t cut = 0;
    for (int lines = 0; lines < 9; ++lines) cut = text.find('\n', cut) + 1;
    write_file(file, text.substr(0, cut + 20));
    const TuneRecord again = searched(config, ExistingRun::resume);
    ASSERT_EQ(again.trials.size(), whole.trials.size());
    for (std::size_t i = 0; i < whole.trials.size(); ++i) {
        EXPECT_EQ(again.trials[i].point, whole.trials[i].point) << i;
        EXPECT_EQ(again.trials[i].value, whole.trials[i].value) << i;
    }
    EXPECT_EQ(again.winner, whole.winner);
}

TEST_F(SearchTest, TheBestSoFarIsOfTheTrialsBeforeAnInterruptionToo) {
    Json section = {
        {"space", {{"/training/optimizer/learning_rate", {{"choice", {1e30}}}}}}, {"trials", 1}, {"method", "random"}};
    Json config = document();
    config["training"]["optimizer"] = {{"name", "sgd"}, {"learning_rate", 0.01}};
    const TuneConfig tuned = tune_config(section, config);
    const TuneRecord whole = searched(tuned);
    const fs::path file = folder_ / "run" / "trials.jsonl";
    write_file(file, json_line(to_json(whole.trials[0])) + "\n");  // the trial that fails is still to come
    RecordingReporter reporter;
    (void)tune(tuned, tables_, ExistingRun::resume, WinnersRun::no,
               {.missing = MissingWeights::refuse, .stop = {}, .reporter = reporter});
    EXPECT_THAT(reporter.notes,
                ::testing::Contains(AllOf(::testing::StartsWith("trial 2 of 2: failed"),
                                          ::testing::EndsWith("; best " + four_decimals(whole.trials[0].value)))));
}

TEST_F(SearchTest, RefusesAFolderWithAnotherSearch) {
    (void)searched(tune_config(searched_section(1), document()));
    EXPECT_THAT(error_message<ConfigError>([&] { (void)searched(tune_config(searched_section(1), document())); }),
                HasSubstr("already holds a search; go on with it (--resume)"));
    Json other = searched_section(1);
    other["seed"] = 5;
    EXPECT_THAT(
        error_message<ConfigError>([&] { (void)searched(tune_config(other, document()), ExistingRun::resume); }),
        HasSubstr("is of another search"));
}

TEST_F(SearchTest, ComparesTrialsByTheirMeanOverFolds) {
    Json section = searched_section(2);
    section["folds"] = 3;
    section["monitor"] = "val_loss";
    const TuneRecord record = searched(tune_config(section, document()));
    const CrossvalRecord by_hand = cross_validate(options(document()), tables_, {.folds = 3}, control_);
    double sum = 0;
    for (const FoldRecord& fold : by_hand.runs) sum += *fold.kept.metric("val_loss");
    EXPECT_NEAR(record.trials[0].value, sum / 3, 1e-12);
}

TEST_F(SearchTest, TunesWholeRunsOneAfterTheOther) {
    Json config = document();
    config["backbone"]["freeze"] = "stem";
    config["training"]["epochs"] = 2;
    Json section = searched_section(3);
    const TuneRecord record = searched(tune_config(section, config));
    ASSERT_THAT(record.trials, SizeIs(4));
    EXPECT_FALSE(fs::exists(folder_ / "run" / "trials" / "1" / "model.pt"));
}

TEST_F(SearchTest, ATrialThatFailsIsStoredAsOne) {
    Json section = {
        {"space", {{"/training/optimizer/learning_rate", {{"choice", {1e30}}}}}}, {"trials", 1}, {"method", "random"}};
    Json config = document();
    config["training"]["optimizer"] = {{"name", "sgd"}, {"learning_rate", 0.01}};
    const TuneRecord record = searched(tune_config(section, config));
    EXPECT_EQ(record.trials[1].end, TrialEnd::failed);
    EXPECT_FALSE(record.trials[1].error.empty());
    EXPECT_EQ(record.winner, 0U);
}

TEST_F(SearchTest, ComparesByAMetricThatTheRunProduces) {
    Json section = searched_section(1);
    section["monitor"] = "val_acuracy";
    EXPECT_THAT(error_message<ConfigError>([&] { (void)searched(tune_config(section, document())); }),
                AllOf(HasSubstr("/tune/monitor: expected a metric that this run produces ("),
                      HasSubstr("got \"val_acuracy\" (did you mean \"val_accuracy\"?)")));
}

TEST_F(SearchTest, SaysWhatIsWrongWithASectionBeforeAnythingIsDone) {
    const auto problem = [&](const Json& section) {
        return error_message<ConfigError>([&] { (void)tune_config(section, document()); });
    };
    EXPECT_THAT(problem({{"trials", 0}}), HasSubstr("/tune/trials: expected"));
    EXPECT_THAT(problem({{"trails", 5}}), AllOf(HasSubstr("/tune/trails"), HasSubstr("trials")));
    EXPECT_THAT(problem({{"space", {{"/head/dropout", {{"uniform", {0, 3}}}}}}}),
                HasSubstr("with a value of /tune/space: /head/dropout: expected"));
    EXPECT_THAT(problem({{"space", {{"/head/droput", {{"uniform", {0, 1}}}}}}}), HasSubstr("/head/droput"));
}

TEST_F(SearchTest, HasAUsualSpaceForAHead) {
    Json config = document();
    config["augmentation"] = {{"horizontal_flip", true}};
    const TuneConfig tuned = tune_config({{"trials", 2}}, config);
    EXPECT_TRUE(tuned.usual_space);
    std::vector<std::string> pointers;
    for (const Dimension& dimension : tuned.space) pointers.push_back(dimension.pointer);
    EXPECT_THAT(pointers, ::testing::IsSupersetOf({"/head/hidden", "/training/loss", "/augmentation"}));
    EXPECT_THAT(searched(tuned).trials, SizeIs(3));
    config["backbone"]["freeze"] = "stem";
    EXPECT_THAT(error_message<ConfigError>([&] {
                    (void)tune_config({{"trials", 2}}, config);
                }),
                HasSubstr("/tune/space: is missing"));
}

TEST_F(SearchTest, HasAUsualSpaceForAHeadThatIsFitted) {
    Json config = document();
    config["head"] = {{"kind", "linear_probe"}};
    const TuneConfig probe = tune_config({{"trials", 2}}, config);
    ASSERT_THAT(probe.space, SizeIs(1));
    EXPECT_EQ(probe.space[0].pointer, "/head/c");
    EXPECT_THAT(searched(probe).trials, SizeIs(3));
    config["head"] = {{"kind", "nearest_mean"}};
    EXPECT_EQ(tune_config({{"trials", 2}}, config).space.at(0).pointer, "/head/scale");
}

TEST_F(SearchTest, AConfigWithASpaceIsOneForTrainToo) {
    Json config = document();
    config["tune"] = searched_section(5);
    EXPECT_EQ(options(config).name, "searched");
}

TEST_F(SearchTest, FindsALearningRateBetweenTheEnds) {
    const LrFindRecord record = find_learning_rate(options(document()), tables_, {.end = 100}, control_);
    ASSERT_TRUE(record.valley.has_value());
    EXPECT_GT(*record.valley, 1e-6);
    EXPECT_LT(*record.valley, 10);
    EXPECT_DOUBLE_EQ(record.curve.front().learning_rate, 1e-7);
    EXPECT_NEAR(record.curve[50].learning_rate, std::sqrt(1e-7 * 100), 1e-8);
    EXPECT_THAT(csv_of(record), ::testing::StartsWith("learning_rate,loss,smoothed\n1e-07,"));
    EXPECT_THAT(svg_of(record), AllOf(::testing::StartsWith("<svg"), HasSubstr("valley")));
    EXPECT_THAT(text_of(record), HasSubstr("(valley)"));
    EXPECT_FALSE(fs::exists(folder_ / "run" / "model.pt"));
}

TEST_F(SearchTest, SaysWhatIsOddAboutTheDataOfALearningRate) {
    Json config = document();
    const std::string train = config["data"]["train"];
    for (const auto& entry : std::filesystem::recursive_directory_iterator(train))
        if (entry.is_regular_file()) {
            std::filesystem::copy_file(entry.path(), std::filesystem::path(train) / "loose.png");
            break;
        }
    RecordingReporter reporter;
    (void)find_learning_rate(options(config), tables_, {.steps = 20},
                             {.missing = MissingWeights::refuse, .stop = {}, .reporter = reporter});
    EXPECT_THAT(reporter.warnings, ::testing::Contains(HasSubstr("1 image lies beside the class folders")));
}

TEST_F(SearchTest, FindsALearningRateWhereThresholdsAreChosen) {
    std::string rows = "image_path,tags\n";
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "data" / "train"))
        if (entry.is_regular_file())
            rows += entry.path().string() + "," + entry.path().parent_path().filename().string() + "\n";
    folder_.write("tags.csv", rows);
    Json config = document();
    config["data"]["train"] = (folder_ / "tags.csv").string();
    config["data"].erase("test");
    config["data"]["list"] = {{"label_column", "tags"}, {"label_separator", "|"}};
    config["task"] = {{"name", "multi_label"}, {"threshold", "best_f1"}};
    EXPECT_FALSE(find_learning_rate(options(config), tables_, {.steps = 20}, control_).curve.empty());
}

TEST_F(SearchTest, FindsALearningRateOfAPhase) {
    Json config = document();
    config["training"]["phases"] = {{{"train", "head"}, {"epochs", 1}}, {{"train", "all"}, {"epochs", 1}}};
    const LrFindRecord record = find_learning_rate(options(config), tables_, {.steps = 20, .phase = 1}, control_);
    EXPECT_EQ(record.trains, "all");
    EXPECT_THAT(
        error_message<ConfigError>([&] { (void)find_learning_rate(options(config), tables_, {.phase = 2}, control_); }),
        "--phase: the config has 2 phases, got 3");
}

}  // namespace
}  // namespace graft

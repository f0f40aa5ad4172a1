// Training as an application does it: public headers only, except for what draws the pictures.
#include <gmock/gmock.h>

#include <filesystem>

#include "config/json.hpp"
#include "error_message.hpp"
#include "graft/graft.hpp"
#include "run/small_training.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using testing::error_message;
using testing::small_backbone;
using ::testing::StartsWith;

/// Writes down what it is told; asks for the end after some epochs.
class Witness final : public Callback {
public:
    explicit Witness(std::int64_t last_epoch = 1000) : last_epoch_(last_epoch) {}
    void on_train_begin(TrainControl& control) override {
        events += "begin ";
        control.set_learning_rate(0.25);
    }
    void on_batch_end(const BatchRecord&, TrainControl&) override { ++batches; }
    void on_epoch_end(const EpochRecord& record, TrainControl& control) override {
        events += "epoch" + std::to_string(record.epoch) + " ";
        if (record.epoch == last_epoch_) control.stop_training("the witness has seen enough");
    }
    void on_train_end(TrainControl& control) override {
        events += "end";
        EXPECT_EQ(control.learning_rate(), 0.25);
    }
    [[nodiscard]] CallbackState save_state() const override { return {"seen \"" + events + "\"", nullptr}; }
    void load_state(const CallbackState& state) override { restored = state.values; }

    std::string events, restored;
    int batches = 0;

private:
    std::int64_t last_epoch_;
};

using Train = SmallTraining;

TEST_F(Train, GivesTheRecordOfTheRun) {
    const TrainRecord record = train(config("run"), options_);
    EXPECT_EQ(record.end, TrainingEnd::completed);
    ASSERT_EQ(record.history.size(), 2);
    EXPECT_TRUE(record.history[1].metric("val_accuracy").has_value());
    ASSERT_TRUE(record.test.has_value());
    EXPECT_EQ(record.test->images, 16);
    EXPECT_EQ(record.test->classification().classes.size(), 8);
    EXPECT_EQ(record.folder, folder_ / "run");
    EXPECT_EQ(record.json, folder_.read("run/record.json"));
    const Predictor predictor(record.model);
    EXPECT_EQ(predictor.classes(), sample_art_classes());
    EXPECT_NE(predictor.description().find("\"name\": \"small\""), std::string::npos);
}

/// The run's record.
Json record_in(const testing::TemporaryFolder& folder, const std::string& run) {
    return Json::parse(folder.read(run + "/record.json"));
}

/// Learns eight images by heart, and is far too sure of the 24 that validate.
RunConfig too_sure(RunConfig config) {
    return config.set("/data/validation_split", 0.75)
        .set("/training/epochs", 60)
        .set("/training/keep", "last")
        .set_json("/training/optimizer", R"({"name": "adam", "learning_rate": 0.05})");
}

TEST_F(Train, CalibratesOnTheValidationImagesAndTestsTheCalibratedModel) {
    const TrainRecord record = train(too_sure(config("run")), options_);
    const Json calibration = record_in(folder_, "run").at("calibration");
    EXPECT_EQ(calibration.at("images"), 24);
    const Predictor predictor(record.model);
    EXPECT_EQ(predictor.temperature(), calibration.at("temperature").get<double>());
    ASSERT_FALSE(calibration.contains("reason")) << calibration;
    EXPECT_LT(calibration.at("after").at("loss"), calibration.at("before").at("loss"));
    EXPECT_TRUE(record.test->classification().uncalibrated);
    EXPECT_NE(predictor.description().find("\"format_version\": 5"), std::string::npos);
}

TEST_F(Train, CalibratesARunThatIsOnlyAskedWhatItWas) {
    options_.existing = ExistingRun::overwrite;
    static_cast<void>(train(too_sure(config("run")).set("/decision/accuracy", 0.5), options_));
    const Json once = record_in(folder_, "run").at("calibration");
    ASSERT_FALSE(once.contains("reason")) << once;
    options_.existing = ExistingRun::resume;
    static_cast<void>(train(too_sure(config("run")).set("/decision/accuracy", 0.5), options_));
    EXPECT_EQ(record_in(folder_, "run").at("calibration"), once);
}

TEST_F(Train, SaysWhyItDoesNotCalibrate) {
    const auto reason = [&](const std::string& run, const RunConfig& of) {
        static_cast<void>(train(of, options_));
        return record_in(folder_, run).at("calibration").at("reason").get<std::string>();
    };
    EXPECT_EQ(reason("few", config("few")), "8 validation images: at least 20 are needed");
    EXPECT_EQ(reason("none", config("none").set("/data/validation_split", 0)), "there are no validation images");
    static_cast<void>(train(config("off").set("/calibration", "none"), options_));
    EXPECT_FALSE(record_in(folder_, "off").contains("calibration"));
}

TEST_F(Train, RefusesToCalibrateWithoutValidationImages) {
    RunConfig without = config("run");
    without.set("/data/validation_split", 0).set("/calibration", "temperature").set("/decision/accuracy", 0.9);
    const std::string said = error_message<ConfigError>([&] { static_cast<void>(train(without, options_)); });
    EXPECT_THAT(said, ::testing::HasSubstr("/calibration: is fitted on validation images, and there are none"));
    EXPECT_THAT(said, ::testing::HasSubstr("/decision/accuracy: is looked for on validation images"));
}

TEST_F(Train, GivesTheModelItsDecisionAndTellsWhatEachClassLost) {
    const TrainRecord record = train(config("run").set("/decision/min_confidence", 0.999), options_);
    EXPECT_EQ(Predictor(record.model).decision().min_confidence, 0.999);
    ASSERT_TRUE(record.test->decision);
    EXPECT_EQ(record.test->decision->answered, 0);
    const Json drop = record_in(folder_, "run").at("drop");
    EXPECT_EQ(drop.at("part"), "validation");
    ASSERT_EQ(drop.at("classes").size(), 8U);
    double last = 1;
    for (const Json& row : drop.at("classes")) {
        EXPECT_EQ(row.at("seen_images"), 1);
        EXPECT_EQ(row.at("test_images"), 2);
        EXPECT_NEAR(row.at("drop").get<double>(),
                    row.at("seen_recall").get<double>() - row.at("test_recall").get<double>(), 1e-12);
        EXPECT_LE(row.at("drop").get<double>(), last);
        last = row.at("drop");
    }
}

TEST_F(Train, TellsWhatEachClassLostAgainstTrainingWhereNothingValidates) {
    RunConfig of = config("run").set("/data/validation_split", 0).set("/backbone/freeze", "all");
    static_cast<void>(train(of, options_));
    const Json drop = record_in(folder_, "run").at("drop");
    EXPECT_EQ(drop.at("part"), "train");
    double right = 0, images = 0;
    for (const Json& row : drop.at("classes")) {
        EXPECT_EQ(row.at("seen_images"), 4);
        right += row.at("seen_recall").get<double>() * 4;
        images += 4;
    }
    const Predictor predictor((folder_ / "run/model.pt"));
    const EvaluationRecord seen = evaluate(predictor, folder_ / "data/train");
    EXPECT_NEAR(right / images, seen.classification().accuracy, 1e-9);
    of.set("/output", (folder_ / "deeper").string()).set("/backbone/freeze", "stem");
    static_cast<void>(train(of, options_));
    EXPECT_FALSE(record_in(folder_, "deeper").contains("drop"));  // that would take a pass through what was trained
}

TEST_F(Train, CallsTheCallbacksOfTheApplication) {
    const auto witness = std::make_shared<Witness>();
    options_.callbacks = {witness};
    const TrainRecord record = train(config("run"), options_);
    EXPECT_EQ(witness->events, "begin epoch0 epoch1 end");
    EXPECT_EQ(witness->batches, 2 * 3);  // 24 images in batches of 8
    EXPECT_EQ(record.history[0].learning_rate, 0.25);
}

TEST_F(Train, EndsWhenACallbackOfTheApplicationSaysSo) {
    options_.callbacks = {std::make_shared<Witness>(0)};
    const TrainRecord record = train(config("run"), options_);
    EXPECT_EQ(record.end, TrainingEnd::stopped_by_callback);
    EXPECT_EQ(record.reason, "the witness has seen enough");
    EXPECT_EQ(record.history.size(), 1);
    EXPECT_TRUE(record.test.has_value());
}

TEST_F(Train, KeepsTheStateOfTheApplicationsCallbacksInTheCheckpoint) {
    options_.callbacks = {std::make_shared<Witness>()};
    (void)train(config("run").set("/training/epochs", 1), options_);
    const auto witness = std::make_shared<Witness>();
    options_.callbacks = {witness};
    options_.existing = ExistingRun::resume;
    const TrainRecord record = train(config("run"), options_);
    EXPECT_EQ(witness->restored, "seen \"begin epoch0 \"");
    EXPECT_EQ(witness->events, "begin epoch1 end");
    EXPECT_EQ(record.history.size(), 2);
}

TEST_F(Train, RefusesToResumeWithOtherCallbacks) {
    (void)train(config("run").set("/training/epochs", 1), options_);
    options_.callbacks = {std::make_shared<Witness>()};
    options_.existing = ExistingRun::resume;
    EXPECT_EQ(error_message<DataError>([&] { (void)train(config("run"), options_); }),
              (folder_ / "run/checkpoint/last.pt").string() + ": the checkpoint has other callbacks than the config");
}

TEST_F(Train, TellsTheReporterAndHeedsAStop) {
    /// Asks for a stop when the second epoch begins.
    class Stopping final : public Reporter {
    public:
        void start(std::string_view phase, std::size_t, std::string_view) override {
            if (phase.starts_with("epoch 2")) stop.request_stop();
        }
        void advance(std::size_t, std::string_view) override {}
        void finish(std::string_view) override {}
        void note(std::string_view message) override { notes += message; }
        void warn(std::string_view) override {}
        std::string notes;
        std::stop_source stop;
    } reporter;
    options_.reporter = &reporter;
    options_.stop = reporter.stop.get_token();
    const TrainRecord record = train(config("run"), options_);
    EXPECT_EQ(record.end, TrainingEnd::interrupted);
    EXPECT_EQ(record.history.size(), 1);
    EXPECT_FALSE(record.test.has_value());
    EXPECT_NE(reporter.notes.find("layer1"), std::string::npos) << "the table of the network is a note";
}

TEST_F(Train, LetsWhatACallbackThrowsThrough) {
    class Throwing final : public Callback {
        void on_epoch_end(const EpochRecord&, TrainControl&) override { throw std::out_of_range("mine"); }
    };
    options_.callbacks = {std::make_shared<Throwing>()};
    EXPECT_THROW((void)train(config("run"), options_), std::out_of_range);
    options_.callbacks.clear();
    options_.existing = ExistingRun::overwrite;
    EXPECT_EQ(train(config("run"), options_).history.size(), 2) << "the next training is not kept from running";
}

TEST_F(Train, RunsOneAtATimeInAProcess) {
    class Nested final : public Callback {
    public:
        explicit Nested(RunConfig config) : config_(std::move(config)) {}
        void on_train_begin(TrainControl&) override {
            refusal = error_message<Error>([&] { (void)train(config_, {.backbones = {small_backbone()}}); });
        }
        std::string refusal;

    private:
        RunConfig config_;
    };
    const auto nested = std::make_shared<Nested>(config("other"));
    options_.callbacks = {nested};
    (void)train(config("run"), options_);
    EXPECT_EQ(nested->refusal, "another training runs in this process: one at a time");
}

TEST_F(Train, RefusesARunFolderThatIsTakenUnlessToldOtherwise) {
    (void)train(config("run"), options_);
    EXPECT_TRUE(error_message<ConfigError>([&] {
                    (void)train(config("run"), options_);
                }).starts_with("/output: " + (folder_ / "run").string() + " already holds a run"));
    options_.existing = ExistingRun::overwrite;
    EXPECT_EQ(train(config("run"), options_).history.size(), 2);
}

TEST_F(Train, RefusesBackbonesOfATakenNameAndCallbacksThatAreNone) {
    options_.backbones = {small_backbone(), small_backbone()};
    EXPECT_EQ(error_message<Error>([&] { (void)train(config("run"), options_); }),
              "the backbone \"small\" has the name of another one");
    options_.backbones = {small_backbone()};
    options_.callbacks = {nullptr};
    EXPECT_EQ(error_message<Error>([&] { (void)train(config("run"), options_); }),
              "a callback given to the training is a null pointer");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "run")) << "nothing was begun";
}

TEST_F(Train, AndEvaluateSayTheSameOfTheTestFolder) {
    const TrainRecord record = train(config("run"), options_);
    const Predictor predictor(record.model);
    const EvaluationRecord again = evaluate(predictor, folder_ / "data" / "test", {.output = folder_ / "tested"});
    EXPECT_EQ(again.images, record.test->images);
    EXPECT_EQ(again.classification().accuracy, record.test->classification().accuracy);
    EXPECT_EQ(again.classification().confusion, record.test->classification().confusion);
    EXPECT_EQ(folder_.read("tested/predictions.csv"), folder_.read("run/test/predictions.csv"));
    EXPECT_EQ(folder_.read("tested/report.txt"), folder_.read("run/test/report.txt"));
    EXPECT_EQ(again.model, record.model.string());
    EXPECT_EQ(again.tta, "");
    const Predictor flipping(record.model, {.test_time_augmentation = TestTimeAugmentation::flip});
    EXPECT_EQ(evaluate(flipping, folder_ / "data" / "test").tta, "flip");
}

TEST_F(Train, AndEvaluateBindsClassesByName) {
    const Predictor predictor(train(config("run"), options_).model);
    const std::filesystem::path test = folder_ / "data" / "test";
    std::filesystem::rename(test / "leaf", test / "laef");
    EXPECT_THROW((void)evaluate(predictor, test), DataError);
    EXPECT_EQ(evaluate(predictor, test, {.class_mismatch = ClassMismatch::use_known}).images, 14);
    folder_.write("data/test/fish/000.jpg", "no picture");
    EXPECT_THAT(error_message<DataError>(
                    [&] { (void)evaluate(predictor, test, {.class_mismatch = ClassMismatch::use_known}); }),
                AllOf(StartsWith("1 of 14 images in " + test.string() + " cannot be read:\n  "),
                      EndsWith("\nRepair or remove them, or leave them out: --on-bad-image skip, in a config "
                               "\"on_bad_image\": \"skip\"")));
    EXPECT_EQ(evaluate(predictor, test, {.on_bad_image = OnBadImage::skip, .class_mismatch = ClassMismatch::use_known})
                  .images,
              13);
}

TEST_F(Train, KnowsTheBackbonesOfTheApplicationByName) {
    options_.backbones.clear();
    EXPECT_NE(error_message<ConfigError>([&] {
                  (void)train(config("run"), options_);
              }).find("/backbone/name: expected one of "),
              std::string::npos);
    EXPECT_NO_THROW((void)resolved_config(config("run"), {small_backbone()}));
}

/// Head, norms and everything, one after the other.
RunConfig in_phases(RunConfig config) {
    return config.set("/backbone/freeze", "all")
        .set_json("/augmentation", R"({"horizontal_flip": true})")
        .set_json("/training", R"({
            "phases": [{"train": "head", "epochs": 1, "augment": false},
                       {"train": "norms", "epochs": 1, "mixing": "mixup"},
                       {"train": "layer1", "epochs": 1, "batch_norm": "adaptive"},
                       {"train": "all", "epochs": 2, "layer_decay": 0.5, "batch_size": 6,
                        "optimizer": {"name": "sgd", "learning_rate": 0.02}, "schedule": "cosine"}],
            "optimizer": {"name": "adamw", "learning_rate": 0.01}, "clip_norm": 1.0, "ema_decay": 0.9})");
}

TEST_F(Train, TrainsPhaseAfterPhase) {
    const TrainRecord record = train(in_phases(config("run")), options_);
    ASSERT_EQ(record.history.size(), 5);
    const std::vector<std::int64_t> phases{record.history[0].phase, record.history[1].phase, record.history[2].phase,
                                           record.history[3].phase, record.history[4].phase};
    EXPECT_EQ(phases, (std::vector<std::int64_t>{0, 1, 2, 3, 3}));
    EXPECT_EQ(record.history[2].learning_rate, 0.01);
    EXPECT_EQ(record.history[3].learning_rate, 0.02);
    EXPECT_EQ(record.history[4].learning_rate, 0.01);  // half of the cosine
    EXPECT_TRUE(record.test.has_value());
}

TEST_F(Train, ResumesInEveryPhaseNumberForNumber) {
    const TrainRecord straight = train(in_phases(config("straight")), options_);
    for (const std::int64_t last : {0, 1, 3}) {
        const std::string run = "run" + std::to_string(last);
        std::stop_source stop;
        TrainOptions paused = options_;
        paused.callbacks = {std::make_shared<Stopper>(last, stop)};
        paused.stop = stop.get_token();
        EXPECT_EQ(train(in_phases(config(run)), paused).end, TrainingEnd::interrupted);
        TrainOptions rest = options_;
        rest.callbacks = {std::make_shared<Stopper>(-1, stop)};
        rest.existing = ExistingRun::resume;
        const TrainRecord resumed = train(in_phases(config(run)), rest);
        ASSERT_EQ(resumed.history.size(), straight.history.size());
        for (std::size_t i = 0; i < straight.history.size(); ++i)
            EXPECT_EQ(resumed.history[i].metrics, straight.history[i].metrics) << last << ", epoch " << i;
    }
}

TEST_F(Train, TakesTheUsualBatchSizeWhereThatIsLeftOpenOnACpu) {
    const RunConfig open = config("open").set_json("/data/batch_size", "\"auto\"");
    const TrainRecord record = train(open, options_);
    EXPECT_EQ(record.history.back().metrics,
              train(config("given").set("/data/batch_size", 32), options_).history.back().metrics);
    const Json written = parse_json_file(folder_ / "open" / "record.json");
    EXPECT_EQ(written.at("batch_size"), 32);
    EXPECT_EQ(written.at("config").at("data").at("batch_size"), "auto");
}

/// A network with residual branches, of random values.
RunConfig with_depth(RunConfig config, double share) {
    return config.set("/backbone/name", "mobilenet_v3_small")
        .set("/backbone/freeze", "all")
        .set_json("/training", R"({"phases": [{"train": "stage5", "epochs": 2, "stochastic_depth": )" +
                                   std::to_string(share) + "}]}");
}

TEST_F(Train, LeavesOutTheSameBranchesAfterAPause) {
    const TrainRecord straight = train(with_depth(config("straight"), 0.5), options_);
    EXPECT_NE(train(with_depth(config("without"), 0), options_).history[0].metrics, straight.history[0].metrics);
    std::stop_source stop;
    TrainOptions paused = options_;
    paused.callbacks = {std::make_shared<Stopper>(0, stop)};
    paused.stop = stop.get_token();
    EXPECT_EQ(train(with_depth(config("run"), 0.5), paused).end, TrainingEnd::interrupted);
    TrainOptions rest = options_;
    rest.callbacks = {std::make_shared<Stopper>(-1, stop)};
    rest.existing = ExistingRun::resume;
    const TrainRecord resumed = train(with_depth(config("run"), 0.5), rest);
    ASSERT_EQ(resumed.history.size(), 2);
    EXPECT_EQ(resumed.history[1].metrics, straight.history[1].metrics);
}

/// The head on small pictures, then everything on larger ones.
RunConfig in_two_sizes(RunConfig config, const std::string& test, double last_learning_rate) {
    return config.set("/backbone/freeze", "all")
        .set("/data/validation", test)
        .set("/data/validation_split", 0.0)
        .set_json("/training", R"({
            "phases": [{"train": "head", "epochs": 1, "image_size": 32},
                       {"train": "all", "epochs": 1, "image_size": [48, 40],
                        "optimizer": {"name": "adam", "learning_rate": )" +
                                   std::to_string(last_learning_rate) + "}}]}");
}

TEST_F(Train, GivesTheModelTheImageSizeOfThePhaseWhoseWeightsItHas) {
    const std::string test = (folder_ / "data" / "test").string();
    for (const double rate : {1e-4, 3.0}) {
        SCOPED_TRACE(rate);
        RunConfig sizes = in_two_sizes(config("run" + std::to_string(rate)), test, rate);
        if (rate < 1) sizes.set("/training/keep", "last");
        const TrainRecord record = train(sizes, options_);
        ASSERT_EQ(record.history.size(), 2);
        EXPECT_EQ(record.kept, rate < 1 ? 1 : 0);
        const EvaluationRecord again = evaluate(Predictor(record.model), test);
        EXPECT_NEAR(again.classification().loss, *record.history[record.kept].metric("val_loss"), 1e-4);
    }
}

TEST_F(Train, KeepsAnEarlierPhaseWithoutValidationImages) {
    RunConfig sizes = in_two_sizes(config("run"), (folder_ / "data" / "test").string(), 3.0);
    sizes.erase("/data/validation");
    const TrainRecord record = train(sizes, options_);
    EXPECT_EQ(record.kept, 0);
    EXPECT_EQ(record_in(folder_, "run").at("calibration").at("reason"), "there are no validation images");
    EXPECT_EQ(evaluate(Predictor(record.model), folder_ / "data" / "test").images, 16);
}

TEST_F(Train, SaysWhatOfThePhasesDoesNotFit) {
    RunConfig wrong = config("run");
    wrong.set("/backbone/freeze", "all")
        .set_json("/training/phases", R"([{"train": "layer9"}, {"train": "head", "mixing": "cutmix"}])");
    EXPECT_EQ(
        error_message<ConfigError>([&] { (void)train(wrong, options_); }),
        "2 problems:\n  /training/phases/0/train: expected one of head, norms, all, stem, layer1, got \"layer9\" (did "
        "you mean "
        "\"layer1\"?)\n  /training/phases/1/mixing: \"cutmix\" mixes pictures, but this phase trains on features of "
        "frozen stages: use feature_mixup, or train all");
}

TEST_F(Train, SaysWhichLearningRatesAreOfNothingThatTrains) {
    RunConfig wrong = config("run");
    wrong.set("/backbone/freeze", "all").set_json("/training/phases", R"([
        {"train": "layer1", "learning_rates": {"stem": 0.1, "layer1": 0.1, "head": 0.1}},
        {"train": "all", "learning_rates": {"layer2": 0.1, "stem": 0.1}},
        {"train": "head", "learning_rates": {"layer1": 0.1}}])");
    EXPECT_EQ(
        error_message<ConfigError>([&] { (void)train(wrong, options_); }),
        "3 problems:\n  /training/phases/0/learning_rates/stem: stays frozen in this phase, which trains layer1, "
        "head\n  /training/phases/1/learning_rates: expected names of stem, layer1, head, got \"layer2\" (did you "
        "mean \"layer1\"?)\n  /training/phases/2/learning_rates/layer1: stays frozen in this phase, which trains "
        "head");
}

TEST_F(Train, LearnsWithTheRateOfAStageThatIsNamed) {
    const auto run_with = [&](const std::string& run, const std::string& rates) {
        RunConfig named = config(run);
        named.set("/backbone/freeze", "all")
            .set_json("/training", R"({"optimizer": {"name": "sgd", "learning_rate": 0.02}, "phases": [
                {"train": "all", "epochs": 1, "batch_norm": "fixed", "learning_rates": )" +
                                       rates + "}]}");
        return train(named, options_).history;
    };
    const auto plain = run_with("plain", "{}");
    EXPECT_EQ(run_with("same", R"({"stem": 0.02, "layer1": 0.02, "head": 0.02})")[0].metrics, plain[0].metrics);
    const auto faster = run_with("faster", R"({"head": 0.2})");
    EXPECT_NE(faster[0].metrics, plain[0].metrics);
    EXPECT_EQ(faster[0].learning_rate, 0.2);
}

TEST_F(Train, MixesPicturesWhereNoStageIsFrozenWhateverThePhaseCallsIt) {
    RunConfig right = config("run");
    right.set("/backbone/freeze", "all")
        .set_json("/training/phases", R"([{"train": "stem", "epochs": 1, "mixing": "mixup"}])");
    EXPECT_EQ(train(right, options_).history.size(), 1U);
    RunConfig wrong = config("other");
    wrong.set("/backbone/freeze", "all")
        .set_json("/training/phases", R"([{"train": "stem", "epochs": 1, "mixing": "feature_mixup"}])");
    EXPECT_EQ(
        error_message<ConfigError>([&] { (void)train(wrong, options_); }),
        "/training/phases/0/mixing: \"feature_mixup\" mixes features, but this phase trains on pictures: use mixup "
        "or cutmix");
}

}  // namespace
}  // namespace graft

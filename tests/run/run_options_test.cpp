#include "run/run_options.hpp"

#include <gmock/gmock.h>

#include <cctype>
#include <set>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryFolder;

const fs::path kProject = fs::path(GRAFT_TEST_DIR).parent_path();

RunOptions read(const std::string& text) { return read_run_config(parse_json(text, "run.json"), Tables{}); }

std::vector<std::string> problems_of(const std::string& text) {
    try {
        (void)read(text);
    } catch (const ConfigError& error) {
        return error.problems();
    }
    return {};
}

/// A small config with more members: what is required, then `more`.
std::string with(const std::string& more) {
    return R"({"data": {"train": "t"}, "backbone": {"name": "efficientnet_lite0"}, )" + more + "}";
}
/// The same with more members of /data.
std::string with_data(const std::string& more) {
    return R"({"data": {"train": "t", )" + more + R"(}, "backbone": {"name": "efficientnet_lite0"}})";
}

constexpr const char* kClassicRecipe = R"({
  "name": "cifar10-resnet50",
  "seed": 0,
  "data": { "train": "data/cifar10/train", "test": "data/cifar10/test", "validation_split": 0.2,
            "image_size": 224, "batch_size": 32 },
  "augmentation": { "rotation_range": 20, "width_shift_range": 0.2, "height_shift_range": 0.2,
                    "shear_range": 0.2, "zoom_range": 0.2, "horizontal_flip": true },
  "backbone": { "name": "resnet50", "weights": "weights/resnet50.pt", "freeze": "all" },
  "head": { "pooling": "avg", "hidden": [512], "activation": "relu", "dropout": 0.0 },
  "training": { "epochs": 10, "optimizer": { "name": "adam", "learning_rate": 0.001 }, "loss": "cross_entropy" },
  "callbacks": [ { "name": "early_stopping", "monitor": "val_loss", "patience": 3 },
                 { "name": "reduce_lr_on_plateau", "monitor": "val_loss", "factor": 0.1, "patience": 2 } ],
  "output": "runs/cifar10-resnet50"
})";

TEST(RunConfig, ReadsTheClassicRecipe) {
    const RunOptions config = read(kClassicRecipe);
    EXPECT_EQ(config.name, "cifar10-resnet50");
    EXPECT_EQ(config.seed, 0);
    EXPECT_EQ(config.data.train, "data/cifar10/train");
    EXPECT_EQ(config.data.test, "data/cifar10/test");
    EXPECT_EQ(config.data.validation, std::nullopt);
    EXPECT_EQ(config.data.split.validation_split, 0.2);
    EXPECT_THAT(config.data.image_size, ElementsAre(224));
    EXPECT_EQ(config.data.batch_size, 32);
    EXPECT_EQ(config.augmentation.rotation_range, 20);
    EXPECT_EQ(config.augmentation.width_shift_range, 0.2);
    EXPECT_EQ(config.augmentation.height_shift_range, 0.2);
    EXPECT_EQ(config.augmentation.shear_range, 0.2);
    EXPECT_THAT(config.augmentation.zoom_range, ElementsAre(0.2));
    EXPECT_TRUE(config.augmentation.horizontal_flip);
    EXPECT_FALSE(config.augmentation.vertical_flip);
    EXPECT_EQ(config.backbone.name, "resnet50");
    EXPECT_EQ(config.backbone.weights, "weights/resnet50.pt");
    EXPECT_EQ(config.backbone.freeze, "all");
    EXPECT_EQ(config.head.pooling, Pooling::avg);
    EXPECT_THAT(config.head.hidden, ElementsAre(512));
    EXPECT_EQ(config.head.dropout, 0);
    EXPECT_EQ(config.training.epochs, 10);
    EXPECT_EQ(config.output, "runs/cifar10-resnet50");
}

TEST(RunConfig, ReadsTheKindsOfTheClassicRecipe) {
    const Json written = resolved(read(kClassicRecipe), Tables{});
    EXPECT_EQ(written.at("training").at("optimizer").dump(),
              R"({"name":"adam","learning_rate":0.001,"betas":[0.9,0.999],"eps":1e-08,"weight_decay":0.0})");
    EXPECT_EQ(written.at("training").at("loss").at("name"), "cross_entropy");
    const Json& callbacks = written.at("callbacks");
    ASSERT_EQ(callbacks.size(), 2);
    EXPECT_EQ(callbacks[0].at("name"), "early_stopping");
    EXPECT_EQ(callbacks[0].at("monitor"), "val_loss");
    EXPECT_EQ(callbacks[0].at("patience"), 3);
    EXPECT_EQ(callbacks[0].at("restore_best_weights"), true);
    EXPECT_EQ(callbacks[1].at("name"), "reduce_lr_on_plateau");
    EXPECT_EQ(callbacks[1].at("factor"), 0.1);
    EXPECT_EQ(callbacks[1].at("patience"), 2);
    EXPECT_EQ(callbacks[1].at("min_delta"), 1e-4);
}

TEST(RunConfig, HasDefaultsForWhatIsNotWritten) {
    const RunOptions config = read(R"({"data": {"train": "t"}, "backbone": {"name": "efficientnet_lite0"}})");
    EXPECT_EQ(config.data.split.validation_split, 0);
    EXPECT_EQ(config.data.split.split, SplitRule::hash);
    EXPECT_EQ(config.data.on_bad_image, OnBadImage::fail);
    EXPECT_EQ(config.data.class_mismatch, ClassMismatch::fail);
    EXPECT_EQ(config.data.interpolation, std::nullopt);
    EXPECT_FALSE(enabled(config.augmentation));
    EXPECT_EQ(config.backbone.weights, std::nullopt);
    EXPECT_EQ(config.training.optimizer.name(), "adam");
    EXPECT_EQ(config.training.loss.name(), "cross_entropy");
    EXPECT_EQ(config.training.keep, Keep::best);
    EXPECT_THAT(config.callbacks, IsEmpty());
    EXPECT_EQ(config.output, "runs/run");
    EXPECT_EQ(read(with(R"("name": "pets")")).output, "runs/pets");
}

TEST(RunConfig, ResolvesToAConfigThatReadsAsTheSame) {
    const Json written = resolved(read(kClassicRecipe), Tables{});
    EXPECT_EQ(resolved(read(pretty(written)), Tables{}), written);
}

TEST(RunConfig, ReportsEveryProblemOfAThoroughlyWrongConfigAtOnce) {
    EXPECT_THAT(
        problems_of(R"({
            "nmae": "x",
            "seed": -1,
            "data": { "validation": "v", "validation_split": 0.5, "split": "kera", "group_pattern": 5,
                      "image_size": [224, 224, 3], "batch_size": 0, "mean": [1, 2], "std": [1, 2, 0],
                      "on_bad_image": "ignore", "workers": "all" },
            "augmentation": { "rotation_range": 200, "zoom_range": 1.5, "horizontal_flip": "yes",
                              "brightness_range": [2, 1], "rotate": 3 },
            "backbone": { "name": "resnet51", "wieghts": "w.pt" },
            "head": { "pooling": "mean", "hidden": [512, 0], "dropout": 1 },
            "features": { "views": 0 },
            "training": { "epochs": 2.5, "optimizer": { "name": "adm" }, "loss": { "name": "cross_entropy",
                          "label_smoothing": 2 }, "keep": null },
            "callbacks": [ { "name": "early_stopping", "patiance": 3 }, { "monitor": "loss" }, "reduce_lr", 7 ],
            "top_k": [0],
            "output": 3
        })"),
        ElementsAre(
            "/seed: expected integer >= 0, got -1",                                              //
            "/data/train: is missing and has no default",                                        //
            "/data/split: expected one of hash, keras, got \"kera\" (did you mean \"keras\"?)",  //
            "/data/group_pattern: expected a string, got 5",                                     //
            "/data/image_size: expected a list of at most 2 items, got [224,224,3]",             //
            "/data/std/2: expected number > 0, got 0",                                           //
            "/data/batch_size: expected integer in [1, 65536] or \"auto\", got 0",               //
            "/data/on_bad_image: expected one of fail, skip, got \"ignore\"",                    //
            "/data/workers: expected integer in [1, 1024], got \"all\"",                         //
            "/augmentation/rotation_range: expected number in [0, 180], got 200",                //
            "/augmentation/horizontal_flip: expected true or false, got \"yes\"",                //
            HasSubstr("/augmentation/rotate: unknown key"),                                      //
            "/backbone/wieghts: unknown key (did you mean \"weights\"?)",                        //
            "/head/pooling: expected one of avg, max, avgmax, got \"mean\"",                     //
            "/head/hidden/1: expected integer in [1, 65536], got 0",                             //
            "/head/dropout: expected number in [0, 1), got 1",                                   //
            "/features/views: expected integer >= 1, got 0",                                     //
            "/training/epochs: expected integer in [1, 100000], got 2.5",                        //
            "/training/optimizer/name: expected one of adam, adamw, sgd, rmsprop, got \"adm\" (did you mean "
            "\"adam\"?)",                                                                       //
            "/training/loss/label_smoothing: expected number in [0, 1), got 2",                 //
            "/training/keep: expected one of best, last, got null",                             //
            "/callbacks/0/patiance: unknown key (did you mean \"patience\"?)",                  //
            "/callbacks/1/name: is missing and has no default",                                 //
            HasSubstr("/callbacks/2: expected one of early_stopping, reduce_lr_on_plateau, "),  //
            "/callbacks/3: expected a name or an object with a \"name\", got 7",                //
            "/top_k/0: expected integer in [1, 1000], got 0",                                   //
            "/output: expected a string, got 3",                                                //
            "/nmae: unknown key (did you mean \"name\"?)",                                      //
            HasSubstr("/augmentation/zoom_range: found [1.5], "),                               //
            HasSubstr("/augmentation/brightness_range: found [2, 1], "),                        //
            ::testing::AllOf(HasSubstr("/backbone/name: expected one of "),
                             HasSubstr("got \"resnet51\" (did you mean")),
            "/data/validation: a folder to validate on and a split of the training folder exclude each other: leave "
            "one out",
            "/data/mean: expected three numbers or none, got 2"));
}

TEST(RunConfig, NamesWhatIsMissingWhenNothingIsWritten) {
    EXPECT_THAT(problems_of("{}"), ElementsAre("/data/train: is missing and has no default",
                                               "/backbone/name: is missing and has no default"));
    EXPECT_THAT(problems_of("[]"), ::testing::Contains("/: expected an object, got []"));
}

TEST(RunConfig, ChecksFieldsThatConcernEachOther) {
    EXPECT_THAT(problems_of(with_data(R"("validation": "v", "split_file": "s.json")")),
                ElementsAre(HasSubstr("/data/validation: a folder to validate on and a split")));
    EXPECT_THAT(problems_of(with_data(R"("validation_split": 0.1, "split_file": "s.json")")),
                ElementsAre("/data/split_file: says what validates; leave out /data/validation_split"));
    EXPECT_THAT(problems_of(with_data(R"("validation_split": 0.1, "split": "keras", "group_pattern": "p")")),
                ElementsAre("/data/group_pattern: needs \"split\": \"hash\""));
    EXPECT_THAT(problems_of(with_data(R"("mean": 127)")),
                ElementsAre("/data/mean: expected three numbers or none, got 1"));
    EXPECT_THAT(problems_of(with_data(R"("mean": [127, 127, 127], "std": [128, 128, 128])")), IsEmpty());
}

TEST(RunConfig, RefusesBatchesOfOneImageWithBatchNorm) {
    EXPECT_THAT(problems_of(R"({"data": {"train": "t", "batch_size": 1}, "head": {"batch_norm": true},
                                "backbone": {"name": "efficientnet_lite0"}})"),
                ElementsAre("/data/batch_size: expected at least 2 with \"batch_norm\": true in /head, got 1: the "
                            "statistics of one image are no use"));
    EXPECT_THAT(problems_of(with_data(R"("batch_size": 1)")), IsEmpty());
}

TEST(RunConfig, RefusesWhatAnotherKindOfHeadWouldUse) {
    const auto head = [](const std::string& keys) { return problems_of(with(R"("head": {)" + keys + "}")); };
    EXPECT_THAT(
        head(R"("kind": "nearest_mean", "hidden": [256], "activation": "gelu", "dropout": 0.1, "batch_norm": true,
                "c": 10)"),
        ElementsAre("/head/hidden: is for \"kind\": \"dense\"; expected to be left out with \"nearest_mean\"",
                    "/head/activation: is for \"kind\": \"dense\"; expected to be left out with \"nearest_mean\"",
                    "/head/dropout: is for \"kind\": \"dense\"; expected to be left out with \"nearest_mean\"",
                    "/head/batch_norm: is for \"kind\": \"dense\"; expected to be left out with \"nearest_mean\"",
                    "/head/c: is for \"kind\": \"linear_probe\"; expected to be left out with \"nearest_mean\""));
    EXPECT_THAT(head(R"("kind": "linear_probe", "scale": 15)"),
                ElementsAre("/head/scale: is for \"kind\": \"nearest_mean\"; expected to be left out with "
                            "\"linear_probe\""));
    EXPECT_THAT(head(R"("c": 10, "scale": 2)"),
                ElementsAre("/head/scale: is for \"kind\": \"nearest_mean\"; expected to be left out with \"dense\"",
                            "/head/c: is for \"kind\": \"linear_probe\"; expected to be left out with \"dense\""));
    EXPECT_THAT(head(R"("kind": "linear_probe", "hidden": [], "c": 10)"), IsEmpty());         // which it has none of
    EXPECT_THAT(head(R"("kind": "nearest_mean", "hidden": [512], "scale": 15)"), IsEmpty());  // written by default
}

TEST(RunConfig, RefusesStepsOfAHeadThatIsFittedOnce) {
    const std::string why =
        " with \"kind\": \"nearest_mean\" in /head: it is fitted once, to features of a network that stays frozen";
    EXPECT_THAT(problems_of(with(R"("head": {"kind": "nearest_mean"}, "training": {"schedule": "cosine",
                    "clip_norm": 1, "accumulate": 2, "ema_decay": 0.9,
                    "loss": {"name": "cross_entropy", "label_smoothing": 0.1}})")),
                ElementsAre("/training/schedule: expected null" + why, "/training/clip_norm: expected null" + why,
                            "/training/accumulate: expected 1" + why, "/training/ema_decay: expected null" + why,
                            "/training/loss: expected cross_entropy without options with \"kind\": \"nearest_mean\" "
                            "in /head: class means minimise no loss"));
    EXPECT_THAT(problems_of(with(R"("head": {"kind": "linear_probe"}, "training": {"loss": "focal"})")), IsEmpty());
}

TEST(RunConfig, RefusesWhatAnotherTaskWouldUse) {
    EXPECT_THAT(problems_of(with(R"("task": "multi_label", "top_k": [3])")),
                ElementsAre("/top_k: is for classification, not for multi_label; expected to be left out"));
    EXPECT_THAT(problems_of(R"({"data": {"train": "t.csv", "class_mismatch": "use_known"}, "task": "regression",
                                "backbone": {"name": "efficientnet_lite0"}, "top_k": [3]})"),
                ElementsAre("/top_k: is for classification, not for regression; expected to be left out",
                            "/data/class_mismatch: is for classes, and regression has none"));
    EXPECT_THAT(problems_of(with(R"("task": {"name": "multi_label", "threshold": "best_f1", "threshold_at": 0.9})")),
                ElementsAre("/task/threshold_at: is not used with \"threshold\": \"best_f1\"; expected to be left out, "
                            "got 0.9"));
    EXPECT_THAT(problems_of(with(R"("task": "multi_label", "top_k": [5])")), IsEmpty());  // written by default
}

TEST(RunConfig, RefusesOptionsOfWhatIsNotAskedFor) {
    EXPECT_THAT(
        problems_of(with(R"("training": {"sampling_exponent": 0.5, "ema_warm_up": false, "precision": "bfloat16",
                             "distillation": {"temperature": 2, "weight": 0.9}})")),
        ElementsAre("/training/sampling_exponent: is not used without \"sampling\": \"balanced\"; expected to be left "
                    "out",
                    "/training/ema_warm_up: is not used without ema_decay; expected to be left out",
                    "/training/distillation/temperature: is not used without a teacher; expected to be left out",
                    "/training/distillation/weight: is not used without a teacher; expected to be left out",
                    "/training/precision: is not used without phases, in which stages train; expected to be left out"));
}

TEST(RunConfig, RefusesNesterovWithoutMomentum) {
    const auto sgd = [](const std::string& options) {
        return with(R"("training": {"optimizer": {"name": "sgd", "nesterov": true)" + options + "}}");
    };
    EXPECT_THAT(problems_of(sgd(R"(, "momentum": 0)")),
                ElementsAre("/training/optimizer/nesterov: looks ahead along the momentum, which is 0: set a momentum, "
                            "or leave nesterov out"));
    EXPECT_THAT(problems_of(sgd(R"(, "momentum": 0.1)")), IsEmpty());
    EXPECT_THAT(problems_of(sgd("")), IsEmpty());  // the default is 0.9
}

TEST(RunConfig, ReadsPhasesThatTakeFromTrainingWhatTheyDoNotSay) {
    const RunOptions options = read(with(R"("training": {"optimizer": "sgd", "schedule": "cosine", "phases": [
        {"train": "head", "epochs": 3, "schedule": "constant"}, {"train": "all", "batch_size": 8}]})"));
    const std::vector<PhaseOptions> phases = phases_of(options);
    ASSERT_EQ(phases.size(), 2);
    EXPECT_EQ(phases[0].optimizer.name(), "sgd");
    EXPECT_EQ(phases[0].schedule.name(), "constant");
    EXPECT_EQ(phases[0].batch_size, 32);
    EXPECT_EQ(phases[1].schedule.name(), "cosine");
    EXPECT_EQ(phases[1].batch_size, 8);
    EXPECT_EQ(epochs_of(options), 13);
    EXPECT_EQ(read_run_config(resolved(options, Tables{}), Tables{}).training.phases.size(), 2);
    EXPECT_EQ(differences(options, Tables{}).at("training").at("phases"),
              Json::parse(R"([{"train": "head", "epochs": 3, "schedule": {"name": "constant"}},
                              {"train": "all", "batch_size": 8}])"));
}

TEST(RunConfig, SaysWhatIsWrongInAPhase) {
    EXPECT_THAT(problems_of(with(R"("training": {"phases": [{"epochs": 0}, 7, {"train": "all", "epoch": 2}]})")),
                ElementsAre("/training/phases/0/train: is missing and has no default",
                            "/training/phases/0/epochs: expected integer in [1, 100000], got 0",
                            "/training/phases/1: expected an object, got 7",
                            "/training/phases/2/epoch: unknown key (did you mean \"epochs\"?)"));
    EXPECT_THAT(problems_of(with(R"("training": {"phases": 3})")),
                ElementsAre("/training/phases: expected a list, got 3"));
    EXPECT_THAT(
        problems_of(R"({"data": {"train": "t"}, "backbone": {"name": "efficientnet_lite0", "freeze": "none"},
                               "training": {"phases": [{"train": "head"}]}})"),
        ElementsAre("/backbone/freeze: is not used with /training/phases, which say what trains; expected to be "
                    "left out, got \"none\""));
}

TEST(RunConfig, TakesAnyNetworkFromATorchScriptFile) {
    const auto torchscript = [](const std::string& weights) {
        return R"({"data": {"train": "t"}, "backbone": {"name": "torchscript")" + weights + "}}";
    };
    EXPECT_EQ(read(torchscript(R"(, "weights": "net.pt")")).backbone.name, "torchscript");
    EXPECT_THAT(problems_of(torchscript("")),
                ElementsAre("/backbone/weights: expected a TorchScript file, which \"torchscript\" takes its network "
                            "from, got nothing"));
    EXPECT_THAT(problems_of(torchscript(R"(, "weights": "random")")),
                ElementsAre("/backbone/weights: expected a TorchScript file, which \"torchscript\" takes its network "
                            "from, got \"random\""));
}

TEST(RunConfig, NamesWhatWeightsMayLackAndMayHaveTooMuch) {
    const RunOptions config = read(R"({"data": {"train": "t"}, "backbone": {"name": "resnet50",
        "may_be_absent": ["layer4.*", "*.bias"], "may_be_unused": "projector.*"}})");
    EXPECT_THAT(config.backbone.allowance.may_be_absent, ElementsAre("layer4.*", "*.bias"));
    EXPECT_THAT(config.backbone.allowance.may_be_unused, ElementsAre("projector.*"));
}

TEST(RunConfig, AllowsTheSchemaOfAnEditor) {
    EXPECT_THAT(problems_of(with(R"("$schema": "configs/schema.json")")), IsEmpty());
    EXPECT_FALSE(resolved(read(with(R"("$schema": "x")")), Tables{}).contains("$schema"));
}

TEST(RunConfig, KnowsTheKindsThatATableWasExtendedBy) {
    Tables tables;
    CallbackRow mine = *tables.callbacks.find("csv_logger");
    mine.name = "my_logger";
    tables.callbacks.add(mine);
    const Json document = parse_json(with(R"("callbacks": ["my_logger"])"), "run.json");
    EXPECT_EQ(read_run_config(document, tables).callbacks.size(), 1);
    EXPECT_THROW((void)read_run_config(document, Tables{}), ConfigError);
}

TEST(RunConfigFile, IsReadWithAssignmentsAndNamedInEveryProblem) {
    const TemporaryFolder folder;
    const fs::path file = folder.write("run.json", kClassicRecipe);
    const std::vector<std::string> right = {"/training/epochs=3", "/backbone/name=efficientnet_lite0"};
    EXPECT_EQ(read_run_config(file, right, Tables{}).training.epochs, 3);
    const std::vector<std::string> wrong = {"/training/epochs=none", "/sed=1"};
    EXPECT_EQ(testing::error_message<ConfigError>([&] { (void)read_run_config(file, wrong, Tables{}); }),
              "2 problems:\n  " + file.string() +
                  ": /training/epochs: expected integer in [1, 100000], got \"none\"\n  " + file.string() +
                  ": /sed: unknown key (did you mean \"seed\"?)");
}

TEST(RunConfigFile, SaysHowANumberIsGivenAsText) {
    const TemporaryFolder folder;
    const fs::path file = folder.write("run.json", kClassicRecipe);
    const std::vector<std::string> year = {"/training/epochs=3", "/data/train=2024"};
    EXPECT_EQ(testing::error_message<ConfigError>([&] { (void)read_run_config(file, year, Tables{}); }),
              file.string() + ": /data/train: expected a string, got 2024; as text: --set '/data/train=\"2024\"'");
    const std::vector<std::string> text = {"/data/train=\"2024\""};
    EXPECT_EQ(read_run_config(file, text, Tables{}).data.train, "2024");
}

std::vector<fs::path> shipped_configs() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(kProject / "configs"))
        if (entry.path().extension() == ".json" && entry.path().filename() != "schema.json")
            files.push_back(entry.path());
    return files;
}

TEST(ShippedConfigs, ReadWithoutAProblem) {
    const std::vector<fs::path> files = shipped_configs();
    EXPECT_GE(files.size(), 3);
    for (const fs::path& file : files) {
        EXPECT_NO_THROW((void)read_run_config(file, {}, Tables{})) << file;
        const std::string schema = parse_json_file(file).at("$schema").get<std::string>();
        EXPECT_TRUE(fs::equivalent(file.parent_path() / schema, kProject / "configs/schema.json")) << file;
    }
}

TEST(ConfigReference, LinksOnlyToHeadingsThatAreThere) {
    const std::string text = run_config_markdown(Tables{});
    std::set<std::string> anchors;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("## ")) continue;
        std::string anchor;
        for (const char c : line.substr(3))
            if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == ' ')
                anchor += c == ' ' ? '-' : c;
        EXPECT_TRUE(anchors.insert(anchor).second) << anchor;
    }
    std::size_t links = 0;
    for (std::size_t at = text.find("(#"); at != std::string::npos; at = text.find("(#", at + 1), ++links) {
        const std::string target = text.substr(at + 2, text.find(')', at) - at - 2);
        EXPECT_TRUE(anchors.contains(target)) << target;
    }
    EXPECT_GE(links, 15);
}

/// The problems of a config with these callbacks.
std::vector<std::string> problems_of_callbacks(const std::string& callbacks) {
    return problems_of(with("\"callbacks\": [" + callbacks + "]"));
}

TEST(CallbackFiles, LieInTheRunFolder) {
    for (const std::string name : {"../log.csv", "/logs/log.csv", "a/../../log.csv", "~/log.csv"}) {
        EXPECT_THAT(problems_of_callbacks(R"({"name": "csv_logger", "file": ")" + name + "\"}"),
                    ElementsAre("/callbacks/0/file: expected a name within the run folder, got \"" + name + "\""));
        EXPECT_THAT(problems_of_callbacks(R"({"name": "model_checkpoint", "file": ")" + name + "\"}"),
                    ElementsAre("/callbacks/0/file: expected a name within the run folder, got \"" + name + "\""));
    }
    EXPECT_THAT(problems_of_callbacks(R"({"name": "tensorboard", "log_dir": "/logs"})"),
                ElementsAre("/callbacks/0/log_dir: expected a name within the run folder, got \"/logs\""));
    EXPECT_THAT(problems_of_callbacks(R"({"name": "csv_logger", "file": "logs/"})"),
                ElementsAre("/callbacks/0/file: expected a file name, got \"logs/\""));
    EXPECT_THAT(problems_of_callbacks(R"({"name": "csv_logger", "file": "logs/../log.csv"},
                                         {"name": "model_checkpoint", "file": "..best/{epoch}.pt"},
                                         {"name": "tensorboard", "log_dir": "."},
                                         {"name": "tensorboard", "log_dir": "logs/"})"),
                IsEmpty());
}

TEST(CallbackFiles, AreNoneOfTheRunsOwn) {
    for (const std::string name : {"model.pt", "./record.json", "history.csv", "config.json", "split.json", "log.txt",
                                   "graft.lock", "test/report.txt", "checkpoint/last.pt", "test", "model.pt/log.csv"})
        EXPECT_THAT(problems_of_callbacks(R"({"name": "csv_logger", "file": ")" + name + "\"}"),
                    ElementsAre(HasSubstr("/callbacks/0/file: \"" + name + "\" is where the run itself writes ")));
    EXPECT_THAT(problems_of_callbacks(R"({"name": "model_checkpoint", "file": "checkpoint/last.pt"})"),
                ElementsAre("/callbacks/0/file: \"checkpoint/last.pt\" is where the run itself writes "
                            "checkpoint/last.pt: choose another name"));
}

TEST(CallbackFiles, AreNoOtherCallbacks) {
    EXPECT_THAT(
        problems_of_callbacks(R"({"name": "csv_logger"}, {"name": "early_stopping"}, {"name": "csv_logger"})"),
        ElementsAre("/callbacks/2/file: \"log.csv\" is where /callbacks/0/file writes too: choose another name"));
    EXPECT_THAT(problems_of_callbacks(R"({"name": "tensorboard"}, {"name": "tensorboard"})"),
                ElementsAre("/callbacks/1/log_dir: \"tensorboard\" is where /callbacks/0/log_dir writes too: "
                            "choose another name"));
    EXPECT_THAT(problems_of_callbacks(R"({"name": "csv_logger", "file": "a.csv"},
                                         {"name": "csv_logger", "file": "b.csv", "separator": "tab"},
                                         {"name": "model_checkpoint"},
                                         {"name": "model_checkpoint", "file": "best.pt"})"),
                IsEmpty());
}

TEST(CallbackFiles, OfPhasesAreNoOthersEither) {
    EXPECT_THAT(problems_of(with(R"("callbacks": ["csv_logger"], "training": {"phases": [
                    {"train": "head", "callbacks": ["terminate_on_nan", {"name": "csv_logger", "file": "../a.csv"}]},
                    {"train": "all", "callbacks": ["csv_logger"]}]})")),
                ElementsAre("/training/phases/0/callbacks/1/file: expected a name within the run folder, got "
                            "\"../a.csv\"",
                            "/training/phases/1/callbacks/0/file: \"log.csv\" is where /callbacks/0/file writes too: "
                            "choose another name"));
}

TEST(DataOptions, TrainOnOtherImagesThanTheyMeasure) {
    const TemporaryFolder folder;
    folder.write("train/cat/1.jpg", "x");
    fs::create_directory_symlink("train", folder / "link");
    const std::string train = (folder / "train").string();
    for (const std::string key : {"validation", "test"})
        for (const std::string& other :
             {train, train + "/", train + "/cat", folder.path().string(), (folder / "link").string()})
            EXPECT_THAT(problems_of(R"({"data": {"train": ")" + train + R"(", ")" + key + R"(": ")" + other +
                                    R"("}, "backbone": {"name": "efficientnet_lite0"}})"),
                        ElementsAre("/data/" + key + ": " + other + " and the folder of /data/train (" + train +
                                    ") are the same, or one lies in the other: the images that train would be "
                                    "measured too"));
    EXPECT_THAT(problems_of(with_data(R"("validation": "t2", "test": "../t")")), IsEmpty());
}

}  // namespace
}  // namespace graft

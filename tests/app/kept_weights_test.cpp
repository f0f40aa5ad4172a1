/// What is reported is what was saved: callbacks, monitors, /training/keep, validation and test are combined, and
/// model.pt is measured again against record, print-out and gate.
#include <gmock/gmock.h>
#include <stdlib.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/gates.hpp"
#include "app/outcome.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "graft/deploy/predictor.hpp"
#include "graft/network/own_backbone.hpp"
#include "graft/run/evaluate.hpp"
#include "network/layer_module.hpp"
#include "run/train_run.hpp"
#include "samples/sample_art.hpp"
#include "temporary_folder.hpp"

namespace graft {
namespace {

using testing::TemporaryFolder;
namespace fs = std::filesystem;

enum class Validation { none, split, folder };

struct Combination {
    std::string callback;  ///< of the config, or "": none
    Json options;          ///< of the callback
    std::string monitor;   ///< "loss" or "accuracy", of the validation where there is one
    std::string keep;
    Validation validation;
    bool test;

    [[nodiscard]] std::string prefix() const { return validation == Validation::none ? "" : "val_"; }
    [[nodiscard]] std::string text() const {
        return format_text("{}{} on {}, keep {}, validation {}, test {}", callback.empty() ? "no callback" : callback,
                           options.dump(), monitor, keep, static_cast<int>(validation), static_cast<int>(test));
    }
};

/// Three classes of three by three pixels' worth of colours, and nothing pretrained: trained in no time.
OwnBackbone tiny_backbone() {
    return {
        "tiny", "one stage", [](std::int64_t, std::int64_t) {
            return BackboneNetwork{
                .stages = {{"stem",
                            layers::chain(
                                {{"conv", layers::conv2d(
                                              {.in = 3, .out = 8, .kernel = 5, .stride = 4, .pad = on_each_side(2)})},
                                 {"relu", layers::function("torch.relu(x)")}})}},
                .channels = 8};
        }};
}

/// Writes the model of every epoch: what model.pt must be one of.
class EveryEpoch final : public Callback {
public:
    explicit EveryEpoch(fs::path folder) : folder_(std::move(folder)) {}
    void on_epoch_end(const EpochRecord& record, TrainControl& control) override {
        control.save_model(folder_ / format_text("epoch-{}.pt", record.epoch));
    }

private:
    fs::path folder_;
};

/// The first epoch with the lowest loss, or the highest accuracy.
std::size_t best_of(const std::vector<EpochRecord>& history, const std::string& metric) {
    const double sign = metric.ends_with("accuracy") ? -1 : 1;
    return static_cast<std::size_t>(
        std::ranges::min_element(history, {}, [&](const auto& row) { return sign * row.metric(metric).value(); }) -
        history.begin());
}

class KeptWeights : public ::testing::Test {
protected:
    KeptWeights() {
        ::setenv("GRAFT_CACHE", (folder_ / "cache").c_str(), 1);
        write_samples(folder_ / "drawn", {.train_per_class = 10, .test_per_class = 4, .image_size = 32});
        for (const std::string name : {"fish", "gear", "leaf"}) {
            for (const std::string part : {"train", "test"}) move(part, name, part);
            for (const std::string file : {"000.jpg", "001.jpg", "002.jpg"})
                move("train", name + "/" + file, "validation");
        }
    }
    ~KeptWeights() override { ::unsetenv("GRAFT_CACHE"); }

    void move(const std::string& from, const std::string& name, const std::string& to) const {
        const fs::path source = from == to ? folder_ / "drawn" / from / name : folder_ / from / name;
        const fs::path target = folder_ / to / name;
        fs::create_directories(target.parent_path());
        fs::rename(source, target);
    }

    [[nodiscard]] RunOptions options_of(const Combination& each, const Tables& tables) const {
        Json config = {
            {"output", (folder_ / "run").string()},
            {"data", {{"train", (folder_ / "train").string()}, {"image_size", 32}, {"batch_size", 3}}},
            {"backbone", {{"name", "tiny"}, {"weights", "random"}}},
            {"head", {{"hidden", Json::array()}}},
            {"features", {{"keep", "run"}}},
            {"training",
             {{"epochs", 5}, {"keep", each.keep}, {"optimizer", {{"name", "sgd"}, {"learning_rate", 0.2}}}}}};
        if (each.validation == Validation::split) config["data"]["validation_split"] = 0.3;
        if (each.validation == Validation::folder) config["data"]["validation"] = (folder_ / "validation").string();
        if (each.test) config["data"]["test"] = (folder_ / "test").string();
        if (!each.callback.empty()) {
            Json callback = each.options;
            callback["name"] = each.callback;
            callback["monitor"] = each.prefix() + each.monitor;
            config["callbacks"] = {callback};
        }
        RunOptions options = read_run_config(config, tables);
        options.own_callbacks = {std::make_shared<EveryEpoch>(folder_ / "epochs")};
        return options;
    }

    void check(const Combination& each);
    void expect_model_of_the_kept_epoch(const RunRecord& record) const;
    void expect_validation_again(const RunRecord& record) const;
    void expect_test_again(const RunRecord& record) const;
    void expect_printed(const RunRecord& record) const;

    const TemporaryFolder folder_;
    std::size_t earlier_ = 0;  ///< runs whose model is not the last epoch's
};

/// Which epoch's weights the model must have.
std::size_t expected_epoch(const Combination& each, const std::vector<EpochRecord>& history) {
    if (each.callback == "early_stopping")
        return each.options["restore_best_weights"] ? best_of(history, each.prefix() + each.monitor)
                                                    : history.size() - 1;
    return each.keep == "best" ? best_of(history, each.prefix() + "loss") : history.size() - 1;
}

void KeptWeights::check(const Combination& each) {
    SCOPED_TRACE(each.text());
    fs::remove_all(folder_ / "run");
    fs::remove_all(folder_ / "epochs");
    Tables tables;
    tables.architectures.add(architecture_row(tiny_backbone()));
    SilentReporter silent;
    const RunRecord record = run_training(options_of(each, tables), tables, {.reporter = silent});
    ASSERT_EQ(record.kept, expected_epoch(each, record.history)) << record.kept_because;
    if (record.kept + 1 < record.history.size()) ++earlier_;
    expect_model_of_the_kept_epoch(record);
    if (each.validation != Validation::none) expect_validation_again(record);
    ASSERT_EQ(record.test.has_value(), each.test);
    if (each.test) expect_test_again(record);
    expect_printed(record);
    if (each.callback != "model_checkpoint") return;
    const std::size_t best = best_of(record.history, each.prefix() + each.monitor);
    EXPECT_EQ(folder_.read("run/best.pt"), folder_.read(format_text("epochs/epoch-{}.pt", best)));
}

void KeptWeights::expect_model_of_the_kept_epoch(const RunRecord& record) const {
    const std::string model = folder_.read("run/model.pt");
    for (std::size_t epoch = 0; epoch < record.history.size(); ++epoch)
        EXPECT_EQ(model == folder_.read(format_text("epochs/epoch-{}.pt", epoch)), epoch == record.kept) << epoch;
    const Json json = Json::parse(folder_.read("run/record.json"));
    EXPECT_EQ(json["kept"]["epoch"], record.kept);
    EXPECT_EQ(json["history"].size(), record.history.size());
}

/// The images that the run validated on, in class folders.
void KeptWeights::expect_validation_again(const RunRecord& record) const {
    const Json json = Json::parse(folder_.read("run/split.json"));
    const fs::path again = folder_ / "epochs" / "validation";
    for (const Json& name : json["validation"]) {
        const std::string file = name.get<std::string>();
        fs::create_directories((again / file).parent_path());
        fs::copy_file(folder_ / (fs::exists(folder_ / "train" / file) ? "train" : "validation") / file, again / file);
    }
    const EvaluationRecord evaluated = evaluate(Predictor(folder_ / "run/model.pt"), again);
    EXPECT_EQ(evaluated.images, json["validation"].size());
    EXPECT_EQ(evaluated.classification().accuracy, record.kept_epoch().metric("val_accuracy"));
    EXPECT_NEAR(evaluated.classification().loss, record.kept_epoch().metric("val_loss").value(), 1e-4);
}

void KeptWeights::expect_test_again(const RunRecord& record) const {
    const EvaluationRecord evaluated = evaluate(Predictor(folder_ / "run/model.pt"), folder_ / "test");
    EXPECT_EQ(evaluated.images, 12);
    EXPECT_EQ(evaluated.classification().accuracy, record.test->classification().accuracy);
    EXPECT_EQ(evaluated.classification().loss, record.test->classification().loss);
    EXPECT_EQ(evaluated.classification().confusion, record.test->classification().confusion);
    EXPECT_EQ(folder_.read("run/test/report.txt"), to_text(evaluated));
}

/// Print-out, `--json` and gate say the figures of the saved weights.
void KeptWeights::expect_printed(const RunRecord& record) const {
    const std::string text = outcome_text(record, folder_ / "run");
    const Json json = outcome_json(record, folder_ / "run");
    EXPECT_EQ(json["kept"]["epoch"], record.kept);
    const std::optional<double> gated = record.test ? std::optional(record.test->classification().accuracy)
                                                    : record.kept_epoch().metric("val_accuracy");
    if (record.test) {
        EXPECT_THAT(text, ::testing::StartsWith(to_text(*record.test)));
    } else {
        for (const auto& [name, value] : record.kept_epoch().metrics)
            EXPECT_THAT(text, ::testing::HasSubstr(four_decimals(value))) << name;
        EXPECT_THAT(text, ::testing::HasSubstr(std::to_string(record.kept + 1)));
    }
    const auto judge = [&](double bound) {
        const std::vector<Gate> gates = {{"accuracy", bound}};
        expect_gates(gates, record, Tables{});
    };
    if (gated) {
        EXPECT_NO_THROW(judge(*gated));
    }
    EXPECT_THROW(judge(gated.value_or(0) + 1e-9), GateError);
}

struct ChosenCallback {
    std::string name;
    Json options;
};

TEST_F(KeptWeights, AreTheReportedOnesInEveryCombination) {
    const std::vector<ChosenCallback> callbacks = {
        {"early_stopping", {{"restore_best_weights", true}, {"patience", 2}}},
        {"early_stopping", {{"restore_best_weights", false}, {"patience", 2}}},
        {"model_checkpoint", {{"file", "best.pt"}}},
        {"reduce_lr_on_plateau", {{"patience", 1}}}};
    for (const std::string keep : {"best", "last"})
        for (const Validation validation : {Validation::none, Validation::split, Validation::folder})
            for (const bool test : {false, true}) {
                check({"", Json::object(), "loss", keep, validation, test});
                for (const auto& [name, options] : callbacks)
                    for (const std::string monitor : {"loss", "accuracy"})
                        check({name, options, monitor, keep, validation, test});
            }
    EXPECT_GT(earlier_, 25) << "the best epoch is too often the last one for this test to show much";
}

}  // namespace
}  // namespace graft

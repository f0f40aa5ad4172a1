/// @file
/// A run folder as `graft train` writes it, by hand: two classes, eight test images, six of them right.
#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "image/encoded_images.hpp"
#include "record/evaluation_json.hpp"
#include "record/run_record.hpp"
#include "report/report.hpp"
#include "temporary_folder.hpp"

namespace graft::testing {

inline EvaluationRecord small_evaluation(const std::string& source = "data/test") {
    ClassificationRecord of{.accuracy = 0.75, .loss = 0.5, .top_k = {{1, 0.75}}};
    of.classes = {{.name = "cat", .precision = 1, .recall = 0.5, .f1 = 2.0 / 3, .support = 4, .predicted = 2},
                  {.name = "dog", .precision = 4.0 / 6, .recall = 1, .f1 = 0.8, .support = 4, .predicted = 6}};
    of.confusion = {{2, 2}, {0, 4}};
    of.baseline = {"cat", 0.5};
    of.figures = {{"accuracy", 0.75, true, {0.4, 0.9}}};
    of.coverage = {{0, 1, 0.75}, {0.9, 0.5, 1}};
    of.reliability = {.ece = 0.125, .loss = 0.5, .bins = {{0.8, 0.9, 4, 0.875, 0.5}, {0.9, 1, 4, 1, 1}}};
    return {.source = source, .images = 8, .result = of};
}

inline std::vector<EpochRecord> small_history() {
    const auto epoch = [](std::int64_t number, double rate, double loss, double accuracy, double validation) {
        return EpochRecord{
            .epoch = number,
            .learning_rate = rate,
            .seconds = 1,
            .metrics = {{"loss", loss}, {"accuracy", accuracy}, {"val_loss", 2 * loss}, {"val_accuracy", validation}}};
    };
    return {epoch(0, 0.01, 0.75, 0.5, 0.5), epoch(1, 0.01, 0.5, 0.75, 0.75), epoch(2, 0.001, 0.5, 0.75, 0.75)};
}

inline RunRecord small_run(const std::string& data = "data") {
    PhaseRecord phase{.engine = "oneDNN graph", .frozen_before = "aa", .frozen_after = "aa"};
    phase.model = {.backbone = "resnet18", .weights = "w.pth", .weights_hash = "0123abcd", .frozen = {"stem"}};
    phase.model.parts = {{"stem", {64, 112, 112}, 9000, false}, {"head", {2}, 1000, true}};
    phase.features = {.images = 48, .computed = 48, .seconds = 4, .network_share = 0.75, .picture_share = 0.25};
    RunRecord run{.graft_version = "0.2.0", .task = "classification", .phases = {phase}};
    run.config = {{"name", "pets"},
                  {"seed", 3},
                  {"data", {{"train", data + "/train"}, {"test", data + "/test"}, {"batch_size", 32}}},
                  {"augmentation", {{"horizontal_flip", true}}},
                  {"training", {{"optimizer", {{"name", "adam"}, {"learning_rate", 0.01}}}, {"schedule", nullptr}}},
                  {"callbacks", {{{"name", "reduce_lr_on_plateau"}}}}};
    run.data = {.train = 40, .validation = 8, .test = 8, .classes = {{"cat", 20, 4, 4}, {"dog", 20, 4, 4}}};
    run.end = TrainingEnd::stopped_by_callback;
    run.reason = "early_stopping: enough";
    run.kept = 1;
    run.kept_because = "early_stopping: the best val_loss 1";
    run.history = small_history();
    run.test = small_evaluation(data + "/test");
    run.seconds = 10;
    run.peak_memory_mb = 100;
    run.machine = "a processor, 2 threads";
    run.finished = "2026-03-01 14:05 UTC";
    return run;
}

inline constexpr const char* kSmallPredictions =
    "file,class,predicted,correct,cat,dog\n"
    "cat/1.jpg,cat,cat,1,1,0\ncat/2.jpg,cat,cat,1,1,0\ncat/3.jpg,cat,dog,0,0.125,0.875\n"
    "cat/Bl\\xFCte.jpg,cat,dog,0,0.1,0.9\n"
    "dog/1.jpg,dog,dog,1,0,1\ndog/2.jpg,dog,dog,1,0,1\ndog/3.jpg,dog,dog,1,0.125,0.875\n"
    "dog/4.jpg,dog,dog,1,0.4,0.6\n";

/// A folder with a run and its images.
class SmallRun {
public:
    SmallRun() {
        write(small_run((folder_ / "data").string()));
        folder_.write("run/test/predictions.csv", kSmallPredictions);
        folder_.write("run/split.json", R"({"classes": ["cat", "dog"], "train": ["cat/9.jpg"], "validation": []})");
        for (const char* name : {"test/cat/3.jpg", "test/cat/Bl\xFCte.jpg", "test/dog/4.jpg", "train/cat/9.jpg"})
            folder_.write(std::string("data/") + name,
                          encoded(".jpg", cv::Mat(32, 48, CV_8UC3, cv::Scalar(0, 128, 255))));
    }

    void write(const RunRecord& run) const { folder_.write("run/record.json", pretty(to_json(run))); }
    [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }
    [[nodiscard]] std::filesystem::path path() const { return folder_ / "run"; }
    [[nodiscard]] ReportSource source() const { return read_report_source(path()); }
    [[nodiscard]] std::string report() const { return report_of(source()); }

private:
    TemporaryFolder folder_;
};

}  // namespace graft::testing

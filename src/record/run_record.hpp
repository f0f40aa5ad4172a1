/// @file
/// What a run did, as plain data: the only source of record.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "core/device.hpp"
#include "graft/record/evaluation.hpp"
#include "graft/record/history.hpp"

namespace graft {

/// Images of each class, or with each number, in each part.
struct DataRecord {
    struct Class {
        std::string name;
        std::int64_t train = 0, validation = 0, test = 0;
    };
    std::int64_t train = 0, validation = 0, test = 0;
    std::vector<Class> classes;
    std::string heading = "class";  ///< what the rows are of: "class", or "number" of a regression
};

/// One part of the network.
struct ModelRow {
    std::string name;                 ///< "layer1", "head.dense1"
    std::vector<std::int64_t> shape;  ///< of its output for one image
    std::int64_t parameters = 0;
    bool trainable = false;
};

/// The network, and what became of the tensors in the weights file.
struct ModelRecord {
    std::string backbone, weights, weights_hash;
    std::int64_t loaded = 0;
    std::vector<std::string> left_out, absent, unused;
    std::vector<std::string> frozen, trained;  ///< stages
    std::vector<std::int64_t> feature_shape;
    std::vector<ModelRow> parts;
};

/// How the features of a phase were computed.
struct FeaturesRecord {
    std::int64_t images = 0, computed = 0, found = 0;
    double seconds = 0;
    double network_share = 0;  ///< of the workers' time, what was spent in the network
    double picture_share = 0;  ///< and on reading, decoding and rendering
};

/// A part of a run in which the same stages train.
struct PhaseRecord {
    ModelRecord model;
    std::string engine;  ///< how the frozen part runs: "oneDNN graph"
    FeaturesRecord features;
    std::string frozen_before, frozen_after;  ///< SHA-256 over the frozen part's values: the freeze proof
    std::int64_t workers = 1, images_per_call = 1;
    std::int64_t batch_size = 0;  ///< images per step; 0: of a run before it was recorded
};

template <>
inline constexpr auto enum_names<TrainingEnd> = std::to_array<std::string_view>({"completed", "stopped by a callback",
                                                                                 "interrupted"});

/// What the temperature did to the probabilities of the validation images, on which it was fitted.
struct CalibrationRecord {
    double temperature = 1;
    std::int64_t images = 0;
    Reliability before, after;
    std::string reason;  ///< why the temperature is 1: "there are no validation images"; else empty
};

/// How a class does on images that were seen while training, and on the test images.
struct ClassDrop {
    std::string name;
    std::int64_t seen_images = 0, test_images = 0;
    double seen_recall = 0, test_recall = 0;
    Interval seen_interval, test_interval;  ///< Wilson's
};
/// The classes that have images in both parts, the largest drop first.
struct DropRecord {
    std::string part;  ///< "validation", or "train" where nothing validates
    std::vector<ClassDrop> classes;
};

struct RunRecord {
    std::string graft_version;
    Json config;  ///< with every default
    std::string task;
    DataRecord data;
    std::vector<PhaseRecord> phases;  ///< at least one
    TrainingEnd end = TrainingEnd::completed;
    std::string reason;        ///< of the callback that stopped it
    std::size_t kept = 0;      ///< which row of the history the model's weights are of
    std::string kept_because;  ///< "the last epoch", "the best val_loss 0.1234"
    std::vector<EpochRecord> history;
    std::optional<EvaluationRecord> test;
    std::optional<CalibrationRecord> calibration;
    std::optional<DropRecord> drop;
    double seconds = 0;
    double peak_memory_mb = 0;
    Precision precision = Precision::float32;
    std::string device = "cpu";  ///< where the network computed: "cpu", "cuda (NVIDIA H100 80GB HBM3)"
    std::string machine = {};    ///< "AMD EPYC 9B45, 2 threads, LibTorch 2.13.0"
    std::string finished = {};   ///< "2026-03-01 14:05 UTC"

    /// The epoch whose weights the model has.
    [[nodiscard]] const EpochRecord& kept_epoch() const { return history.at(kept); }
};

/// record.json. What concerns a phase stands at the top, of the last one; all of them in `phases` where there are
/// several.
[[nodiscard]] Json to_json(const RunRecord& record);

/// Images per class and part, as a table.
[[nodiscard]] std::string text_of(const DataRecord& data);
/// Parts of the network with output shapes and parameters, and which of them train, as a table.
[[nodiscard]] std::string text_of(const ModelRecord& model);

}  // namespace graft

/// @file
/// The one JSON file that drives a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/read.hpp"
#include "core/enum_names.hpp"
#include "data/data_options.hpp"
#include "features/features.hpp"
#include "image/augment/augmentation.hpp"
#include "network/architecture.hpp"
#include "network/backbone_options.hpp"
#include "network/head.hpp"
#include "network/torch_device.hpp"
#include "run/callback_files.hpp"
#include "run/decision_options.hpp"
#include "task/loss.hpp"
#include "task/metric.hpp"
#include "task/task.hpp"
#include "train/callback_table.hpp"
#include "train/mixing.hpp"
#include "train/optimizer.hpp"
#include "train/sampling.hpp"
#include "train/schedule.hpp"
#include "train/trainer.hpp"

namespace graft {

/// What can be named in a config. A library user copies the built-in tables and adds rows.
struct Tables {
    Registry<ArchitectureRow> architectures = builtin_architectures();
    Registry<TaskRow> tasks = builtin_tasks();
    Registry<LossRow> losses = builtin_losses();
    Registry<MetricRow> metrics = builtin_metrics();
    Registry<OptimizerRow> optimizers = builtin_optimizers();
    Registry<ScheduleRow> schedules = builtin_schedules();
    Registry<MixingRow> mixings = builtin_mixings();
    Registry<CallbackRow> callbacks = builtin_callbacks();
};

/// A phase: which stages stay frozen in it, and how the others are trained.
struct PhaseOptions {
    std::string train;           ///< "head", "norms", "all", or the first stage that trains; "": what `freeze` leaves
    std::string freeze = "all";  ///< as /backbone/freeze; where `train` is ""
    std::int64_t epochs = 10;
    OptimizerPlugin optimizer;                     ///< nothing: that of /training
    SchedulePlugin schedule;                       ///< nothing: that of /training
    std::optional<std::int64_t> batch_size;        ///< nothing: that of /data, also where that is "auto"
    std::vector<std::int64_t> image_size;          ///< pixels: {side} or {height, width}; empty: that of /data
    double layer_decay = 1;                        ///< a stage's learning rate is that of the one behind it times this
    std::map<std::string, double> learning_rates;  ///< of stages and the head, by name; others: as those above say
    bool decay_norms_and_biases = false;
    BatchNorms batch_norm = BatchNorms::fixed;
    double stochastic_depth = 0;            ///< share of images that go past the network's last residual branch
    MixingPlugin mixing;                    ///< nothing: batches are trained on as they are
    bool augment = true;                    ///< whether /augmentation applies
    std::vector<CallbackPlugin> callbacks;  ///< that act in this phase alone, after the run's
};

/// Images per step of a phase, as phases_of() gives it; the usual number where it is open: "auto", and no device was
/// measured (run/batch_sizes.hpp).
[[nodiscard]] inline std::int64_t batch_size_of(const PhaseOptions& phase) {
    return phase.batch_size.value_or(kUsualBatchSize);
}

/// A model that is learnt from besides labels.
struct DistillationOptions {
    std::optional<std::string> teacher;  ///< the file of a graft model; nothing: none
    double temperature = 4;
    double weight = 0.5;
};

struct TrainingSection {
    std::int64_t epochs = 10;
    std::vector<PhaseOptions> phases;  ///< none: one, which `epochs` and /backbone/freeze describe
    OptimizerPlugin optimizer;
    SchedulePlugin schedule;  ///< nothing: the learning rate stays
    LossPlugin loss;          ///< nothing: the task's own
    DistillationOptions distillation;
    std::vector<MetricPlugin> metrics;  ///< besides the task's own
    Sampling sampling = Sampling::shuffle;
    double sampling_exponent = 1;  ///< of what balanced sampling evens out
    Keep keep = Keep::best;
    std::optional<double> clip_norm;  ///< nothing: gradients are taken as they are
    std::int64_t accumulate = 1;      ///< batches per step
    std::optional<double> ema_decay;  ///< nothing: weights are not averaged
    bool ema_warm_up = true;
    Precision precision = Precision::float32;       ///< of trained stages, while they train
    std::optional<double> checkpoint_minutes = 10;  ///< within epochs; nothing: only between them
};

/// What makes probabilities say how often they are right.
enum class Calibration { temperature, none };
template <>
inline constexpr auto enum_names<Calibration> = std::to_array<std::string_view>({"temperature", "none"});

/// A value: copies are independent of each other.
struct RunOptions {
    std::string name;
    std::int64_t seed = 0;
    std::string device = "cpu";  ///< as device_named()
    TaskPlugin task;
    DataOptions data;
    AugmentationOptions augmentation;
    BackboneOptions backbone;
    HeadOptions head;
    FeatureOptions features;
    TrainingSection training;
    std::vector<CallbackPlugin> callbacks;
    std::vector<std::shared_ptr<Callback>> own_callbacks;  ///< an application's: called after those; in no document
    std::vector<std::int64_t> top_k = {5};
    std::optional<Calibration> calibration;  ///< nothing: by temperature, where it can be
    DecisionOptions decision;
    std::string output;
};

/// The phases of a run, one after the other, with optimizer, schedule and batch size decided.
[[nodiscard]] std::vector<PhaseOptions> phases_of(const RunOptions& options);
/// Epochs of all phases together.
[[nodiscard]] std::int64_t epochs_of(const RunOptions& options);

/// Where a run computes. @throws ConfigError for a device that is not there
[[nodiscard]] ChosenDevice device_of(const RunOptions& options);

/// The callbacks of the run and those of its phases. They are the options' own, which outlive the list.
[[nodiscard]] std::vector<CallbackList> callback_lists(const RunOptions& options);

/// A config with every default, ready to be read into.
[[nodiscard]] RunOptions default_run_config(const Tables& tables);

/// Declares all fields.
void describe(Fields& fields, RunOptions& config, const Tables& tables);

/// Reads and checks a document. Throws ConfigError with every problem found.
[[nodiscard]] RunOptions read_run_config(Json document, const Tables& tables);

/// A config as it was given: a file's document with the `--set` assignments applied.
struct WrittenConfig {
    std::filesystem::path file;
    std::vector<std::string> assignments;
    Json document;
};
/// @throws ConfigError for a file that is not JSON, and for assignments that have no place in it
[[nodiscard]] WrittenConfig read_written_config(const std::filesystem::path& file,
                                                std::span<const std::string> assignments);
/// As of a document; problems begin with the file.
[[nodiscard]] RunOptions read_run_config(const WrittenConfig& written, const Tables& tables);

/// Reads a file, applies `--set` assignments, and checks the result.
[[nodiscard]] RunOptions read_run_config(const std::filesystem::path& file, std::span<const std::string> assignments,
                                         const Tables& tables);

/// The config with all defaults written out.
[[nodiscard]] Json resolved(const RunOptions& config, const Tables& tables);
/// What differs from the defaults: a new option with a default changes nothing in it.
[[nodiscard]] Json differences(const RunOptions& config, const Tables& tables);

/// The JSON Schema (configs/schema.json) and the reference (docs/config.md), from the same declarations.
[[nodiscard]] Json run_config_schema(const Tables& tables);
[[nodiscard]] std::string run_config_markdown(const Tables& tables);

}  // namespace graft

/// @file
/// The one JSON file that drives a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/read.hpp"
#include "data/image_check.hpp"
#include "data/split.hpp"
#include "features/features.hpp"
#include "image/augmentation.hpp"
#include "image/preprocessing.hpp"
#include "model/architecture.hpp"
#include "model/head.hpp"
#include "model/inference.hpp"
#include "model/load_state.hpp"
#include "train/callback.hpp"
#include "train/loss.hpp"
#include "train/optimizer.hpp"

namespace graft {

/// What can be named in a config. A library user copies the built-in tables and adds rows.
struct Tables {
    Registry<ArchitectureRow> architectures = builtin_architectures();
    Registry<OptimizerRow> optimizers = builtin_optimizers();
    Registry<LossRow> losses = builtin_losses();
    Registry<CallbackRow> callbacks = builtin_callbacks();
};

/// nearest, bilinear and bicubic as in Interpolation; automatic: the one the weights were trained with.
enum class InterpolationChoice { automatic, nearest, bilinear, bicubic };
/// squash and center_crop as in ResizeMode; automatic: as the weights were tested.
enum class ResizeChoice { automatic, squash, center_crop };

struct DataOptions {
    std::string train;
    std::optional<std::string> validation, test;
    SplitOptions split;
    std::vector<std::int64_t> image_size;  ///< pixels: {side} or {height, width}; empty: that of the weights
    ResizeChoice resize = ResizeChoice::automatic;
    std::optional<double> crop_fraction;  ///< nothing: that of the weights
    InterpolationChoice interpolation = InterpolationChoice::automatic;
    std::vector<double> mean, std;  ///< per channel, 0..255; empty: those of the weights
    std::int64_t batch_size = 32;
    OnBadImage on_bad_image = OnBadImage::fail;
    ClassMismatch class_mismatch = ClassMismatch::fail;
    std::optional<std::int64_t> workers;  ///< nothing: one per core
};

struct BackboneOptions {
    std::string name;
    std::optional<std::string> weights;  ///< a file, a name of the manifest, or "random"; nothing: the manifest's first
    std::string freeze = "all";
    Precision precision = Precision::float32;  ///< of the frozen part
    LoadAllowance allowance;
};

void describe(Fields& fields, DataOptions& options);
void describe(Fields& fields, BackboneOptions& options);

enum class Keep { best, last };

struct TrainingSection {
    std::int64_t epochs = 10;
    std::shared_ptr<OptimizerSpec> optimizer;
    std::shared_ptr<LossSpec> loss;
    Keep keep = Keep::best;
};

struct RunOptions {
    std::string name;
    std::int64_t seed = 0;
    DataOptions data;
    AugmentationOptions augmentation;
    BackboneOptions backbone;
    HeadOptions head;
    FeatureOptions features;
    TrainingSection training;
    std::vector<std::shared_ptr<CallbackSpec>> callbacks;
    std::vector<std::shared_ptr<Callback>> own_callbacks;  ///< an application's: called after those; in no document
    std::vector<std::int64_t> top_k = {5};
    std::string output;
};

/// Augmented views per image that a run reads; 0 without augmentation: the plain picture alone.
[[nodiscard]] std::int64_t augmented_views(const RunOptions& config);

/// A config with every default, ready to be read into.
[[nodiscard]] RunOptions default_run_config(const Tables& tables);

/// Declares all fields.
void describe(Fields& fields, RunOptions& config, const Tables& tables);

/// Reads and checks a document. Throws ConfigError with every problem found.
[[nodiscard]] RunOptions read_run_config(Json document, const Tables& tables);

/// Reads a file, applies `--set` assignments, and checks the result.
[[nodiscard]] RunOptions read_run_config(const std::filesystem::path& file, std::span<const std::string> assignments,
                                         const Tables& tables);

/// The config with all defaults written out.
[[nodiscard]] Json resolved(const RunOptions& config, const Tables& tables);

/// The JSON Schema (configs/schema.json) and the reference (docs/config.md), from the same declarations.
[[nodiscard]] Json run_config_schema(const Tables& tables);
[[nodiscard]] std::string run_config_markdown(const Tables& tables);

}  // namespace graft

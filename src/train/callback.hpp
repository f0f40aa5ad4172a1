/// @file
/// Callbacks: what may happen at the seams of training. One file each in train/callbacks/, one line each in
/// train/callbacks/builtin_callbacks.inc.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.hpp"
#include "config/json.hpp"
#include "core/registry.hpp"
#include "graft/core/reporter.hpp"
#include "record/history.hpp"

namespace graft {

/// The trainable parameters and buffers at one moment; opaque to callbacks, immutable, shared.
class WeightsSnapshot {
public:
    virtual ~WeightsSnapshot() = default;
};

/// What a callback may see of the training at hand and ask of it.
class TrainControl {
public:
    virtual ~TrainControl() = default;
    [[nodiscard]] virtual double learning_rate() const = 0;
    virtual void set_learning_rate(double learning_rate) = 0;
    /// Training ends after this epoch (asked at an epoch's end) or after this batch (asked at a batch's end).
    virtual void stop_training(const std::string& reason) = 0;
    [[nodiscard]] virtual std::shared_ptr<const WeightsSnapshot> snapshot_weights() const = 0;
    virtual void restore_weights(const WeightsSnapshot& snapshot) = 0;
    /// Writes the model as it is now, complete and loadable.
    virtual void save_model(const std::filesystem::path& file) = 0;
    virtual Reporter& reporter() = 0;
};

struct BatchRecord {
    std::int64_t epoch = 0, batch = 0;  ///< counted from 0
    double loss = 0;                    ///< mean over the batch
};

/// All that a callback must remember to make the same decisions after a resume.
struct CallbackState {
    Json values = Json::object();
    std::shared_ptr<const WeightsSnapshot> weights;  ///< null when the callback keeps none
};

class Callback {
public:
    virtual ~Callback() = default;
    virtual void on_train_begin(TrainControl&) {}
    virtual void on_batch_end(const BatchRecord&, TrainControl&) {}
    virtual void on_epoch_end(const EpochRecord&, TrainControl&) {}
    /// Called once, however training ended (also when it was interrupted).
    virtual void on_train_end(TrainControl&) {}
    [[nodiscard]] virtual CallbackState save_state() const { return {}; }
    /// On a resume: called on a newly built callback, before on_train_begin.
    virtual void load_state(const CallbackState&) {}
};

/// What a callback learns about the run when it is built.
struct CallbackContext {
    std::filesystem::path run_folder;           ///< relative file names of options are relative to it
    std::vector<std::string> produced_metrics;  ///< the names in EpochRecord::metrics, in that order
    std::string pointer;                        ///< where its options stand, for example "/callbacks/0"
};

/// The written options of a callback.
class CallbackSpec {
public:
    virtual ~CallbackSpec() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    virtual void describe(Fields& fields) = 0;
    /// Throws ConfigError when the options do not fit the run.
    [[nodiscard]] virtual std::unique_ptr<Callback> build(const CallbackContext& context) const = 0;
};

struct CallbackRow {
    std::string name, summary;
    std::function<std::shared_ptr<CallbackSpec>()> make;
};

/// The callbacks that graft brings.
[[nodiscard]] const Registry<CallbackRow>& builtin_callbacks();

}  // namespace graft

/// @file
/// Callbacks: what may happen at the seams of training. graft's own are named in the config (docs/callbacks.md); an
/// application hands objects of its own to graft::train, see docs/examples/own_callback.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "graft/core/export.hpp"
#include "graft/core/reporter.hpp"
#include "graft/record/history.hpp"

namespace graft {

/// The trainable parameters and buffers at one moment; opaque to callbacks, immutable, shared.
class GRAFT_EXPORT WeightsSnapshot {
public:
    virtual ~WeightsSnapshot() = default;
};

/// What a callback may see of the training at hand and ask of it. Valid during the call only.
class GRAFT_EXPORT TrainControl {
public:
    virtual ~TrainControl() = default;
    /// The names of the groups that the trained parameters are in, "layer4" or "head": each has a learning rate.
    [[nodiscard]] virtual std::vector<std::string> parameter_groups() const = 0;
    /// The learning rate of the first group.
    [[nodiscard]] virtual double learning_rate() const = 0;
    /// The learning rate of a group. Throws Error when there is none of that name.
    [[nodiscard]] virtual double learning_rate(const std::string& group) const = 0;
    /// The first group's becomes `learning_rate`, and those of the others change by the same factor. With a schedule it
    /// holds at once, and the schedule goes on from there.
    virtual void set_learning_rate(double learning_rate) = 0;
    virtual void set_learning_rate(const std::string& group, double learning_rate) = 0;
    /// Training ends after this epoch (asked at an epoch's end) or after this batch (asked at a batch's end). Asked by
    /// a callback of a phase, the phase ends.
    /// @param reason stands in the record
    virtual void stop_training(const std::string& reason) = 0;
    [[nodiscard]] virtual std::shared_ptr<const WeightsSnapshot> snapshot_weights() const = 0;
    /// @param snapshot of this training
    /// @param reason why these weights and no others; stands in the record when the model keeps them
    virtual void restore_weights(const WeightsSnapshot& snapshot, const std::string& reason) = 0;
    /// Writes the model as it is now, complete and loadable. Throws Error when the file cannot be written or a weight
    /// is not finite.
    virtual void save_model(const std::filesystem::path& file) = 0;
    virtual Reporter& reporter() = 0;
};

struct BatchRecord {
    std::int64_t epoch = 0, batch = 0;  ///< counted from 0
    double loss = 0;                    ///< mean over the batch
};

/// All that a callback must remember to make the same decisions after a resume.
struct CallbackState {
    std::string values;                              ///< UTF-8 text in a form of the callback's own; graft's use JSON
    std::shared_ptr<const WeightsSnapshot> weights;  ///< null when the callback keeps none
};

/// All functions are called on the thread that trains. What they throw ends the training and reaches the caller.
class GRAFT_EXPORT Callback {
public:
    virtual ~Callback() = default;
    virtual void on_train_begin(TrainControl&) {}
    virtual void on_batch_end(const BatchRecord&, TrainControl&) {}
    virtual void on_epoch_end(const EpochRecord&, TrainControl&) {}
    /// Called once, however training ended (also when it was interrupted), unless it failed.
    virtual void on_train_end(TrainControl&) {}
    /// Whether this callback decides which weights the model gets in the end; then /training/keep does not.
    [[nodiscard]] virtual bool decides_weights() const { return false; }
    [[nodiscard]] virtual CallbackState save_state() const { return {}; }
    /// On a resume: called on a newly built callback, before on_train_begin.
    virtual void load_state(const CallbackState&) {}
};

}  // namespace graft

/// @file
/// Stops training when a metric has stopped improving, and restores the best weights.
/// Decides as Keras's EarlyStopping (3.15) does, except that NaN and infinity never count as an improvement and that
/// the best weights are restored by default.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/text.hpp"
#include "train/callback_table.hpp"
#include "train/monitor.hpp"

namespace graft {
namespace {

struct EarlyStoppingOptions {
    MonitorOptions watch;
    std::int64_t patience = 0;       ///< epochs without an improvement before training stops; 0 behaves as 1
    std::optional<double> baseline;  ///< improvements that do not beat it too do not restart the wait
    bool restore_best_weights = true;
    std::int64_t start_from_epoch =
        0;  ///< epochs before this one are ignored; counted from 0, in a phase from its first
};

void describe(Fields& fields, EarlyStoppingOptions& options) {
    describe(fields, options.watch);
    fields.field("patience", options.patience, "Epochs without improvement before training stops.", at_least(0));
    fields.field("baseline", options.baseline, "Improvements short of it do not restart the wait.");
    fields.field("restore_best_weights", options.restore_best_weights, "Ends with the best epoch's weights.");
    fields.field("start_from_epoch", options.start_from_epoch, "Ignores earlier epochs, counted from 0.", at_least(0));
}

class EarlyStopping final : public Callback {
public:
    EarlyStopping(const EarlyStoppingOptions& options, const CallbackContext& context)
        : options_(options), monitor_(options.watch, context.produced_metrics, context.pointer) {}

    void on_epoch_end(const EpochRecord& record, TrainControl& control) override {
        if (!first_epoch_) first_epoch_ = record.epoch;
        if (record.epoch - *first_epoch_ < options_.start_from_epoch) return;
        ++wait_;
        const double current = monitor_.value_in(record);
        if (monitor_.improve(current)) {
            best_epoch_ = record.epoch;
            if (options_.restore_best_weights) best_weights_ = control.snapshot_weights();
            if (!options_.baseline || monitor_.better(current, *options_.baseline)) wait_ = 0;
        } else if (wait_ >= options_.patience && record.epoch > *first_epoch_) {
            control.stop_training(reason());
        }
    }

    [[nodiscard]] bool decides_weights() const override { return true; }

    // Also when the last epoch was the best: an interrupted epoch after it may have moved the weights.
    void on_train_end(TrainControl& control) override {
        if (!best_weights_) return;
        control.restore_weights(*best_weights_, "early_stopping: " + best());
        control.reporter().note(
            format_text("early_stopping: restored the weights of epoch {}, {}", best_epoch_ + 1, best()));
    }

    [[nodiscard]] CallbackState save_state() const override {
        const Json values = {{"wait", wait_},
                             {"best", monitor_.save_state()},
                             {"best_epoch", best_epoch_},
                             {"first_epoch", first_epoch_ ? Json(*first_epoch_) : Json()}};
        return {values.dump(), best_weights_};
    }
    void load_state(const CallbackState& state) override {
        const Json values = Json::parse(state.values);
        wait_ = values.at("wait").get<std::int64_t>();
        best_epoch_ = values.at("best_epoch").get<std::int64_t>();
        monitor_.load_state(values.at("best"));
        if (const Json first = values.value("first_epoch", Json(0)); !first.is_null())
            first_epoch_ = first.get<std::int64_t>();
        best_weights_ = state.weights;
    }

private:
    // People count epochs from 1, as the progress lines do.
    [[nodiscard]] std::string best() const {
        return format_text("the best {} {}", monitor_.name(), four_digits(*monitor_.best()));
    }

    [[nodiscard]] std::string reason() const {
        const std::string when = monitor_.best() ? format_text("; {} was in epoch {}", best(), best_epoch_ + 1) : "";
        return format_text("early_stopping: no sufficient improvement of {} for {}{}", monitor_.name(),
                           count_of(static_cast<std::uint64_t>(wait_), "epoch"), when);
    }

    EarlyStoppingOptions options_;
    Monitor monitor_;
    std::int64_t wait_ = 0, best_epoch_ = 0;
    std::optional<std::int64_t> first_epoch_;  ///< 0 in a run; that of its phase otherwise
    std::shared_ptr<const WeightsSnapshot> best_weights_;
};

std::shared_ptr<Callback> build(const EarlyStoppingOptions& options, const CallbackContext& context) {
    return std::make_shared<EarlyStopping>(options, context);
}

}  // namespace

CallbackRow early_stopping_row() {
    return plugin_row<CallbackRow, EarlyStoppingOptions>(
        "early_stopping", "Stops when a metric has stopped improving; restores the best weights");
}

}  // namespace graft

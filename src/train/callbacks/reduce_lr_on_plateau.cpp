/// @file
/// Reduces the learning rate when a metric has stopped improving. Decides as Keras's ReduceLROnPlateau (3.15) does,
/// except that NaN and infinity never count as an improvement.

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/text.hpp"
#include "train/callback_table.hpp"
#include "train/monitor.hpp"

namespace graft {
namespace {

struct ReduceLrOnPlateauOptions {
    MonitorOptions watch{.min_delta = 1e-4};
    double factor = 0.1;         ///< the learning rate is multiplied by it; 0 < factor < 1
    std::int64_t patience = 10;  ///< epochs without an improvement before a reduction
    std::int64_t cooldown = 0;   ///< epochs after a reduction in which nothing is counted
    double min_lr = 0;           ///< the learning rate is never reduced below it
};

void describe(Fields& fields, ReduceLrOnPlateauOptions& options) {
    describe(fields, options.watch);
    fields.field("factor", options.factor, "Multiplies the learning rate.", strictly_between(0, 1));
    fields.field("patience", options.patience, "Epochs without improvement before a reduction.", at_least(0));
    fields.field("cooldown", options.cooldown, "Epochs after a reduction that do not count.", at_least(0));
    fields.field("min_lr", options.min_lr, "Lower bound of the learning rate.", at_least(0));
}

class ReduceLrOnPlateau final : public Callback {
public:
    ReduceLrOnPlateau(const ReduceLrOnPlateauOptions& options, const CallbackContext& context)
        : options_(options), monitor_(options.watch, context.produced_metrics, context.pointer) {}

    void on_epoch_end(const EpochRecord& record, TrainControl& control) override {
        if (cooldown_counter_ > 0) {
            --cooldown_counter_;
            wait_ = 0;
        }
        if (monitor_.improve(monitor_.value_in(record)))
            wait_ = 0;
        else if (cooldown_counter_ == 0 && ++wait_ >= options_.patience)
            reduce(control);
    }

    [[nodiscard]] CallbackState save_state() const override {
        const Json values = {{"wait", wait_}, {"best", monitor_.save_state()}, {"cooldown_counter", cooldown_counter_}};
        return {values.dump(), nullptr};
    }
    void load_state(const CallbackState& state) override {
        const Json values = Json::parse(state.values);
        wait_ = values.at("wait").get<std::int64_t>();
        cooldown_counter_ = values.at("cooldown_counter").get<std::int64_t>();
        monitor_.load_state(values.at("best"));
    }

private:
    /// At the floor nothing happens, and the wait goes on.
    void reduce(TrainControl& control) {
        const double old_rate = control.learning_rate();
        if (old_rate <= options_.min_lr) return;
        const double new_rate = std::max(old_rate * options_.factor, options_.min_lr);
        control.set_learning_rate(new_rate);
        control.reporter().note(
            format_text("reduce_lr_on_plateau: learning rate {} -> {}: no sufficient improvement of {} for {}",
                        four_digits(old_rate), four_digits(new_rate), monitor_.name(),
                        count_of(static_cast<std::uint64_t>(wait_), "epoch")));
        cooldown_counter_ = options_.cooldown;
        wait_ = 0;
    }

    ReduceLrOnPlateauOptions options_;
    Monitor monitor_;
    std::int64_t wait_ = 0, cooldown_counter_ = 0;
};

std::shared_ptr<Callback> build(const ReduceLrOnPlateauOptions& options, const CallbackContext& context) {
    return std::make_shared<ReduceLrOnPlateau>(options, context);
}

}  // namespace

CallbackRow reduce_lr_on_plateau_row() {
    return plugin_row<CallbackRow, ReduceLrOnPlateauOptions>(
        "reduce_lr_on_plateau", "Reduces the learning rate when a metric has stopped improving");
}

}  // namespace graft

#include "train/keep_best.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "train/monitor.hpp"

namespace graft {
namespace {

class KeepBest final : public Callback {
public:
    explicit KeepBest(Monitor monitor) : monitor_(std::move(monitor)) {}

    void on_epoch_end(const EpochRecord& record, TrainControl& control) override {
        if (!monitor_.improve(monitor_.value_in(record))) return;
        weights_ = control.snapshot_weights();
        epoch_ = record.epoch;
    }
    void on_train_end(TrainControl& control) override {
        if (!weights_) return;
        const std::string best = format_text("the best {} {}", monitor_.name(), four_digits(*monitor_.best()));
        control.restore_weights(*weights_, best);
        control.reporter().note(format_text("keep: the model has the weights of epoch {}, {}", epoch_ + 1, best));
    }
    [[nodiscard]] CallbackState save_state() const override {
        return {Json{{"best", monitor_.save_state()}, {"epoch", epoch_}}.dump(), weights_};
    }
    void load_state(const CallbackState& state) override {
        const Json values = Json::parse(state.values);
        monitor_.load_state(values.at("best"));
        epoch_ = values.at("epoch").get<std::int64_t>();
        weights_ = state.weights;
    }

private:
    Monitor monitor_;
    std::int64_t epoch_ = 0;
    std::shared_ptr<const WeightsSnapshot> weights_;
};

}  // namespace

std::shared_ptr<Callback> keep_best(std::span<const ProducedMetric> metrics) {
    const bool validates = std::ranges::any_of(metrics, [](const auto& metric) { return metric.name == "val_loss"; });
    return std::make_shared<KeepBest>(Monitor({.monitor = validates ? "val_loss" : "loss"}, metrics, "/training/keep"));
}

}  // namespace graft

#include "train/shared_callback.hpp"

#include "graft/core/errors.hpp"

namespace graft {
namespace {

class SharedCallback final : public Callback {
public:
    explicit SharedCallback(std::shared_ptr<Callback> callback) : callback_(std::move(callback)) {}
    void on_train_begin(TrainControl& control) override { callback_->on_train_begin(control); }
    void on_batch_end(const BatchRecord& record, TrainControl& control) override {
        callback_->on_batch_end(record, control);
    }
    void on_epoch_end(const EpochRecord& record, TrainControl& control) override {
        callback_->on_epoch_end(record, control);
    }
    void on_train_end(TrainControl& control) override { callback_->on_train_end(control); }
    [[nodiscard]] CallbackState save_state() const override { return callback_->save_state(); }
    void load_state(const CallbackState& state) override { callback_->load_state(state); }

private:
    std::shared_ptr<Callback> callback_;
};

}  // namespace

std::unique_ptr<Callback> shared_callback(std::shared_ptr<Callback> callback) {
    if (callback == nullptr) throw Error("a callback given to the training is a null pointer");
    return std::make_unique<SharedCallback>(std::move(callback));
}

}  // namespace graft

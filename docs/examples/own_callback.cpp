// A callback of the application's own: example_own_callback CONFIG RUN-FOLDER
// WarmUp raises the learning rate linearly over the first epochs. TimeLimit ends training in good order when its time
// is used up: the model of what was trained so far is saved and tested.
#include <chrono>
#include <cstdio>
#include <graft/run/train.hpp>
#include <memory>
#include <string>

namespace {

/// Epoch e of the first `epochs` trains with (e + 1) / epochs of the config's learning rate. What it must know to do
/// the same after a resume is its state; the learning rate itself is kept by graft.
class WarmUp final : public graft::Callback {
public:
    explicit WarmUp(int epochs) : epochs_(epochs) {}

    void on_train_begin(graft::TrainControl& control) override {
        if (full_rate_ != 0) return;  // resumed
        full_rate_ = control.learning_rate();
        control.set_learning_rate(full_rate_ / epochs_);
    }
    void on_epoch_end(const graft::EpochRecord& record, graft::TrainControl& control) override {
        if (record.epoch + 1 >= epochs_) return;
        control.set_learning_rate(full_rate_ * static_cast<double>(record.epoch + 2) / epochs_);
    }
    graft::CallbackState save_state() const override {
        char text[32];
        std::snprintf(text, sizeof text, "%.17g", full_rate_);  // every digit, so that nothing differs after a resume
        return {text, nullptr};
    }
    void load_state(const graft::CallbackState& state) override { full_rate_ = std::stod(state.values); }

private:
    int epochs_;
    double full_rate_ = 0;
};

class TimeLimit final : public graft::Callback {
public:
    explicit TimeLimit(std::chrono::seconds limit) : limit_(limit) {}

    void on_train_begin(graft::TrainControl&) override { start_ = std::chrono::steady_clock::now(); }
    void on_epoch_end(const graft::EpochRecord&, graft::TrainControl& control) override {
        if (std::chrono::steady_clock::now() - start_ >= limit_) control.stop_training("the time is used up");
    }

private:
    std::chrono::seconds limit_;
    std::chrono::steady_clock::time_point start_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s CONFIG RUN-FOLDER\n", argv[0]);
        return 2;
    }
    try {
        auto config = graft::RunConfig::from_file(argv[1]);
        config.set("/output", argv[2]);
        graft::TrainOptions options;
        options.callbacks = {std::make_shared<WarmUp>(3), std::make_shared<TimeLimit>(std::chrono::minutes(30))};
        const graft::TrainRecord record = graft::train(config, options);
        for (const graft::EpochRecord& epoch : record.history)
            std::printf("epoch %d: learning rate %g, loss %.4f\n", static_cast<int>(epoch.epoch + 1),
                        epoch.learning_rate, epoch.metric("loss").value());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

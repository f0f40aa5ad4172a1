// Callbacks that act in one phase of a training alone.
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>

#include <functional>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "train/separable_images.hpp"
#include "train/weights_snapshot.hpp"

namespace graft {
namespace {

using Strings = std::vector<std::string>;
using ::testing::ElementsAre;
using Callbacks = std::vector<std::shared_ptr<Callback>>;

/// Writes down what it hears, and asks for what a test wants.
class Listener final : public Callback {
public:
    using OnEpoch = std::function<void(const EpochRecord&, TrainControl&)>;
    Listener(std::string name, Strings& events, OnEpoch on_epoch)
        : name_(std::move(name)), events_(events), on_epoch_(std::move(on_epoch)) {}
    void on_train_begin(TrainControl&) override { events_.push_back(name_ + " begins"); }
    void on_epoch_end(const EpochRecord& record, TrainControl& control) override {
        events_.push_back(name_ + " " + std::to_string(record.epoch));
        if (on_epoch_) on_epoch_(record, control);
    }
    void on_train_end(TrainControl&) override { events_.push_back(name_ + " ends"); }

private:
    std::string name_;
    Strings& events_;
    OnEpoch on_epoch_;
};

/// What the callbacks of a training are: its own, and those of its two phases.
struct AllCallbacks {
    Callbacks run, first, second;
};

/// Two phases on the same features, of `first_epochs_` and of three epochs.
class PhaseCallbacks : public ::testing::Test {
protected:
    std::shared_ptr<Callback> listener(const std::string& name, Listener::OnEpoch on_epoch = {}) {
        return std::make_shared<Listener>(name, events_, std::move(on_epoch));
    }
    TrainingResult run(AllCallbacks callbacks, bool resume = false) {
        WholeTraining parts = training_.parts();
        scion_ = parts.phase.scion;
        parts.run.callbacks = std::move(callbacks.run);
        parts.phase.batch_size = 7;
        PhaseParts first = parts.phase, second = parts.phase;
        const std::vector<at::Tensor> parameters = parts.phase.optimizer->param_groups().front().params();
        first.epochs = first_epochs_;
        first.callbacks = std::move(callbacks.first);
        second.optimizer = build_optimizer("sgd", {{"learning_rate", second_rate_}}, parameters);
        second.epochs = 3;
        second.callbacks = std::move(callbacks.second);
        Trainer trainer(std::move(parts.run),
                        {.epochs = first_epochs_ + 3, .seed = 1, .keep = Keep::last, .average = average_}, reporter_);
        if (resume) trainer.resume();
        PhaseParts phases[] = {std::move(first), std::move(second)};
        for (std::size_t i = trainer.next_phase(); i < 2 && !trainer.ended(); ++i) trainer.run(std::move(phases[i]));
        return trainer.finish();
    }
    [[nodiscard]] std::vector<at::Tensor> weights() const { return TensorSnapshot(scion_).values(); }
    void expect_weights(const std::vector<at::Tensor>& expected, const std::string& where = "") const {
        const std::vector<at::Tensor> found = weights();
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(at::equal(found[i], expected[i])) << where << i;
    }

    SeparableTraining training_{testing::fresh_folder()};
    std::int64_t first_epochs_ = 2;
    double second_rate_ = 0.1;
    std::optional<AveragingOptions> average_;
    Strings events_;
    testing::RecordingReporter reporter_;
    TorchModule scion_;
};

TEST_F(PhaseCallbacks, HearOfTheirPhaseAloneAndAfterTheRuns) {
    (void)run({.run = {listener("run")}, .first = {listener("first")}, .second = {listener("second")}});
    EXPECT_THAT(events_, ElementsAre("run begins", "first begins", "run 0", "first 0", "run 1", "first 1", "first ends",
                                     "second begins", "run 2", "second 2", "run 3", "second 3", "run 4", "second 4",
                                     "second ends", "run ends"));
}

TEST_F(PhaseCallbacks, EndTheirPhaseAndNotTheRun) {
    first_epochs_ = 10;
    const auto enough = [](const EpochRecord& record, TrainControl& control) {
        if (record.epoch == 1) control.stop_training("enough");
    };
    const TrainingResult result = run({.first = {listener("first", enough)}});
    EXPECT_EQ(result.end, TrainingEnd::completed);
    ASSERT_EQ(result.history.size(), 5);
    EXPECT_EQ(result.history[1].phase, 0);
    EXPECT_EQ(result.history[2].phase, 1);
    EXPECT_EQ(reporter_.notes, Strings{"the phase ends: enough"});

    const TrainingResult all = run({.run = {listener("run", enough)}});
    EXPECT_EQ(all.end, TrainingEnd::stopped_by_callback);
    EXPECT_EQ(all.history.size(), 2);
}

/// Turns the weights around at each step of a run's third epoch.
class Spoiler final : public Callback {
public:
    explicit Spoiler(const TorchModule& scion) : scion_(scion) {}
    void on_batch_end(const BatchRecord& record, TrainControl&) override {
        if (record.epoch != 2) return;
        const at::NoGradGuard no_grad;
        std::size_t i = 0;
        for (const at::Tensor& parameter : scion_.parameters()) {
            if (i == turned_.size()) turned_.push_back(-parameter.clone());
            parameter.copy_(turned_[i++]);
        }
    }

private:
    const TorchModule& scion_;
    std::vector<at::Tensor> turned_;
};

/// The third epoch of a run is worse than the second, with early stopping that sees it.
Callbacks that_gets_worse(const TorchModule& scion) {
    return {std::make_shared<Spoiler>(scion), build_callback("early_stopping", {{"patience", 1}}, validated_run())};
}

TEST_F(PhaseCallbacks, HandTheBestWeightsOfAPhaseToTheNext) {
    first_epochs_ = 10;
    second_rate_ = 1e-12;  // the second phase leaves the weights where they are
    const TrainingResult result = run({.first = that_gets_worse(scion_)});
    ASSERT_EQ(result.history.size(), 6) << "early stopping after the third epoch, and three of the second phase";
    const auto val_loss = [&](std::size_t epoch) { return result.history[epoch].metric("val_loss").value(); };
    EXPECT_GT(val_loss(2), 1.1 * val_loss(1)) << "this test shows nothing";
    EXPECT_NEAR(val_loss(3), val_loss(1), 1e-6);
    EXPECT_THAT(
        reporter_.notes,
        ElementsAre(::testing::HasSubstr("the phase ends: early_stopping: no sufficient improvement of val_loss "
                                         "for 1 epoch; the best val_loss "),
                    ::testing::HasSubstr("early_stopping: restored the weights of epoch 2, ")));
}

TEST_F(PhaseCallbacks, CountEpochsFromTheBeginningOfTheirPhase) {
    const auto early = [](std::int64_t start) {
        return build_callback("early_stopping", {{"patience", 1}, {"min_delta", 100}, {"start_from_epoch", start}},
                              validated_run());
    };
    EXPECT_EQ(run({.second = {early(0)}}).history.size(), 4U);  // the second one ends it
    EXPECT_EQ(run({.second = {early(1)}}).history.size(), 5U);
}

TEST_F(PhaseCallbacks, RememberAfterAResumeInEitherPhase) {
    first_epochs_ = 4;
    average_ = AveragingOptions{.decay = 0.5, .warm_up = false};
    std::int64_t last = -1;
    const auto callbacks = [&] {
        const auto plateau = [] {
            return build_callback("reduce_lr_on_plateau", {{"patience", 1}, {"min_delta", 0.3}}, validated_run());
        };
        const auto stop = [&](const EpochRecord& record, TrainControl&) {
            if (record.epoch == last) training_.stop.request_stop();
        };
        return AllCallbacks{
            .run = {listener("run", stop), plateau()}, .first = that_gets_worse(scion_), .second = {plateau()}};
    };
    const TrainingResult straight = run(callbacks());
    ASSERT_LT(straight.history.size(), 7U) << "the first phase was not ended early";
    const std::vector<at::Tensor> expected = weights();
    for (std::int64_t epoch = 0; epoch < std::ssize(straight.history); ++epoch) {
        last = epoch;
        training_.stop = std::stop_source();
        (void)run(callbacks());
        last = -1;
        training_.stop = std::stop_source();
        reporter_.notes.clear();
        const TrainingResult resumed = run(callbacks(), true);
        ASSERT_EQ(resumed.history.size(), straight.history.size()) << epoch;
        for (std::size_t i = 0; i < resumed.history.size(); ++i) {
            EXPECT_EQ(resumed.history[i].metrics, straight.history[i].metrics) << epoch << ", " << i;
            EXPECT_EQ(resumed.history[i].learning_rate, straight.history[i].learning_rate) << epoch << ", " << i;
        }
        EXPECT_EQ(resumed.kept, straight.kept);
        expect_weights(expected, "stopped after epoch " + std::to_string(epoch) + ": ");
    }
}

// What an interruption leaves is what the history says, also where the weights are those that a callback brought back.
TEST_F(PhaseCallbacks, LeaveTheirBestWeightsWhereTheNextPhaseIsInterrupted) {
    training_ = SeparableTraining(testing::fresh_folder(), 60);
    first_epochs_ = 10;
    average_ = AveragingOptions{.decay = 0.5, .warm_up = false};
    std::vector<at::Tensor> best;
    const auto remember = [&](const EpochRecord& record, TrainControl&) {
        if (record.epoch == 1) best = weights();
    };
    class StopsInABatch final : public Callback {
    public:
        explicit StopsInABatch(std::stop_source& source) : source_(source) {}
        void on_batch_end(const BatchRecord& record, TrainControl&) override {
            if (record.batch == 5) source_.request_stop();
        }

    private:
        std::stop_source& source_;
    };
    const TrainingResult result = run({.run = {listener("run", remember)},
                                       .first = that_gets_worse(scion_),
                                       .second = {std::make_shared<StopsInABatch>(training_.stop)}});
    EXPECT_EQ(result.end, TrainingEnd::interrupted);
    ASSERT_EQ(result.history.size(), 3);
    EXPECT_EQ(result.kept, 1);
    expect_weights(best);
}

TEST_F(PhaseCallbacks, MustBeThoseOfTheCheckpoint) {
    const auto plateau = [] { return build_callback("reduce_lr_on_plateau", Json::object(), validated_run()); };
    (void)run({.second = {plateau()}});
    EXPECT_EQ(testing::error_message<DataError>([&] {
                  (void)run({.second = {plateau(), plateau()}}, true);
              }),
              training_.checkpoint().string() + ": the checkpoint has other callbacks than the config");
}

TEST_F(PhaseCallbacks, DealWithALossThatIsNotFinite) {
    WholeTraining parts = training_.parts();
    int batches = 0;
    parts.run.loss = [loss = parts.run.loss, &batches](const at::Tensor& scores, const at::Tensor& targets,
                                                       const at::Tensor& weights) {
        const at::Tensor value = loss(scores, targets, weights);
        return ++batches == 6 ? value * kNan : value;  // in the second epoch
    };
    parts.run.callbacks.clear();
    parts.phase.batch_size = 7;
    parts.phase.epochs = 3;
    parts.phase.callbacks = {build_callback("terminate_on_nan", Json::object(), validated_run())};
    PhaseParts next = parts.phase;
    next.callbacks.clear();
    Trainer trainer(std::move(parts.run), {.epochs = 6, .seed = 1, .keep = Keep::last}, reporter_);
    trainer.run(std::move(parts.phase));
    EXPECT_EQ(trainer.history().size(), 2U);
    trainer.run(std::move(next));
    const TrainingResult result = trainer.finish();
    EXPECT_EQ(result.end, TrainingEnd::completed);
    EXPECT_EQ(result.history.size(), 5U);
}

}  // namespace
}  // namespace graft

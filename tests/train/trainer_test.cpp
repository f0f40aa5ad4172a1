#include "train/trainer.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <utility>

#include "core/text.hpp"
#include "train/separable_images.hpp"
#include "train/weights_snapshot.hpp"

namespace graft {
namespace {

using Strings = std::vector<std::string>;
using Metrics = std::vector<std::vector<std::pair<std::string, double>>>;

/// A callback made of what a test wants to happen; writes down when it is called.
class Watcher final : public Callback {
public:
    using OnBatch = std::function<void(const BatchRecord&, TrainControl&)>;
    using OnEpoch = std::function<void(const EpochRecord&, TrainControl&)>;

    Watcher(std::string name, Strings& events, OnBatch on_batch = {}, OnEpoch on_epoch = {})
        : name_(std::move(name)), events_(events), on_batch_(std::move(on_batch)), on_epoch_(std::move(on_epoch)) {}

    void on_train_begin(TrainControl&) override { events_.push_back(name_ + " begins"); }
    void on_batch_end(const BatchRecord& record, TrainControl& control) override {
        events_.push_back(name_ + " batch " + std::to_string(record.epoch) + "." + std::to_string(record.batch));
        if (on_batch_) on_batch_(record, control);
    }
    void on_epoch_end(const EpochRecord& record, TrainControl& control) override {
        events_.push_back(name_ + " epoch " + std::to_string(record.epoch));
        if (on_epoch_) on_epoch_(record, control);
    }
    void on_train_end(TrainControl&) override { events_.push_back(name_ + " ends"); }

private:
    std::string name_;
    Strings& events_;
    OnBatch on_batch_;
    OnEpoch on_epoch_;
};

Metrics metrics_of(const TrainingResult& result) {
    Metrics metrics;
    for (const EpochRecord& record : result.history) metrics.push_back(record.metrics);
    return metrics;
}

std::vector<at::Tensor> values_of(const TorchModule& module) { return TensorSnapshot(module).values(); }

void expect_equal(const std::vector<at::Tensor>& found, const std::vector<at::Tensor>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(at::equal(found[i], expected[i])) << i;
}

class TrainerTest : public ::testing::Test {
protected:
    TrainingResult run(WholeTraining parts, std::int64_t epochs, bool resume = false) {
        parts.phase.epochs = epochs;
        parts.phase.batch_size = 7;
        const TrainingOptions options{.epochs = epochs, .seed = seed_, .keep = keep_};
        return train(std::move(parts.run), std::move(parts.phase), options, resume, reporter_);
    }
    void watch(WholeTraining& parts, const std::string& name, Watcher::OnBatch on_batch = {},
               Watcher::OnEpoch on_epoch = {}) {
        parts.run.callbacks.push_back(
            std::make_shared<Watcher>(name, events_, std::move(on_batch), std::move(on_epoch)));
    }

    SeparableTraining training_{testing::fresh_folder()};  // 24 pictures: batches of 7, 7, 7 and 3
    std::uint64_t seed_ = 1;
    Keep keep_ = Keep::last;
    Strings events_;
    testing::RecordingReporter reporter_;
};

TEST_F(TrainerTest, LearnsToTellSeparableClassesApart) {
    const TrainingResult result = run(training_.parts(), 25);
    EXPECT_EQ(result.end, TrainingEnd::completed);
    ASSERT_EQ(result.history.size(), 25);
    EXPECT_LT(result.history.back().metric("loss").value(), result.history.front().metric("loss").value() / 3);
    EXPECT_EQ(result.history.back().metric("val_accuracy").value(), 1);
}

TEST_F(TrainerTest, RecordsTheMetricsThatItPromises) {
    const TrainingResult with = run(training_.parts(), 1);
    Strings names;
    for (const auto& [name, value] : with.history.front().metrics) names.push_back(name);
    EXPECT_EQ(names, names_of(produced_metrics(training_.parts().run.metrics, true)));
    EXPECT_EQ(names, (Strings{"loss", "accuracy", "val_loss", "val_accuracy"}));
    EXPECT_EQ(with.history.front().learning_rate, 0.02);

    WholeTraining parts = training_.parts();
    parts.phase.validation.reset();
    parts.run.has_validation = false;
    const TrainingResult without = run(std::move(parts), 1);
    EXPECT_EQ(without.history.front().metrics.size(), 2);
    EXPECT_FALSE(without.history.front().metric("val_loss").has_value());
}

TEST_F(TrainerTest, RecordsTheLearningRateThatAnEpochUsed) {
    WholeTraining parts = training_.parts();
    watch(parts, "a", {},
          [](const EpochRecord&, TrainControl& control) { control.set_learning_rate(control.learning_rate() / 2); });
    const TrainingResult result = run(std::move(parts), 3);
    EXPECT_DOUBLE_EQ(result.history[0].learning_rate, 0.02);
    EXPECT_DOUBLE_EQ(result.history[1].learning_rate, 0.01);
    EXPECT_DOUBLE_EQ(result.history[2].learning_rate, 0.005);
}

TEST_F(TrainerTest, CallsCallbacksInTheirOrder) {
    WholeTraining parts = training_.parts();
    watch(parts, "a");
    watch(parts, "b");
    (void)run(std::move(parts), 1);
    EXPECT_EQ(events_, (Strings{"a begins", "b begins", "a batch 0.0", "b batch 0.0", "a batch 0.1", "b batch 0.1",
                                "a batch 0.2", "b batch 0.2", "a batch 0.3", "b batch 0.3", "a epoch 0", "b epoch 0",
                                "a ends", "b ends"}));
}

TEST_F(TrainerTest, TellsTheHistoryAfterTheCallbacksOfEveryEpoch) {
    WholeTraining parts = training_.parts();
    watch(parts, "a");
    parts.run.on_history = [this](const std::vector<EpochRecord>& history) {
        events_.push_back("history of " + std::to_string(history.size()));
    };
    (void)run(std::move(parts), 2);
    std::erase_if(events_, [](const std::string& event) { return event.find("batch") != std::string::npos; });
    EXPECT_EQ(events_, (Strings{"a begins", "a epoch 0", "history of 1", "a epoch 1", "history of 2", "a ends"}));
}

TEST_F(TrainerTest, StopsAfterTheEpochInWhichACallbackAsksForIt) {
    WholeTraining parts = training_.parts();
    watch(parts, "a", {}, [](const EpochRecord& record, TrainControl& control) {
        if (record.epoch == 1) control.stop_training("enough");
    });
    watch(parts, "b");
    const TrainingResult result = run(std::move(parts), 10);
    EXPECT_EQ(result.end, TrainingEnd::stopped_by_callback);
    EXPECT_EQ(result.reason, "enough");
    EXPECT_EQ(result.history.size(), 2);
    EXPECT_EQ(events_[events_.size() - 3], "b epoch 1");  // the callbacks behind it had their turn
}

TEST_F(TrainerTest, DoesNotGoOnWithARunThatACallbackHasEnded) {
    const auto stopping = [this] {
        WholeTraining parts = training_.parts();
        watch(parts, "a", {}, [](const EpochRecord&, TrainControl& control) { control.stop_training("enough"); });
        return parts;
    };
    (void)run(stopping(), 10);
    EXPECT_EQ(reporter_.notes, Strings{"enough"});
    reporter_.notes.clear();
    const TrainingResult result = run(stopping(), 10, true);
    EXPECT_EQ(result.history.size(), 1);
    EXPECT_EQ(result.end, TrainingEnd::stopped_by_callback);
    EXPECT_EQ(result.reason, "enough");
    EXPECT_EQ(reporter_.notes, Strings{"this run is finished already, after epoch 1 of 10: enough"});
}

TEST_F(TrainerTest, SaysThatARunWhoseEpochsAreOverIsFinished) {
    (void)run(training_.parts(), 2);
    const TrainingResult result = run(training_.parts(), 2, true);
    EXPECT_EQ(result.end, TrainingEnd::completed);
    EXPECT_EQ(result.history.size(), 2);
    EXPECT_EQ(reporter_.notes, Strings{"this run is finished already: 2 of 2 epochs are done"});
}

TEST_F(TrainerTest, TrainsOnNoFurtherBatchWhenACallbackStopsWithinAnEpoch) {
    WholeTraining parts = training_.parts();
    std::vector<at::Tensor> then;
    const TorchModule scion = parts.phase.scion;
    watch(parts, "a", [&](const BatchRecord& record, TrainControl& control) {
        if (record.epoch != 1 || record.batch != 1) return;
        then = values_of(scion);
        control.stop_training("at once");
    });
    const TrainingResult result = run(std::move(parts), 10);
    EXPECT_EQ(result.end, TrainingEnd::stopped_by_callback);
    EXPECT_EQ(result.history.size(), 2);
    EXPECT_EQ(events_[events_.size() - 3], "a batch 1.1");
    expect_equal(values_of(scion), then);
}

TEST_F(TrainerTest, EndsAtOnceWhenAStopIsRequestedAndKeepsWholeEpochs) {
    training_ = SeparableTraining(testing::fresh_folder(), 60);  // more pictures than are under way at any time
    WholeTraining parts = training_.parts();
    watch(parts, "a", [this](const BatchRecord& record, TrainControl&) {
        if (record.epoch == 2 && record.batch == 0) training_.stop.request_stop();
    });
    const TrainingResult result = run(std::move(parts), 10);
    EXPECT_EQ(result.end, TrainingEnd::interrupted);
    EXPECT_EQ(result.history.size(), 2);
    EXPECT_EQ(events_.back(), "a ends");
}

TEST_F(TrainerTest, ResumesWithTheNumbersOfARunWithoutPause) {
    training_.head = {.hidden = {8}, .dropout = 0.3, .batch_norm = true};
    const auto complete = [this] {
        WholeTraining parts = training_.parts();
        parts.run.callbacks.push_back(
            build_callback("reduce_lr_on_plateau", {{"patience", 1}, {"min_delta", 0.2}}, validated_run()));
        parts.run.callbacks.push_back(build_callback("early_stopping", {{"patience", 100}}, validated_run()));
        return parts;
    };
    WholeTraining straight = complete();
    const TorchModule straight_scion = straight.phase.scion;
    const TrainingResult expected = run(std::move(straight), 6);
    for (const std::int64_t pause : {1, 2, 4}) {
        (void)run(complete(), pause);
        WholeTraining resumed = complete();
        const TorchModule scion = resumed.phase.scion;
        const TrainingResult result = run(std::move(resumed), 6, true);
        EXPECT_EQ(metrics_of(result), metrics_of(expected)) << "paused after epoch " << pause;
        EXPECT_EQ(result.history.back().learning_rate, expected.history.back().learning_rate);
        expect_equal(values_of(scion), values_of(straight_scion));
    }
    EXPECT_LT(expected.history.back().learning_rate, 0.02) << "the callback had nothing to remember";
}

/// Puts a batch norm in front of the head, as a stage that does not learn.
void add_stage(WholeTraining& parts) {
    const TorchModule scion = make_chain(
        "Scion", {{"bn", make_batch_norm({.channels = 3})}, {"head", parts.phase.scion.attr("head").toModule()}});
    parts.phase.scion = parts.run.weights = scion;
}

// Of the 24 pictures at once, whatever the momentum and the batches.
TEST_F(TrainerTest, GivesStagesTheStatisticsOfTheTrainingImagesWhereThatIsAskedFor) {
    for (const std::size_t images : {std::size_t{0}, std::size_t{1000}}) {
        WholeTraining parts = training_.parts();
        add_stage(parts);
        parts.phase.statistics_images = images;
        at::Tensor sum = at::zeros({3}),
                   found = parts.phase.scion.attr("bn").toModule().attr("running_mean").toTensor();
        parts.phase.train.features->for_each_batch(in_their_order(24), 0, 8,
                                                   [&](const Batch& batch) { sum += batch.features.sum(0); });
        (void)run(std::move(parts), 1);
        EXPECT_EQ(at::allclose(found, sum / 24), images > 0) << images;
    }
}

/// A training that is stopped after any batch, and goes on from there.
class StoppedWithinAnEpoch : public TrainerTest {
protected:
    /// Everything that has a state: dropout, batch norm, momentum, a schedule, callbacks, averaged weights, steps of
    /// three batches, mixing, a sampling that draws some pictures again, a callback of the phase, a stage whose batch
    /// norm takes its statistics from some of the pictures.
    StoppedWithinAnEpoch() {
        training_.head = {.hidden = {8}, .dropout = 0.3, .batch_norm = true};
        training_.optimizer = "adamw";
    }
    WholeTraining complete() {
        WholeTraining parts = training_.parts();
        parts.run.callbacks.push_back(
            build_callback("reduce_lr_on_plateau", {{"patience", 1}, {"min_delta", 0.2}}, validated_run()));
        parts.run.callbacks.push_back(build_callback("early_stopping", {{"patience", 100}}, validated_run()));
        const std::vector<MetricPlugin> more{plugin_with(builtin_metrics(), "macro_f1", Json::object())};
        parts.run.metrics = choose_metrics(*parts.run.task, more, builtin_metrics());
        parts.phase.schedule =
            plugin_with(builtin_schedules(), "cosine", Json::object()).build({.steps_per_epoch = 2, .epochs = 3});
        parts.phase.mixing = plugin_with(builtin_mixings(), "feature_mixup", Json::object()).build({});
        at::Tensor rare = at::zeros({24}, at::kLong);
        rare.slice(0, 0, 5).fill_(1);
        parts.phase.order = balanced_order(rare, 1);
        parts.phase.callbacks = {
            build_callback("reduce_lr_on_plateau", {{"patience", 1}, {"min_delta", 0.1}}, validated_run())};
        add_stage(parts);
        parts.phase.statistics_images = 12;
        parts.phase.accumulate = 3;
        parts.phase.epochs = 3;
        parts.phase.batch_size = 5;  // of 24 pictures: five batches, two steps
        return parts;
    }
    TrainingResult run_to(WholeTraining parts, bool resume) {
        weights_ = parts.phase.scion;
        const TrainingOptions options{.epochs = 3,
                                      .seed = seed_,
                                      .keep = keep_,
                                      .average = AveragingOptions{.decay = 0.8, .warm_up = false},
                                      .checkpoint_minutes = minutes_};
        return train(std::move(parts.run), std::move(parts.phase), options, resume, reporter_);
    }
    std::optional<double> minutes_;
    TorchModule weights_;
};

TEST_F(StoppedWithinAnEpoch, GoesOnWithTheNumbersOfARunWithoutPause) {
    const TrainingResult straight = run_to(complete(), false);
    const std::vector<at::Tensor> expected = values_of(weights_);
    for (std::int64_t batch = 0; batch < 14; ++batch) {
        training_.stop = std::stop_source();
        WholeTraining parts = complete();
        watch(parts, "stops", [&](const BatchRecord& record, TrainControl&) {
            if (record.epoch * 5 + record.batch == batch) training_.stop.request_stop();
        });
        bool nothing_yet = false;
        try {
            const TrainingResult paused = run_to(std::move(parts), false);
            EXPECT_EQ(paused.end, TrainingEnd::interrupted);
            EXPECT_EQ(std::ssize(paused.history), batch / 5);
        } catch (const Interrupted& error) {
            nothing_yet = true;
            EXPECT_STREQ(error.what(),
                         "interrupted before the first epoch was over; the state is saved: the same command with "
                         "--resume goes on from there");
        }
        EXPECT_EQ(nothing_yet, batch < 5);
        training_.stop = std::stop_source();
        WholeTraining rest = complete();
        watch(rest, "stops");
        const TrainingResult resumed = run_to(std::move(rest), true);
        EXPECT_EQ(metrics_of(resumed), metrics_of(straight)) << "stopped after batch " << batch;
        for (std::size_t i = 0; i < 3; ++i)
            EXPECT_EQ(resumed.history[i].learning_rate, straight.history[i].learning_rate);
        expect_equal(values_of(weights_), expected);
    }
}

TEST_F(StoppedWithinAnEpoch, GoesOnFromACheckpointThatWasMadeInPassing) {
    const TrainingResult straight = run_to(complete(), false);
    const std::vector<at::Tensor> expected = values_of(weights_);
    minutes_ = 0;  // after each batch
    for (std::int64_t batch = 0; batch < 15; batch += 2) {
        WholeTraining parts = complete();
        watch(parts, "dies", [&](const BatchRecord& record, TrainControl&) {
            if (record.epoch * 5 + record.batch == batch + 1) throw std::logic_error("the power is cut");
        });
        try {
            (void)run_to(std::move(parts), false);
            EXPECT_EQ(batch, 14);
        } catch (const std::logic_error&) {
            EXPECT_LT(batch, 14);
        }
        reporter_.notes.clear();
        WholeTraining rest = complete();
        watch(rest, "dies");
        EXPECT_EQ(metrics_of(run_to(std::move(rest), true)), metrics_of(straight)) << batch;
        expect_equal(values_of(weights_), expected);
        if (batch == 6) {
            EXPECT_EQ(reporter_.notes.front(), "resumed after epoch 1 of 3 and 2 batches of the next");
        }
    }
}

TEST_F(StoppedWithinAnEpoch, IsSavedWhenSomebodyAsksForIt) {
    WholeTraining parts = complete();
    int asked = 0;
    std::vector<bool> there;
    watch(parts, "a",
          [&](const BatchRecord&, TrainControl&) { there.push_back(std::filesystem::exists(training_.checkpoint())); });
    const TrainingOptions options{
        .epochs = 1, .seed = seed_, .keep = keep_, .is_save_asked = [&] { return ++asked == 3; }};
    parts.phase.epochs = 1;
    (void)train(std::move(parts.run), std::move(parts.phase), options, false, reporter_);
    EXPECT_EQ(there, (std::vector<bool>{false, false, false, true, true}));
}

TEST_F(StoppedWithinAnEpoch, IsSaidToBeSavedOnlyWhereItIs) {
    const std::string said = format_text("the state is saved in {}", training_.checkpoint());
    for (const std::int64_t broken : {5, 1}) {  // 5: none of the batches
        WholeTraining parts = complete();
        const TorchModule scion = parts.phase.scion;
        watch(parts, "breaks", [&](const BatchRecord& record, TrainControl&) {
            if (record.batch != broken) return;
            const at::NoGradGuard no_grad;
            for (at::Tensor parameter : scion.parameters()) parameter.fill_(std::nan(""));
        });
        int asked = 0;
        const TrainingOptions options{
            .epochs = 1, .seed = seed_, .keep = keep_, .is_save_asked = [&] { return ++asked == 2; }};
        parts.phase.epochs = 1;
        reporter_.notes.clear();
        const auto work = [&] { (void)train(std::move(parts.run), std::move(parts.phase), options, false, reporter_); };
        if (broken == 5) {
            work();
        } else {
            EXPECT_THROW(work(), Error);
        }
        EXPECT_GE(asked, 2);
        EXPECT_EQ(std::ranges::count(reporter_.notes, said), broken == 5 ? 1 : 0) << broken;
    }
}

TEST_F(StoppedWithinAnEpoch, IsNotSavedWithWeightsThatAreNotFinite) {
    minutes_ = 0;
    WholeTraining parts = complete();
    const TorchModule scion = parts.phase.scion;
    watch(parts, "breaks", [&](const BatchRecord& record, TrainControl&) {
        if (record.epoch != 1 || record.batch != 2) return;
        const at::NoGradGuard no_grad;
        for (at::Tensor parameter : scion.parameters()) parameter.fill_(std::nan(""));
    });
    EXPECT_THROW((void)run_to(std::move(parts), false), Error);
    const TorchModule saved = complete().phase.scion;
    const TrainingState state = load_checkpoint(training_.checkpoint(), {{"name", "this run"}}, saved);
    EXPECT_EQ(state.part.value().batches, 2);
    for (const at::Tensor& tensor : values_of(saved)) EXPECT_TRUE(tensor.isfinite().all().item<bool>());
}

TEST_F(TrainerTest, RefusesToResumeWithOtherCallbacks) {
    (void)run(training_.parts(), 1);
    WholeTraining parts = training_.parts();
    watch(parts, "a");
    try {
        (void)run(std::move(parts), 2, true);
        FAIL() << "no error";
    } catch (const DataError& error) {
        EXPECT_EQ(error.what(),
                  training_.checkpoint().string() + ": the checkpoint has other callbacks than the config");
    }
}

TEST_F(TrainerTest, ExplainsALossThatIsNotFinite) {
    WholeTraining parts = training_.parts();
    int steps = 0;
    parts.run.loss = [loss = parts.run.loss, &steps](const at::Tensor& scores, const at::Tensor& labels,
                                                     const at::Tensor& weights) {
        const double factor = ++steps == 6 ? std::numeric_limits<double>::infinity() : 1;
        return loss(scores, labels, weights) * factor;
    };
    try {
        (void)run(std::move(parts), 3);
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.exit_code(), ExitCode::failed);
        EXPECT_EQ(error.what(),
                  "the loss became inf in epoch 2, batch 2: the learning rate (0.02) is probably too "
                  "high. The last good state is kept in " +
                      training_.checkpoint().string());
    }
    EXPECT_EQ(run(training_.parts(), 3, true).history.size(), 3);  // what it says can be used
}

/// A training whose loss is NaN from a step on, counted from 1, with the callback that ends it then.
WholeTraining diverging(SeparableTraining& training, int step) {
    WholeTraining parts = training.parts();
    parts.run.callbacks.push_back(build_callback("terminate_on_nan", Json::object(), validated_run()));
    parts.run.loss = [loss = parts.run.loss, step, steps = 0](const at::Tensor& scores, const at::Tensor& labels,
                                                              const at::Tensor& weights) mutable {
        return loss(scores, labels, weights) * (++steps >= step ? std::nan("") : 1);
    };
    return parts;
}

TEST_F(TrainerTest, LeavesALossThatIsNotFiniteToACallbackThatDealsWithIt) {
    WholeTraining parts = diverging(training_, 5);  // the first batch of the second epoch
    std::vector<at::Tensor> before;
    const TorchModule scion = parts.phase.scion;
    watch(parts, "a", {}, [&](const EpochRecord& record, TrainControl&) {
        if (record.epoch == 0) before = values_of(scion);
    });
    const TrainingResult result = run(std::move(parts), 3);
    EXPECT_EQ(result.end, TrainingEnd::stopped_by_callback);
    EXPECT_NE(result.reason.find("terminate_on_nan"), std::string::npos);
    ASSERT_EQ(result.history.size(), 2);
    EXPECT_TRUE(std::isfinite(result.history.front().metric("loss").value()));
    EXPECT_TRUE(std::isnan(result.history.back().metric("loss").value()));
    expect_equal(values_of(scion), before);  // no step was made with it
}

TEST_F(TrainerTest, FailsWhenTheLossIsNotFiniteBeforeAnyEpochWasGood) {
    for (const int step : {1, 3}) {
        try {
            (void)run(diverging(training_, step), 3);
            FAIL() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(error.exit_code(), ExitCode::failed);
            EXPECT_EQ(error.what(),
                      "no epoch had finite losses, so there is no model worth keeping: terminate_on_nan: the loss is "
                      "nan in epoch 1, batch " +
                          std::to_string(step) + "; a smaller learning rate usually helps");
        }
        EXPECT_FALSE(std::filesystem::exists(training_.checkpoint()));
    }
}

TEST_F(TrainerTest, FailsWhenNoEpochHadFiniteMetrics) {
    WholeTraining parts = training_.parts();
    const TorchModule scion = parts.phase.scion;
    watch(parts, "a", [&](const BatchRecord& record, TrainControl&) {
        const at::NoGradGuard no_grad;
        for (at::Tensor parameter : scion.parameters())
            if (record.batch == 3) parameter.fill_(std::nan(""));  // seen in validation alone
    });
    try {
        (void)run(std::move(parts), 1);
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "no epoch had finite losses, so there is no model worth keeping");
    }
}

TEST_F(TrainerTest, DrawsDropoutFromTheSeedAlone) {
    training_.head = {.hidden = {16}, .dropout = 0.5};
    at::manual_seed(1);
    const Metrics first = metrics_of(run(training_.parts(), 3));
    at::manual_seed(2);
    EXPECT_EQ(metrics_of(run(training_.parts(), 3)), first);
    seed_ = 2;
    EXPECT_NE(metrics_of(run(training_.parts(), 3)), first);
}

TEST_F(TrainerTest, LeavesTheHostsGeneratorAsItFoundIt) {
    training_.head = {.hidden = {16}, .dropout = 0.5};
    at::Generator generator = at::globalContext().defaultGenerator(at::kCPU);
    const at::Tensor before = generator.get_state();
    (void)run(training_.parts(), 2);
    EXPECT_TRUE(at::equal(generator.get_state(), before));
}

TEST_F(TrainerTest, LetsCallbacksTakeWeightsBack) {
    WholeTraining parts = training_.parts();
    const TorchModule scion = parts.phase.scion;
    std::shared_ptr<const WeightsSnapshot> first;
    std::vector<at::Tensor> then;
    watch(parts, "a", {}, [&](const EpochRecord& record, TrainControl& control) {
        if (record.epoch == 0) first = control.snapshot_weights();
        if (record.epoch == 0) then = values_of(scion);
        if (record.epoch == 2) control.restore_weights(*first, "the first is the best");
    });
    const TrainingResult result = run(std::move(parts), 3);
    expect_equal(values_of(scion), then);
    EXPECT_EQ(result.kept, 0);
    EXPECT_EQ(result.kept_because, "the first is the best");
}

TEST_F(TrainerTest, KeepsTheWeightsOfTheBestEpochAndSaysWhich) {
    keep_ = Keep::best;
    WholeTraining parts = training_.parts();
    const TorchModule scion = parts.phase.scion;
    std::vector<std::vector<at::Tensor>> weights;
    watch(parts, "a", {}, [&](const EpochRecord& record, TrainControl& control) {
        weights.push_back(values_of(scion));
        if (record.epoch == 5) control.set_learning_rate(30);  // from here on it gets worse
    });
    const TrainingResult result = run(std::move(parts), 12);
    const auto val_loss = [](const EpochRecord& row) { return row.metric("val_loss").value(); };
    const auto best = std::ranges::min_element(result.history, {}, val_loss) - result.history.begin();
    ASSERT_LT(best, 11) << "the last epoch is the best: this test shows nothing";
    EXPECT_EQ(result.kept, best);
    EXPECT_EQ(result.kept_because, "the best val_loss " + four_digits(val_loss(result.history[best])));
    expect_equal(values_of(scion), weights[static_cast<std::size_t>(best)]);
}

TEST_F(TrainerTest, KeepsTheLastWeightsWhereThatIsAsked) {
    const TrainingResult result = run(training_.parts(), 3);
    EXPECT_EQ(result.kept, 2);
    EXPECT_EQ(result.kept_because, "the last epoch");
}

TEST_F(TrainerTest, LeavesTheChoiceToACallbackThatDecides) {
    keep_ = Keep::best;
    for (const bool restore : {true, false}) {
        training_.optimizer_options = {{"learning_rate", 0.5}};
        WholeTraining parts = training_.parts();
        parts.run.callbacks.push_back(build_callback(
            "early_stopping", {{"monitor", "val_accuracy"}, {"patience", 100}, {"restore_best_weights", restore}},
            validated_run()));
        const TrainingResult result = run(std::move(parts), 12);
        const auto accuracy = [](const EpochRecord& row) { return row.metric("val_accuracy").value(); };
        const auto best = std::ranges::max_element(result.history, {}, accuracy) - result.history.begin();
        EXPECT_EQ(result.kept, restore ? best : 11);
    }
}

TEST_F(TrainerTest, HasTheWeightsOfTheLastWholeEpochAfterAnInterruption) {
    training_ = SeparableTraining(testing::fresh_folder(), 60);
    WholeTraining parts = training_.parts();
    const TorchModule scion = parts.phase.scion;
    std::vector<at::Tensor> whole;
    watch(
        parts, "a",
        [this](const BatchRecord& record, TrainControl&) {
            if (record.epoch == 1 && record.batch == 5) training_.stop.request_stop();
        },
        [&](const EpochRecord&, TrainControl&) { whole = values_of(scion); });
    const TrainingResult result = run(std::move(parts), 3);
    ASSERT_EQ(result.end, TrainingEnd::interrupted);
    EXPECT_EQ(result.kept, 0);
    expect_equal(values_of(scion), whole);
}

TEST_F(TrainerTest, FailsWhenTheWeightsAreNotFinite) {
    WholeTraining parts = training_.parts();
    parts.phase.validation.reset();  // nobody looks at them before they would be saved
    parts.run.has_validation = false;
    watch(parts, "a", [scion = parts.phase.scion](const BatchRecord& record, TrainControl&) {
        const at::NoGradGuard no_grad;
        for (at::Tensor parameter : scion.parameters())
            if (record.batch == 3) parameter.fill_(std::nan(""));
    });
    try {
        (void)run(std::move(parts), 1);
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()).find("the trained weights are not finite (head.dense"), 0) << error.what();
    }
}

/// Two phases on the same features: the first trains the last layer alone, the second everything.
class TwoPhases : public TrainerTest {
protected:
    TrainingResult run_phases(std::int64_t first, std::int64_t second, bool resume = false) {
        WholeTraining parts = training_.parts();
        const TorchModule scion = parts.phase.scion;
        std::vector<at::Tensor> all, last;
        for (const at::Tensor& parameter : scion.parameters()) all.push_back(parameter);
        last.assign(all.end() - 2, all.end());
        parts.phase.batch_size = 7;
        PhaseParts head = parts.phase, whole = parts.phase;
        head.optimizer = build_optimizer("sgd", {{"learning_rate", 0.1}}, last);
        head.epochs = first;
        whole.optimizer = build_optimizer("adam", {{"learning_rate", 0.01}}, all);
        whole.epochs = second;
        Trainer trainer(std::move(parts.run), {.epochs = 5, .seed = seed_, .keep = keep_, .average = average_},
                        reporter_);
        if (resume) trainer.resume();
        const PhaseParts phases[] = {head, whole};
        for (std::size_t i = trainer.next_phase(); i < 2 && !trainer.ended(); ++i) trainer.run(phases[i]);
        weights_ = values_of(scion);
        return trainer.finish();
    }
    std::optional<AveragingOptions> average_;
    std::vector<at::Tensor> weights_;
};

TEST_F(TwoPhases, HaveOneHistory) {
    const TrainingResult result = run_phases(2, 3);
    ASSERT_EQ(result.history.size(), 5);
    for (std::int64_t epoch = 0; epoch < 5; ++epoch) {
        const EpochRecord& row = result.history[static_cast<std::size_t>(epoch)];
        EXPECT_EQ(row.epoch, epoch);
        EXPECT_EQ(row.phase, epoch < 2 ? 0 : 1);
        EXPECT_EQ(row.learning_rate, epoch < 2 ? 0.1 : 0.01);
    }
    EXPECT_LT(result.history.back().metric("val_loss").value(), result.history.front().metric("val_loss").value());
}

TEST_F(TwoPhases, ResumeInEitherPhaseWithTheNumbersOfARunWithoutPause) {
    const Metrics expected = metrics_of(run_phases(2, 3));
    const std::vector<at::Tensor> straight = weights_;
    for (const auto& [first, second] : {std::pair(1, 0), std::pair(2, 0), std::pair(2, 1), std::pair(2, 3)}) {
        training_ = SeparableTraining(testing::fresh_folder());
        // What a stop leaves: a checkpoint after so many epochs of either phase.
        (void)run_phases(first, second);
        EXPECT_EQ(metrics_of(run_phases(2, 3, true)), expected) << first << " + " << second;
        expect_equal(weights_, straight);
    }
}

TEST_F(TwoPhases, ResumeWithAveragedWeights) {
    average_ = AveragingOptions{.decay = 0.8, .warm_up = false};
    const Metrics expected = metrics_of(run_phases(2, 3));
    const std::vector<at::Tensor> straight = weights_;
    for (const auto& [first, second] : {std::pair(1, 0), std::pair(2, 0), std::pair(2, 1)}) {
        training_ = SeparableTraining(testing::fresh_folder());
        (void)run_phases(first, second);
        EXPECT_EQ(metrics_of(run_phases(2, 3, true)), expected) << first << " + " << second;
        expect_equal(weights_, straight);
    }
}

// Batches of 8 each make the step that one batch of 24 makes: the loss is a mean over images.
TEST_F(TrainerTest, AccumulatedBatchesAreOneStep) {
    training_.optimizer = "sgd";
    const auto weights_after_an_epoch = [&](std::int64_t batch_size, std::int64_t accumulate) {
        WholeTraining parts = training_.parts();
        const TorchModule scion = parts.phase.scion;
        parts.phase.epochs = 1;
        parts.phase.batch_size = batch_size;
        parts.phase.accumulate = accumulate;
        (void)train(std::move(parts.run), std::move(parts.phase), {.epochs = 1, .seed = seed_, .keep = Keep::last},
                    false, reporter_);
        return values_of(scion);
    };
    const auto expected = weights_after_an_epoch(24, 1), found = weights_after_an_epoch(8, 3);
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(found[i].allclose(expected[i], 1e-5, 1e-6)) << i;
}

// The gradient is shortened to 1e-3, and plain descent moves by it times the learning rate.
TEST_F(TrainerTest, GradientsAreShortened) {
    training_.optimizer = "sgd";
    training_.optimizer_options = {{"learning_rate", 1.0}, {"momentum", 0.0}};
    WholeTraining parts = training_.parts();
    const TorchModule scion = parts.phase.scion;
    const auto before = values_of(scion);
    parts.phase.epochs = 1;
    parts.phase.batch_size = 24;
    parts.phase.clip_norm = 1e-3;
    (void)train(std::move(parts.run), std::move(parts.phase), {.epochs = 1, .seed = seed_, .keep = Keep::last}, false,
                reporter_);
    const auto after = values_of(scion);
    double squares = 0;
    for (std::size_t i = 0; i < after.size(); ++i) squares += (after[i] - before[i]).square().sum().item<double>();
    EXPECT_NEAR(std::sqrt(squares), 1e-3, 1e-6);
}

TEST_F(TrainerTest, MixedBatchesAreMeasuredWithTheLargerShare) {
    WholeTraining parts = training_.parts();
    parts.phase.mixing = [](const MixedBatch& batch, Rng&) {
        return MixedBatch{batch.features, mixed_with_partners(batch.targets, 0.9)};
    };
    const TrainingResult result = run(std::move(parts), 8);
    EXPECT_GT(result.history.back().metric("accuracy").value(), 0.9);
}

}  // namespace
}  // namespace graft

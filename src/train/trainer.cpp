#include "train/trainer.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/one_hot.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/optim/optimizer.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "core/random.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/load_state.hpp"
#include "train/keep_best.hpp"
#include "train/step_seed.hpp"
#include "train/weights_snapshot.hpp"

namespace graft {
namespace {

constexpr std::size_t kValidationBatch = 256;

std::vector<std::size_t> counted(std::size_t size) {
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    return order;
}

/// The targets of a batch's samples.
at::Tensor targets_of(const TrainingSet& set, const Batch& batch) {
    std::vector<std::int64_t> rows(batch.samples.begin(), batch.samples.end());
    return set.targets.index_select(0, at::from_blob(rows.data(), {static_cast<std::int64_t>(rows.size())}, at::kLong));
}

/// Throws Error when training has left a value that is not a number.
void expect_finite(const TorchModule& weights) {
    for (const auto& [name, tensor] : named_tensors(weights))
        if (!at::isfinite(tensor).all().item<bool>())
            throw Error(
                format_text("the trained weights are not finite ({}), so there is no model worth keeping: the "
                            "learning rate is probably too high",
                            name));
}

}  // namespace

std::int64_t steps_in(std::size_t samples, std::int64_t batch_size, std::int64_t accumulate) {
    const auto batches = static_cast<std::int64_t>(batch_ends(samples, static_cast<std::size_t>(batch_size)).size());
    return (batches + accumulate - 1) / accumulate;
}

Trainer::Trainer(TrainingParts parts, const TrainingOptions& options, Reporter& reporter)
    : parts_(std::move(parts)), options_(options), reporter_(reporter) {
    const auto decides = [](const auto& callback) { return callback->decides_weights(); };
    if (options_.keep == Keep::best && std::ranges::none_of(parts_.callbacks, decides))
        parts_.callbacks.push_back(keep_best(produced_metrics(parts_.metrics, parts_.has_validation)));
}

void Trainer::resume() {
    state_ = load_checkpoint(parts_.checkpoint, parts_.run_identity, parts_.weights);
    if (state_.callbacks.size() != parts_.callbacks.size())
        throw DataError(parts_.checkpoint.string() + ": the checkpoint has other callbacks than the config");
    for (std::size_t i = 0; i < parts_.callbacks.size(); ++i) {
        try {
            parts_.callbacks[i]->load_state(state_.callbacks[i]);
        } catch (const Json::exception& error) {
            throw DataError(format_text("{}: the checkpoint is damaged: {}", parts_.checkpoint, error.what()));
        }
    }
    resumed_ = true;
    say_where_it_goes_on();
}

void Trainer::say_where_it_goes_on() {
    const std::string epochs = format_text("{} of {}", state_.history.size(), options_.epochs);
    if (state_.finished)
        reporter_.note(format_text("this run is finished already, after epoch {}: {}", epochs, state_.reason));
    else if (static_cast<std::int64_t>(state_.history.size()) >= options_.epochs)
        reporter_.note(format_text("this run is finished already: {} epochs are done", epochs));
    else
        reporter_.note("resumed after epoch " + epochs);
}

/// A phase begins, or goes on where the checkpoint was made in it.
void Trainer::begin(PhaseParts phase) {
    phase_ = std::move(phase);
    if (!phase_.pass) phase_.pass = plain_pass(phase_.scion);
    rates_.emplace(phase_.groups, phase_.optimizer, phase_.schedule);
    average_.reset();
    if (options_.average) average_.emplace(parts_.weights, *options_.average);
    if (resumed_) {
        if (average_ && state_.average) average_->restore(*state_.average);
        load_optimizer(parts_.checkpoint, *phase_.optimizer);
        rates_->load_state(state_.learning_rates);
        resumed_ = false;
    }
    if (!begun_)
        for (const auto& callback : parts_.callbacks) callback->on_train_begin(*this);
    begun_ = true;
}

void Trainer::run(PhaseParts phase) {
    begin(std::move(phase));
    try {
        while (!state_.finished && state_.epoch_of_phase < phase_.epochs) run_epoch();
    } catch (const Interrupted&) {
        interrupted_ = true;  // the epoch at hand is given up, with what it did to the weights
        if (!state_.history.empty()) load_weights(parts_.checkpoint, parts_.weights);
    }
    if (state_.average) state_.average->restore(parts_.weights);  // what validation has seen goes on, or is kept
    if (state_.finished || interrupted_) return;
    ++state_.phase;
    state_.epoch_of_phase = 0;
}

TrainingResult Trainer::finish() {
    for (const auto& callback : parts_.callbacks) callback->on_train_end(*this);
    if (!interrupted_) expect_a_good_epoch();
    if (!state_.history.empty()) expect_finite(parts_.weights);
    const TrainingEnd end = interrupted_      ? TrainingEnd::interrupted
                            : state_.finished ? TrainingEnd::stopped_by_callback
                                              : TrainingEnd::completed;
    return {std::move(state_.history), end, state_.reason, static_cast<std::size_t>(state_.weights_of),
            state_.weights_because};
}

std::shared_ptr<const WeightsSnapshot> Trainer::snapshot_weights() const {
    return std::make_shared<TensorSnapshot>(parts_.weights, static_cast<std::int64_t>(state_.history.size()));
}

void Trainer::restore_weights(const WeightsSnapshot& snapshot, const std::string& reason) {
    const auto& tensors = dynamic_cast<const TensorSnapshot&>(snapshot);
    tensors.restore(parts_.weights);
    state_.weights_of = tensors.epoch();
    state_.weights_because = reason;
}

void Trainer::run_epoch() {
    const auto epoch = static_cast<std::int64_t>(state_.history.size());
    phase_.train.features->prepare(epoch, reporter_);
    if (phase_.validation) phase_.validation->features->prepare(epoch, reporter_);
    const auto start = std::chrono::steady_clock::now();
    rates_->begin_step(state_.epoch_of_phase * steps_per_epoch());
    EpochRecord record{.epoch = epoch, .phase = state_.phase, .learning_rate = rates_->of(0)};
    reporter_.start(format_text("epoch {}/{}", epoch + 1, options_.epochs), phase_.train.features->samples().size(),
                    "images");
    bool diverged = false;
    record.metrics = train_on_batches(epoch, diverged).values("");
    if (diverged) expect_a_good_epoch();
    if (average_) average_->swap();
    if (phase_.validation) {
        const auto validation = validate(epoch).values("val_");
        record.metrics.insert(record.metrics.end(), validation.begin(), validation.end());
    }
    record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    reporter_.finish(text_of(record.metrics));
    finish_epoch(std::move(record));
}

std::int64_t Trainer::steps_per_epoch() const {
    return steps_in(phase_.train.features->samples().size(), phase_.batch_size, phase_.accumulate);
}

void Trainer::take_step(std::int64_t step) {
    if (phase_.clip_norm) clip_gradients(*phase_.optimizer, *phase_.clip_norm);
    phase_.optimizer->step();
    phase_.optimizer->zero_grad();
    if (average_) average_->add(step + 1);
}

Trainer::Lesson Trainer::lesson_of(const Batch& batch, const BatchRecord& record) const {
    const at::Tensor targets = targets_of(phase_.train, batch);
    if (!phase_.mixing) return {batch.features, targets, targets};
    Rng rng = Rng::stream(options_.seed, "mix",
                          {static_cast<std::uint64_t>(record.epoch), static_cast<std::uint64_t>(record.batch)});
    const auto classes = static_cast<std::int64_t>(parts_.task->outputs().size());
    const MixedBatch mixed = phase_.mixing({batch.features, at::one_hot(targets, classes).to(at::kFloat)}, rng);
    return {mixed.features, mixed.targets, mixed.targets.argmax(1)};
}

/// @param diverged set when a loss was not finite
Measures Trainer::train_on_batches(std::int64_t epoch, bool& diverged) {
    const torch::jit::GraphOptimizerEnabledGuard plain_autograd(false);
    StepSeed step_seed;
    std::vector<std::size_t> order = counted(phase_.train.features->samples().size());
    Rng rng = Rng::stream(options_.seed, "shuffle", {static_cast<std::uint64_t>(epoch)});
    shuffle(std::span(order), rng);
    const auto batch_size = static_cast<std::size_t>(phase_.batch_size);
    const std::int64_t first_step = state_.epoch_of_phase * steps_per_epoch();
    const auto batches = static_cast<std::int64_t>(batch_ends(order.size(), batch_size).size());
    set_training_mode(phase_.scion, phase_.batch_norms);
    phase_.optimizer->zero_grad();
    Measures measures(parts_.metrics, *parts_.task);
    BatchRecord record{.epoch = epoch};
    phase_.train.features->for_each_batch(order, epoch, batch_size, [&](const Batch& batch) {
        if (!stop_reason_.empty()) return;  // a callback asked to stop within the epoch
        step_seed.set(mix_seed(options_.seed, "dropout",
                               {static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(record.batch)}));
        const std::int64_t of_step = record.batch % phase_.accumulate;  // which of the batches of a step
        rates_->begin_step(first_step + record.batch / phase_.accumulate);
        const Lesson lesson = lesson_of(batch, record);
        const at::Tensor scores = phase_.pass->forward(lesson.features);  // [N,K]
        const at::Tensor loss = parts_.loss(scores, lesson.targets);
        record.loss = loss.item<double>();
        if (std::isfinite(record.loss)) {
            const std::int64_t together = std::min(phase_.accumulate, batches - record.batch + of_step);
            phase_.pass->backward(together == 1 ? loss : loss / static_cast<double>(together));
            if (of_step + 1 == together) take_step(first_step + record.batch / phase_.accumulate);
            measures.add(record.loss, scores.detach(), lesson.labels);
        } else {
            diverged = true;
        }
        for (const auto& callback : parts_.callbacks) callback->on_batch_end(record, *this);
        if (!std::isfinite(record.loss) && stop_reason_.empty()) fail_on(record);
        ++record.batch;
        reporter_.advance(batch.first + batch.samples.size(), text_of(measures.so_far()));
    });
    return measures;
}

Measures Trainer::validate(std::int64_t epoch) {
    const torch::jit::GraphOptimizerEnabledGuard plain(false);
    const at::NoGradGuard no_grad;
    const TrainingSet& set = *phase_.validation;
    phase_.scion.eval();
    Measures measures(parts_.metrics, *parts_.task);
    set.features->for_each_batch(
        counted(set.features->samples().size()), epoch, kValidationBatch, [&](const Batch& batch) {
            const at::Tensor targets = targets_of(set, batch);
            const at::Tensor scores = phase_.pass->forward(batch.features);
            const at::Tensor loss = parts_.validation_loss ? parts_.validation_loss(scores, targets)
                                                           : parts_.task->validation_loss(scores, targets);
            measures.add(loss.item<double>(), scores, targets);
        });
    return measures;
}

/// Callbacks first, then the history, then the checkpoint: a checkpoint holds what they decided.
void Trainer::finish_epoch(EpochRecord record) {
    state_.weights_of = record.epoch;
    state_.weights_because = "the last epoch";
    for (const auto& callback : parts_.callbacks) callback->on_epoch_end(record, *this);
    state_.history.push_back(std::move(record));
    ++state_.epoch_of_phase;
    state_.finished = !stop_reason_.empty();
    state_.reason = stop_reason_;
    if (average_) {
        state_.average = average_->snapshot_of_weights();
        average_->swap();
    }
    state_.learning_rates = rates_->save_state();
    state_.callbacks.clear();
    for (const auto& callback : parts_.callbacks) state_.callbacks.push_back(callback->save_state());
    if (parts_.on_history) parts_.on_history(state_.history);
    save_checkpoint(parts_.checkpoint, parts_.run_identity, state_, parts_.weights, *phase_.optimizer);
    if (state_.finished) reporter_.note(state_.reason);
}

/// Throws when nothing that was trained so far is worth keeping.
void Trainer::expect_a_good_epoch() const {
    // Losses alone: the share of variance of a single image is no number, and yet nothing is wrong.
    const auto finite = [](const EpochRecord& record) {
        return std::ranges::all_of(record.metrics, [](const auto& metric) {
            return !metric.first.ends_with("loss") || std::isfinite(metric.second);
        });
    };
    if (std::ranges::any_of(state_.history, finite)) return;
    throw Error("no epoch had finite losses, so there is no model worth keeping" +
                (stop_reason_.empty() ? "" : ": " + stop_reason_));
}

void Trainer::fail_on(const BatchRecord& record) const {
    const std::string kept =
        state_.history.empty() ? "" : ". The state after the last whole epoch is kept in " + parts_.checkpoint.string();
    throw Error(format_text("the loss became {} in epoch {}, batch {}: the learning rate ({}) is probably too high{}",
                            number_as_text(record.loss), record.epoch + 1, record.batch + 1,
                            number_as_text(rates_->of(0)), kept));
}

TrainingResult train(TrainingParts parts, PhaseParts phase, const TrainingOptions& options, bool resume,
                     Reporter& reporter) {
    Trainer trainer(std::move(parts), options, reporter);
    if (resume) trainer.resume();
    trainer.run(std::move(phase));
    return trainer.finish();
}

}  // namespace graft

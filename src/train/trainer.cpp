#include "train/trainer.hpp"

#include <ATen/core/Tensor.h>
#include <torch/optim/optimizer.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/load_state.hpp"
#include "train/keep_best.hpp"
#include "train/weights_snapshot.hpp"

namespace graft {
namespace {

/// Throws Error when training has left a value that is not a number.
void expect_finite(const TorchModule& weights) {
    if (const auto name = first_not_finite(weights))
        throw Error(
            format_text("the trained weights are not finite ({}), so there is no model worth keeping: the "
                        "learning rate is probably too high",
                        *name));
}

}  // namespace

Trainer::Trainer(TrainingParts parts, const TrainingOptions& options, Reporter& reporter)
    : parts_(std::move(parts)), options_(options), reporter_(reporter) {
    const auto decides = [](const auto& callback) { return callback->decides_weights(); };
    if (options_.keep == Keep::best && std::ranges::none_of(parts_.callbacks, decides))
        parts_.callbacks.push_back(keep_best(produced_metrics(parts_.metrics, parts_.has_validation)));
}

void Trainer::resume() {
    state_ = load_checkpoint(parts_.checkpoint, parts_.run_identity, parts_.weights);
    load_callbacks(parts_.callbacks, state_.callbacks);
    resumed_ = saved_ = true;
    if (state_.part)
        model_weights_ = state_.part->before;
    else
        model_weights_ = state_.average ? state_.average : std::make_shared<TensorSnapshot>(parts_.weights);
    say_where_it_goes_on();
}

void Trainer::load_callbacks(std::span<const std::shared_ptr<Callback>> callbacks,
                             std::span<const CallbackState> states) {
    if (states.size() != callbacks.size())
        throw DataError(parts_.checkpoint.string() + ": the checkpoint has other callbacks than the config");
    for (std::size_t i = 0; i < callbacks.size(); ++i) {
        try {
            callbacks[i]->load_state(states[i]);
        } catch (const Json::exception& error) {
            throw DataError(format_text("{}: the checkpoint is damaged: {}", parts_.checkpoint, error.what()));
        }
    }
}

void Trainer::say_where_it_goes_on() {
    const std::string epochs = format_text("{} of {}", state_.history.size(), options_.epochs);
    if (state_.finished)
        reporter_.note(format_text("this run is finished already, after epoch {}: {}", epochs, state_.reason));
    else if (static_cast<std::int64_t>(state_.history.size()) >= options_.epochs)
        reporter_.note(format_text("this run is finished already: {} epochs are done", epochs));
    else if (state_.part)
        reporter_.note(format_text("resumed after epoch {} and {} of the next", epochs,
                                   count_of(static_cast<std::uint64_t>(state_.part->batches), "batch", "batches")));
    else if (phase_ended())
        reporter_.note(format_text("resumed after epoch {}, the last of its phase: {}", epochs, state_.phase_reason));
    else
        reporter_.note("resumed after epoch " + epochs);
}

/// A phase begins, or goes on where the checkpoint was made in it.
void Trainer::begin(PhaseParts phase) {
    phase_ = std::move(phase);
    if (!phase_.pass) phase_.pass = plain_pass(phase_.scion);
    rates_.emplace(phase_.groups, phase_.optimizer, phase_.schedule);
    average_.reset();
    if (options_.average && !phase_.fit) average_.emplace(parts_.weights, *options_.average);
    if (resumed_) {
        const auto& average = state_.part ? state_.part->average : state_.average;
        if (average_ && average) average_->restore(*average);
        load_optimizer(parts_.checkpoint, *phase_.optimizer);
        rates_->load_state(state_.learning_rates);
        load_callbacks(phase_.callbacks, state_.phase_callbacks);
        resumed_ = false;
    }
    if (!begun_)
        for (const auto& callback : parts_.callbacks) callback->on_train_begin(*this);
    tell_phase([this](Callback& callback) { callback.on_train_begin(*this); });
    begun_ = phase_begun_ = true;
}

void Trainer::tell(const std::function<void(Callback&)>& event) {
    for (const auto& callback : parts_.callbacks) event(*callback);
    tell_phase(event);
}

void Trainer::tell_phase(const std::function<void(Callback&)>& event) {
    phase_speaks_ = true;
    for (const auto& callback : phase_.callbacks) event(*callback);
    phase_speaks_ = false;
}

void Trainer::train_until(std::int64_t epoch_of_phase) {
    try {
        while (!ended() && !phase_ended() && state_.epoch_of_phase < epoch_of_phase) run_epoch();
    } catch (const Interrupted&) {
        interrupted_ = true;  // what the epoch at hand did to the weights is in the checkpoint alone
        if (model_weights_) model_weights_->restore(parts_.weights);
    }
}

void Trainer::run(PhaseParts phase) {
    begin(std::move(phase));
    train_until(phase_.epochs);
    if (state_.average) state_.average->restore(parts_.weights);  // what validation has seen goes on, or is kept
    end_phase();
    if (ended()) return;
    ++state_.phase;
    state_.epoch_of_phase = 0;
    state_.phase_reason.clear();
    phase_stop_reason_.clear();
}

/// Its callbacks may bring back weights: those are what the next phase goes on from, also where it is interrupted.
void Trainer::end_phase() {
    phase_.pass.reset();  // which may bring the weights back from a device
    if (!std::exchange(phase_begun_, false) || phase_.callbacks.empty()) return;
    tell_phase([this](Callback& callback) { callback.on_train_end(*this); });
    if (state_.history.empty()) return;
    model_weights_ = std::make_shared<TensorSnapshot>(parts_.weights);
    if (state_.average) state_.average = model_weights_;
}

TrainingResult Trainer::finish() {
    if (interrupted_ && state_.history.empty())
        throw Interrupted(saved_ ? "interrupted before the first epoch was over; the state is saved: the same command "
                                   "with --resume goes on from there"
                                 : "interrupted before the first epoch was over; the same command begins anew");
    end_phase();
    for (const auto& callback : parts_.callbacks) callback->on_train_end(*this);
    if (!interrupted_) expect_a_good_epoch();
    expect_finite(parts_.weights);
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

/// Callbacks first, then the history, then the checkpoint: a checkpoint holds what they decided.
void Trainer::finish_epoch(EpochRecord record) {
    state_.weights_of = record.epoch;
    state_.weights_because = "the last epoch";
    tell([&](Callback& callback) { callback.on_epoch_end(record, *this); });
    state_.history.push_back(std::move(record));
    ++state_.epoch_of_phase;
    state_.finished = !stop_reason_.empty();
    state_.reason = stop_reason_;
    state_.phase_reason = phase_stop_reason_;
    state_.part.reset();
    model_weights_ = std::make_shared<TensorSnapshot>(parts_.weights);
    if (average_) {
        state_.average = model_weights_;
        average_->swap();
    }
    if (parts_.on_history) parts_.on_history(state_.history);
    save();
    if (state_.finished)
        reporter_.note(state_.reason);
    else if (phase_ended())
        reporter_.note("the phase ends: " + state_.phase_reason);
}

void Trainer::save() {
    if (parts_.checkpoint.empty()) return;
    state_.learning_rates = rates_->save_state();
    const auto save_all = [](const auto& callbacks, std::vector<CallbackState>& states) {
        states.clear();
        for (const auto& callback : callbacks) states.push_back(callback->save_state());
    };
    save_all(parts_.callbacks, state_.callbacks);
    save_all(phase_.callbacks, state_.phase_callbacks);
    save_checkpoint(parts_.checkpoint, parts_.run_identity, state_, parts_.weights, *phase_.optimizer);
    saved_at_ = Clock::now();
    saved_ = true;
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
    const std::string kept = saved_ ? ". The last good state is kept in " + parts_.checkpoint.string() : "";
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

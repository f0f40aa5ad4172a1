// The epochs of a Trainer: batches, validation, and what is saved of an epoch that is not over.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/one_hot.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/optim/optimizer.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/random.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/load_state.hpp"
#include "train/batch_statistics.hpp"
#include "train/step_seed.hpp"
#include "train/trainer.hpp"

namespace graft {
namespace {

constexpr std::size_t kValidationBatch = 256;

/// Of the parameters that an optimizer has, in its order.
std::vector<at::Tensor> gradients_of(const torch::optim::Optimizer& optimizer) {
    std::vector<at::Tensor> gradients;
    for (const auto& group : optimizer.param_groups())
        for (const at::Tensor& parameter : group.params())
            gradients.push_back(parameter.grad().defined() ? parameter.grad().cpu() : at::empty({0}));
    return gradients;
}

/// The samples of an epoch.
std::vector<std::size_t> order_of(const PhaseParts& phase, Rng& rng) {
    return phase.order ? phase.order(rng) : shuffled(phase.train.features->count(), rng);
}

void put_gradients(const std::vector<at::Tensor>& gradients, torch::optim::Optimizer& optimizer) {
    std::size_t next = 0;
    for (auto& group : optimizer.param_groups())
        for (at::Tensor& parameter : group.params()) {
            if (next == gradients.size()) return;  // the checkpoint was made between two steps
            const at::Tensor& gradient = gradients[next++];
            if (gradient.numel() == parameter.numel())
                parameter.mutable_grad() = gradient.clone().to(parameter.device());
        }
}

}  // namespace

std::int64_t steps_in(std::size_t samples, std::int64_t batch_size, std::int64_t accumulate) {
    const auto batches = static_cast<std::int64_t>(batch_ends(samples, static_cast<std::size_t>(batch_size)).size());
    return (batches + accumulate - 1) / accumulate;
}

void Trainer::run_epoch() {
    const auto index = static_cast<std::int64_t>(state_.history.size());
    prepare_features(index);
    Epoch epoch = begin_epoch(index);
    reporter_.start(format_text("epoch {}/{}", index + 1, options_.epochs), phase_.train.features->count(), "images");
    bool averaged = false;
    try {
        if (phase_.fit)
            epoch.measures = fit_at_once(index);
        else
            train_on_batches(epoch);
        if (epoch.diverged) expect_a_good_epoch();
        epoch.record.metrics = epoch.measures.values("");
        if (average_) average_->swap();
        averaged = average_.has_value();
        if (phase_.statistics_images > 0 && !phase_.fit) settle_statistics(index);
        if (phase_.validation) {
            const auto validation = validate(index).values(std::string(kValidationPrefix));
            epoch.record.metrics.insert(epoch.record.metrics.end(), validation.begin(), validation.end());
        }
    } catch (const Interrupted&) {
        if (averaged) average_->swap();
        save_part(epoch);
        throw;
    }
    epoch.record.seconds += seconds_since(epoch.start);
    reporter_.finish(text_of(epoch.record.metrics));
    finish_epoch(std::move(epoch.record));
}

/// The features that an epoch reads; a fit reads all views at once.
void Trainer::prepare_features(std::int64_t epoch) {
    const std::int64_t views = phase_.fit ? phase_.train.features->views() : 1;
    for (std::int64_t view = 0; view < views; ++view) phase_.train.features->prepare(epoch + view, reporter_);
    if (phase_.validation) phase_.validation->features->prepare(epoch, reporter_);
}

/// Begins an epoch, or goes on where a checkpoint was made within it.
Trainer::Epoch Trainer::begin_epoch(std::int64_t index) {
    const std::int64_t first_step = state_.epoch_of_phase * steps_per_epoch();
    rates_->begin_step(first_step);
    Epoch epoch{.record = {.epoch = index, .phase = state_.phase, .learning_rate = phase_.fit ? 0 : rates_->of(0)},
                .measures = Measures(parts_.metrics, *parts_.task),
                .start = Clock::now()};
    if (!state_.part) return epoch;
    MetricState measures(state_.part->measures);
    epoch.measures.keep(measures);
    epoch.batches = state_.part->batches;
    epoch.diverged = state_.part->diverged;
    epoch.record.learning_rate = state_.part->learning_rate;
    epoch.record.seconds = state_.part->seconds;
    rates_->begin_step(first_step + (epoch.batches - 1) / phase_.accumulate);
    return epoch;
}

/// Makes the checkpoint of an epoch that is not over, where that is of use. @return whether it did
bool Trainer::save_part(Epoch& epoch) {
    const std::int64_t saved = state_.part ? state_.part->batches : 0;
    if (parts_.checkpoint.empty() || epoch.batches == saved || is_told_to_stop() || first_not_finite(parts_.weights))
        return false;
    MetricState measures;
    epoch.measures.keep(measures);
    state_.part = EpochPart{.batches = epoch.batches,
                            .diverged = epoch.diverged,
                            .learning_rate = epoch.record.learning_rate,
                            .seconds = epoch.record.seconds + seconds_since(epoch.start),
                            .measures = measures.bytes(),
                            .before = model_weights_};
    if (epoch.batches % phase_.accumulate != 0) state_.part->gradients = gradients_of(*phase_.optimizer);
    if (average_) state_.part->average = average_->snapshot();
    save();
    return true;
}

bool Trainer::is_save_due() const {
    return options_.checkpoint_minutes && seconds_since(saved_at_) >= 60 * *options_.checkpoint_minutes;
}

std::int64_t Trainer::steps_per_epoch() const {
    return steps_in(phase_.train.features->count(), phase_.batch_size, phase_.accumulate);
}

void Trainer::take_step(std::int64_t step) {
    phase_.pass->change_weights([this] {
        if (phase_.clip_norm) clip_gradients(*phase_.optimizer, *phase_.clip_norm);
        phase_.optimizer->step();
    });
    phase_.optimizer->zero_grad();
    if (average_) average_->add(step + 1);
}

Trainer::Lesson Trainer::lesson_of(const Batch& batch, const BatchRecord& record) const {
    const at::Tensor targets = targets_of(phase_.train, batch), weights = weights_of(phase_.train, batch);
    if (!phase_.mixing) return {batch.features, targets, targets, weights};
    Rng rng = Rng::stream(options_.seed, "mix",
                          {static_cast<std::uint64_t>(record.epoch), static_cast<std::uint64_t>(record.batch)});
    const auto classes = static_cast<std::int64_t>(parts_.task->outputs().size());
    const at::Tensor whole = at::one_hot(targets, classes).to(at::kFloat);
    // A weight goes with its image's share of what is mixed.
    const at::Tensor shares = weights.defined() ? whole * weights.unsqueeze(1) : whole;
    const MixedBatch mixed = phase_.mixing({batch.features, shares}, rng);
    const at::Tensor labels = mixed.targets.argmax(1);
    if (!weights.defined()) return {mixed.features, mixed.targets, labels, weights};
    const at::Tensor mixed_weights = mixed.targets.sum(1);  // [N]
    return {mixed.features, mixed.targets / mixed_weights.unsqueeze(1), labels, mixed_weights};
}

/// Those batches that were not trained on yet.
void Trainer::train_on_batches(Epoch& epoch) {
    const torch::jit::GraphOptimizerEnabledGuard plain_autograd(false);
    std::optional<StepSeed> step_seed;
    if (!phase_.pass->draws_alone()) step_seed.emplace();
    const auto index = static_cast<std::uint64_t>(epoch.record.epoch);
    Rng rng = Rng::stream(options_.seed, "shuffle", {index});
    const std::vector<std::size_t> order = order_of(phase_, rng);
    const auto batch_size = static_cast<std::size_t>(phase_.batch_size);
    const std::vector<std::size_t> ends = batch_ends(order.size(), batch_size);
    const std::size_t first = epoch.batches == 0 ? 0 : ends.at(static_cast<std::size_t>(epoch.batches - 1));
    if (first > 0) reporter_.go_on_from(first);
    set_training_mode(phase_.scion, phase_.batch_norms);
    phase_.optimizer->zero_grad();
    if (state_.part) put_gradients(state_.part->gradients, *phase_.optimizer);
    const auto rest = std::span(order).subspan(first);
    phase_.train.features->for_each_batch(rest, epoch.record.epoch, batch_size, [&](const Batch& batch) {
        if (is_told_to_stop()) return;  // a callback asked to stop within the epoch
        const std::uint64_t seed =
            mix_seed(options_.seed, "dropout", {index, static_cast<std::uint64_t>(epoch.batches)});
        step_seed ? step_seed->set(seed) : phase_.pass->set_seed(seed);
        train_on_batch(batch, std::ssize(ends), epoch);
        reporter_.advance(first + batch.first + batch.samples.size(), text_of(epoch.measures.so_far()));
        if (options_.is_save_asked && options_.is_save_asked()) {
            if (save_part(epoch)) reporter_.note(format_text("the state is saved in {}", parts_.checkpoint));
        } else if (epoch.batches < std::ssize(ends) && is_save_due()) {
            save_part(epoch);
        }
    });
}

/// @param batches of the epoch
void Trainer::train_on_batch(const Batch& batch, std::int64_t batches, Epoch& epoch) {
    BatchRecord record{.epoch = epoch.record.epoch, .batch = epoch.batches};
    const std::int64_t of_step = record.batch % phase_.accumulate;  // which of the batches of a step
    const std::int64_t step = state_.epoch_of_phase * steps_per_epoch() + record.batch / phase_.accumulate;
    rates_->begin_step(step);
    const Lesson lesson = lesson_of(batch, record);
    const at::Tensor scores = phase_.pass->forward(lesson.features);  // [N,K]
    at::Tensor loss = parts_.loss(scores, lesson.targets, lesson.weights);
    if (phase_.distillation) loss = distilled(loss, scores, batch, lesson.weights, *phase_.distillation);
    record.loss = loss.item<double>();
    if (std::isfinite(record.loss)) {
        const std::int64_t together = std::min(phase_.accumulate, batches - record.batch + of_step);
        phase_.pass->backward(together == 1 ? loss : loss / static_cast<double>(together));
        if (of_step + 1 == together) take_step(step);
        epoch.measures.add(record.loss, scores.detach(), lesson.labels, lesson.weights);
    } else {
        epoch.diverged = true;
    }
    tell([&](Callback& callback) { callback.on_batch_end(record, *this); });
    if (!std::isfinite(record.loss) && !is_told_to_stop()) fail_on(record);
    ++epoch.batches;
}

/// In place of steps: the head's values are set, and measured as the validation is.
Measures Trainer::fit_at_once(std::int64_t epoch) {
    reporter_.note(phase_.fit(data_to_fit(phase_.train), parts_.loss, phase_.scion.attr("head").toModule()));
    return measure(phase_.train, epoch, parts_.loss);
}

/// Of images as an epoch trains on them, others in each.
void Trainer::settle_statistics(std::int64_t epoch) {
    const torch::jit::GraphOptimizerEnabledGuard plain(false);
    Rng rng = Rng::stream(options_.seed, "statistics", {static_cast<std::uint64_t>(epoch)});
    std::vector<std::size_t> order = order_of(phase_, rng);
    order.resize(std::min(order.size(), phase_.statistics_images));
    BatchStatistics statistics(phase_.scion);
    phase_.train.features->for_each_batch(order, epoch, static_cast<std::size_t>(phase_.batch_size),
                                          [&](const Batch& batch) { statistics.add(batch.features); });
    statistics.settle();
}

Measures Trainer::validate(std::int64_t epoch) {
    const Loss plain = [&](const at::Tensor& scores, const at::Tensor& targets, const at::Tensor&) {
        return parts_.task->validation_loss(scores, targets);
    };
    return measure(*phase_.validation, epoch, parts_.validation_loss ? parts_.validation_loss : plain);
}

Measures Trainer::measure(const TrainingSet& set, std::int64_t epoch, const Loss& loss) {
    const torch::jit::GraphOptimizerEnabledGuard plain(false);
    const at::NoGradGuard no_grad;
    phase_.scion.eval();
    Measures measures(parts_.metrics, *parts_.task);
    set.features->for_each_batch(
        in_their_order(set.features->count()), epoch, kValidationBatch, [&](const Batch& batch) {
            const at::Tensor targets = targets_of(set, batch), weights = weights_of(set, batch);
            const at::Tensor scores = phase_.pass->forward(batch.features);
            measures.add(loss(scores, targets, weights).item<double>(), scores, targets, weights);
        });
    return measures;
}

}  // namespace graft

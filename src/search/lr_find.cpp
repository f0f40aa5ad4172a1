#include "search/lr_find.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/random.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "run/phase_features.hpp"
#include "run/teacher.hpp"
#include "train/trainer.hpp"

namespace graft {
namespace {

constexpr double kTooMuch = 4;  // times the best
constexpr double kBeta = 0.98;

/// Raises the rate after every step, and keeps the losses.
class RateRamp final : public Callback {
public:
    RateRamp(const LrFindOptions& how, std::int64_t batches_per_step, std::int64_t batches_per_epoch)
        : how_(how), batches_per_step_(batches_per_step), batches_per_epoch_(batches_per_epoch) {}

    void on_train_begin(TrainControl& control) override { control.set_learning_rate(rate()); }
    void on_batch_end(const BatchRecord& record, TrainControl& control) override {
        if (!std::isfinite(record.loss)) return end(control, "the loss is no number");
        sum_ += record.loss;
        ++batches_;
        if (batches_ < batches_per_step_ && record.batch + 1 < batches_per_epoch_) return;
        const double loss = std::exchange(sum_, 0) / static_cast<double>(std::exchange(batches_, 0));
        const double smoothed = smoothed_.add(loss);
        curve.push_back({rate(), loss, smoothed});
        best_ = std::min(best_, smoothed);
        if (smoothed > kTooMuch * best_) return end(control, "the loss has grown to four times its best");
        if (std::ssize(curve) >= how_.steps) return control.stop_training("all steps are done");
        control.set_learning_rate(rate());
    }

    std::vector<LrPoint> curve;
    bool diverged = false;

private:
    /// Of the step that comes.
    [[nodiscard]] double rate() const {
        const double share = static_cast<double>(curve.size()) / static_cast<double>(how_.steps);
        return how_.start * std::pow(how_.end / how_.start, share);
    }
    void end(TrainControl& control, const std::string& reason) {
        diverged = true;
        control.stop_training(reason);
    }

    const LrFindOptions& how_;
    std::int64_t batches_per_step_, batches_per_epoch_;
    SmoothedLoss smoothed_;
    double best_ = std::numeric_limits<double>::infinity(), sum_ = 0;
    std::int64_t batches_ = 0;
};

/// The run of the phase alone, with as many epochs as the steps need, on no more images than they read.
RunOptions options_of_phase(RunOptions options, Dataset& dataset, const LrFindOptions& how) {
    std::vector<PhaseOptions>& phases = options.training.phases;
    if (how.phase >= std::max<std::size_t>(phases.size(), 1))
        throw ConfigError(format_text("--phase: the config has {}, got {}",
                                      count_of(std::max<std::size_t>(phases.size(), 1), "phase"), how.phase + 1));
    if (!phases.empty()) phases = {phases[how.phase]};
    const PhaseOptions phase = phases_of(options).front();
    if (!phase.batch_size && device_of(options).device.kind != DeviceKind::cpu)
        throw ConfigError(
            "/data/batch_size: lr-find needs the number of the run, which batch_sizes.json in its folder "
            "tells, got \"auto\"");
    const std::int64_t batch = batch_size_of(phase) * options.training.accumulate;
    Rng rng = Rng::stream(static_cast<std::uint64_t>(options.seed), "lr-find");
    shuffle(std::span(dataset.train), rng);
    const auto needed = static_cast<std::size_t>(batch * how.steps);
    if (dataset.train.size() > needed) dataset.train.resize(needed);
    dataset.validation.clear();
    dataset.test.clear();
    const std::int64_t steps = (std::ssize(dataset.train) + batch - 1) / batch;
    const std::int64_t epochs = how.steps / steps + 1;
    (phases.empty() ? options.training.epochs : phases.front().epochs) = epochs;
    options.training.schedule = {};
    if (!phases.empty()) phases.front().schedule = {};
    if (!phases.empty()) phases.front().callbacks.clear();
    options.training.ema_decay.reset();
    options.training.keep = Keep::last;
    options.callbacks.clear();
    options.own_callbacks.clear();
    if (options.features.keep == FeatureKeeping::none) options.features.keep = FeatureKeeping::run;
    return options;
}

/// fastai leaves out the first tenth and the last five.
void add_suggestions(LrFindRecord& record, std::int64_t steps) {
    constexpr std::size_t kLast = 5;
    const auto first = static_cast<std::size_t>(steps / 10);
    if (record.curve.size() < first + kLast + 2) return;
    std::vector<double> rates, losses;
    for (std::size_t i = first; i + kLast < record.curve.size(); ++i) {
        rates.push_back(record.curve[i].learning_rate);
        losses.push_back(record.curve[i].smoothed);
    }
    record.valley = rates[valley_of(losses)];
    record.steepest = rates[steepest_of(rates, losses)];
}

}  // namespace

double SmoothedLoss::add(double loss) {
    value_ = kBeta * value_ + (1 - kBeta) * loss;
    left_ *= kBeta;
    return value_ / (1 - left_);
}

std::size_t valley_of(std::span<const double> losses) {
    std::vector<std::int64_t> falling(losses.size(), 1);  // length of the longest falling row that ends here
    std::int64_t start = 0;                               // -1 where the row begins with the curve, as in fastai
    std::size_t end = 0;
    for (std::size_t i = 1; i < losses.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            if (losses[i] < losses[j] && falling[i] < falling[j] + 1) falling[i] = falling[j] + 1;
            if (falling[end] >= falling[i]) continue;
            end = i;
            start = static_cast<std::int64_t>(end) - falling[end];
        }
    const double third = static_cast<double>(static_cast<std::int64_t>(end) - start) / 3;
    return static_cast<std::size_t>(start + static_cast<std::int64_t>(third) + static_cast<std::int64_t>(third / 2));
}

std::size_t steepest_of(std::span<const double> rates, std::span<const double> losses) {
    std::size_t steepest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i + 1 < losses.size(); ++i) {
        const double slope = (losses[i + 1] - losses[i]) / (std::log(rates[i + 1]) - std::log(rates[i]));
        if (slope >= least) continue;
        least = slope;
        steepest = i;
    }
    return steepest;
}

LrFindRecord find_learning_rate(const RunOptions& written, const Tables& tables, const LrFindOptions& how,
                                const SearchControl& control) {
    if (is_fitted(written.head))
        throw ConfigError(
            "/head/kind: expected \"dense\", whose head is trained in steps: a fitted head has no learning rate");
    const Dataset whole = read_dataset(written, tables);  // classes, scales and thresholds are those of training
    Dataset dataset = whole;
    const RunOptions options = options_of_phase(written, dataset, how);
    const Recipe recipe = make_recipe(options, tables, whole, control.missing);
    const Backbone backbone = prepare_backbone(options, tables, recipe, control.stop, control.reporter);
    tell(dataset.remarks, control.reporter);
    if (!backbone.note.empty()) control.reporter.note(backbone.note);
    check_images(dataset, options.data, {std::filesystem::path(options.output) / "skipped.json"}, control.stop,
                 control.reporter);
    const std::vector<Phase> phases =
        make_phases(phases_of(options), backbone, recipe.preprocessing, options.head,
                    std::ssize(recipe.task->outputs()), static_cast<std::uint64_t>(options.seed));
    const Phase& phase = phases.front();
    prepare_to_train(phase);
    const PhaseFeatures features = make_features(options, dataset, backbone, phase, control.stop, control.reporter);
    PhaseParts parts = parts_of(phase, features, *recipe.task, options);
    parts.distillation = ask_teacher(recipe.teacher, dataset, options, control.stop, control.reporter);
    const std::size_t batches = batch_ends(dataset.train.size(), static_cast<std::size_t>(parts.batch_size)).size();
    const auto ramp = std::make_shared<RateRamp>(how, parts.accumulate, static_cast<std::int64_t>(batches));
    Trainer trainer({.task = recipe.task,
                     .metrics = recipe.metrics,
                     .loss = recipe.loss,
                     .weights = phase.model.scion,
                     .callbacks = {ramp},
                     .save_model = [](const std::filesystem::path&) {}},
                    training_options(options, {}), control.reporter);
    try {
        trainer.run(std::move(parts));
    } catch (const Error&) {
        if (!ramp->diverged) throw;  // that a rate is too high is what this is about
    }
    if (control.stop.stop_requested()) throw Interrupted("interrupted");
    LrFindRecord record{.trains = phase.options.train.empty() ? "what /backbone/freeze leaves" : phase.options.train,
                        .curve = std::move(ramp->curve),
                        .stopped = ramp->diverged};
    add_suggestions(record, how.steps);
    return record;
}

}  // namespace graft

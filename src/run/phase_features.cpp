#include "run/phase_features.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/folders.hpp"
#include "core/text.hpp"
#include "inference/throughput.hpp"
#include "network/network_input.hpp"
#include "network/torch_device.hpp"
#include "run/reference_images.hpp"
#include "run/untrained_outputs.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr int kDescriptionVersion = 2;
constexpr double kBytesPerGb = 1e9;
constexpr double kShareOfFreeSpace = 0.8;
constexpr std::size_t kStatisticsImages = 2048;

/// Features, and which pictures they are of.
struct PartFeatures {
    Features* features;
    ViewKind kind;
};

/// Augmented views per image that a phase reads; 0 without augmentation: the plain picture alone. Where nothing is
/// frozen, nothing is kept: a phase of a list sees a new view in every epoch.
std::int64_t augmented_views(const RunOptions& options, const Phase& phase) {
    if (!enabled(options.augmentation) || !phase.options.augment) return 0;
    const bool always_new = !phase.options.train.empty() && phase.model.frozen_stages.empty();
    return always_new ? epochs_of(options) : views_read(options);
}

/// Where the trunk computes. Where nothing is frozen it normalises pictures and no more, which is not worth a copy.
Device trunk_device(const RunOptions& options, const Phase& phase) {
    return phase.model.frozen_stages.empty() ? Device() : device_of(options).device;
}

/// How fast the trunk runs here, measured now if the run has so much to compute that the few seconds come back.
InferencePlan plan_inference(const RunOptions& options, const Dataset& dataset, const Backbone& backbone,
                             const Phase& phase, Reporter& reporter) {
    const GraftedModel& model = phase.model;
    const Device device = trunk_device(options, phase);
    const InferencePlan usual = usual_plan(workers_of(options.data), device);
    if (model.frozen_stages.empty()) return usual;
    const std::int64_t views = std::max<std::int64_t>(augmented_views(options, phase), 1);
    const std::int64_t images = std::ssize(dataset.train) * views + std::ssize(dataset.validation);
    const Precision precision = options.backbone.precision;
    const std::string graft_point = model.trained_stages.empty() ? "" : model.frozen_stages.back();
    const std::string name = network_name(backbone.architecture.name, backbone.weights_hash, graft_point,
                                          phase.preprocessing, precision, device);
    const auto measure = [&] {
        return measure_throughput(model.trunk, example_input(phase.preprocessing),
                                  {.device = device, .precision = precision});
    };
    InferencePlan plan =
        ThroughputFile(throughput_file()).find_or_measure(name, images, measure, reporter).value_or(usual);
    if (options.data.workers) plan.workers = usual.workers;
    return plan;
}

/// With nothing but the head to train, augmentation multiplies nearly all of a run's work.
void tell_cost_of_views(const RunOptions& options, const Dataset& dataset, const Phase& phase,
                        const InferencePlan& plan, Reporter& reporter) {
    const std::int64_t views = augmented_views(options, phase), images = std::ssize(dataset.train);
    if (views < 2 || !phase.model.trained_stages.empty()) return;
    std::string cost = format_text("augmentation: {} pass through the frozen trunk {} times instead of once",
                                   count_of(images, "training image"), views);
    if (plan.images_per_second > 0)
        cost += format_text(" (at {} images/s)", static_cast<std::int64_t>(plan.images_per_second));
    reporter.note(cost + "; with few epochs a run without it may be as accurate (docs/augmentation.md)");
}

/// The part of a description that a network alone decides.
Json network_description(const std::string& architecture, const std::string& weights_hash,
                         const std::vector<std::string>& frozen, const std::vector<std::int64_t>& shape,
                         Precision precision, Pooling pooling, const Device& device) {
    Json description = {{"version", kDescriptionVersion},
                        {"backbone", architecture},
                        {"weights", weights_hash},
                        {"frozen", frozen},
                        {"shape", shape}};
    if (precision != Precision::float32) description["precision"] = text_of(precision);
    if (pooling != Pooling::avg) description["pooling"] = text_of(pooling);
    if (device.kind != DeviceKind::cpu) description["device"] = text_of(device.kind);  // its numbers are others
    return description;
}

/// All that a feature is a function of, but for the image's bytes and the number of the view.
Json description_of(const RunOptions& options, const Backbone& backbone, const Phase& phase,
                    const ViewRenderer& renderer, ViewKind kind) {
    const GraftedModel& model = phase.model;
    const bool is_pooled = model.trained_stages.empty();
    Json description = network_description(
        backbone.architecture.name, backbone.weights_hash, model.frozen_stages, model.feature_shape,
        options.backbone.precision, is_pooled ? options.head.pooling : Pooling::avg, trunk_device(options, phase));
    if (phase.trained_before) description["values"] = hash_of_values(model.trunk);  // no longer those of the file
    description.update(renderer.recipe(kind));
    return description;
}

/// Makes room among the features of earlier runs. False: what is allowed or free is too little.
bool has_room(const FeatureCache& cache, const fs::path& folder, double needed, double allowed) {
    if (needed > allowed) return false;
    cache.shrink_to(static_cast<std::uint64_t>(allowed - needed));
    return needed <= kShareOfFreeSpace * static_cast<double>(fs::space(folder).available);
}

/// Gives every part a place to keep its features.
/// @param describe what features of a kind are of
template <class DescribeKind>
void keep_features(const FeatureOptions& options, const fs::path& run_folder, std::span<const PartFeatures> parts,
                   const DescribeKind& describe, Reporter& reporter) {
    const fs::path shared = cache_folder();
    const bool for_this_run = options.keep == FeatureKeeping::run || shared.empty();
    const fs::path folder = for_this_run ? run_folder : shared / "features";
    const auto for_the_run_alone = [&](const PartFeatures& part) {
        return LeasedSpace{nullptr, FeatureSpace::temporary(run_folder, part.features->size(), options.type)};
    };
    double needed = 0;
    for (const PartFeatures& part : parts) needed += static_cast<double>(part.features->bytes(options.type));
    try {
        fs::create_directories(folder);
        const FeatureCache cache(folder);
        std::vector<LeasedSpace> spaces;  // opened before room is made: what this run finds again must stay
        for (const PartFeatures& part : parts)
            spaces.push_back(for_this_run ? for_the_run_alone(part)
                                          : cache.open(describe(part.kind), part.features->size(), options.type));
        if (!has_room(for_this_run ? FeatureCache({}) : cache, folder, needed, options.limit_gb * kBytesPerGb))
            return reporter.note(
                format_text("the features of all views would take {:.1f} GB, more than "
                            "/features/limit_gb or the disk of {} allows: they are computed anew in "
                            "each epoch",
                            needed / kBytesPerGb, folder));
        for (std::size_t i = 0; i < parts.size(); ++i) parts[i].features->keep_in(std::move(spaces[i]));
    } catch (const std::exception& error) {
        if (for_this_run) throw;
        reporter.warn(format_text("features are kept for this run alone: {}", error.what()));
        for (const PartFeatures& part : parts) part.features->keep_in(for_the_run_alone(part));
    }
}

TrainingSet set_of(Features& features, const Task& task) {
    return {.features = &features, .targets = task.targets(features.samples()), .weights = {}};
}

/// A fit sets all outputs, also those that are never to be found.
Fit fit_never_finding(const HeadOptions& head, const std::vector<std::int64_t>& untrained) {
    Fit fit = fit_of(head);
    if (!fit || untrained.empty()) return fit;
    return [fit = std::move(fit), untrained](const FitData& data, const Loss& loss, const TorchModule& module) {
        std::string told = fit(data, loss, module);
        never_find(module, untrained);
        return told;
    };
}

}  // namespace

std::int64_t views_read(const RunOptions& options) {
    const std::int64_t epochs = epochs_of(options), views = options.features.views.value_or(epochs);
    return is_fitted(options.head) ? views : std::min(views, epochs);
}

at::Tensor weights_of(std::span<const Sample> samples) {
    if (std::ranges::all_of(samples, [](const Sample& sample) { return sample.weight == 1; })) return {};
    at::Tensor weights = at::empty({std::ssize(samples)});
    std::ranges::transform(samples, weights.data_ptr<float>(), &Sample::weight);
    return weights;
}

FeaturesRecord PhaseFeatures::record() const {
    PassRecord pass = train->record();
    pass += validation->record();
    if (references) pass += references->record();
    const double all = pass.seconds * static_cast<double>(workers);
    return {.images = pass.images,
            .computed = pass.computed,
            .found = pass.found,
            .seconds = pass.seconds,
            .network_share = all > 0 ? pass.trunk_seconds / all : 0,
            .picture_share = all > 0 ? pass.picture_seconds / all : 0};
}

Json features_of_frozen(const std::string& architecture, const std::string& weights_hash,
                        const std::vector<std::string>& frozen, const std::vector<std::int64_t>& shape, Pooling pooling,
                        const Preprocessing& preprocessing, const Device& device) {
    Json description =
        network_description(architecture, weights_hash, frozen, shape, Precision::float32, pooling, device);
    description.update(ViewRenderer(preprocessing, {}, 0).recipe(ViewKind::plain));
    return description;
}

PhaseFeatures make_features(const RunOptions& options, const Dataset& dataset, const Backbone& backbone,
                            const Phase& phase, std::stop_token stop, Reporter& reporter) {
    const GraftedModel& model = phase.model;
    const InferencePlan plan = plan_inference(options, dataset, backbone, phase, reporter);
    tell_cost_of_views(options, dataset, phase, plan, reporter);
    PhaseFeatures made{.workers = plan.workers};
    made.trunk = make_inference(model.trunk, example_input(phase.preprocessing),
                                {.device = trunk_device(options, phase),
                                 .precision = options.backbone.precision,
                                 .images_per_call = plan.images_per_call});
    if (!made.trunk->note().empty()) reporter.warn(made.trunk->note());
    const auto renderer = std::make_shared<ViewRenderer>(
        phase.preprocessing, options.augmentation, static_cast<std::uint64_t>(options.seed), options.data.max_pixels);
    const FeaturePass pass(renderer, made.trunk, {plan.workers, std::move(stop)});
    const std::int64_t views = augmented_views(options, phase);
    made.train = std::make_unique<Features>(dataset.train, views, model.feature_shape, pass);
    made.validation = std::make_unique<Features>(dataset.validation, 0, model.feature_shape, pass);
    if (options.decision.asks_distance())
        made.references = std::make_unique<Features>(reference_images(dataset.train, dataset.classes.size()), 0,
                                                     model.feature_shape, pass);
    if (model.frozen_stages.empty() || options.features.keep == FeatureKeeping::none) return made;
    const ViewKind kind = views > 0 ? ViewKind::augmented : ViewKind::plain;
    std::vector<PartFeatures> parts = {{made.train.get(), kind}, {made.validation.get(), ViewKind::plain}};
    if (made.references) parts.push_back({made.references.get(), ViewKind::plain});
    const auto describe = [&](ViewKind of) { return description_of(options, backbone, phase, *renderer, of); };
    keep_features(options.features, options.output, parts, describe, reporter);
    return made;
}

PhaseParts parts_of(const Phase& phase, const PhaseFeatures& features, const Task& task, const RunOptions& options) {
    std::optional<TrainingSet> validation;
    if (features.validation->count() > 0) validation = set_of(*features.validation, task);
    TrainingSet train = set_of(*features.train, task);
    train.weights = weights_of(features.train->samples());
    PhaseParts parts = parts_of(phase, std::move(train), std::move(validation),
                                untrained_outputs(task, features.train->samples()), options);
    // A head that is fitted is fitted on the CPU: it has its features there, all at once.
    if (const Device device = device_of(options).device; device.kind != DeviceKind::cpu && !parts.fit)
        parts.pass =
            device_pass(phase.model.scion, torch_device(device), options.training.precision, phase.stochastic_depth);
    return parts;
}

PhaseParts parts_of(const Phase& phase, TrainingSet train, std::optional<TrainingSet> validation,
                    const std::vector<std::int64_t>& untrained, const RunOptions& options) {
    // Before it trains, so that what is measured on the way is of them as the model will have them.
    never_find(phase.model.scion.attr("head").toModule(), untrained);
    const bool of_a_list = !phase.options.train.empty();  // runs without phases keep their numbers, digit for digit
    PhaseParts parts{.scion = phase.model.scion,
                     .train = std::move(train),
                     .validation = std::move(validation),
                     .optimizer = phase.optimizer,
                     .fit = fit_never_finding(options.head, untrained),
                     .batch_norms = phase.options.batch_norm,
                     .clip_norm = options.training.clip_norm,
                     .accumulate = options.training.accumulate,
                     .epochs = phase.options.epochs,
                     .batch_size = batch_size_of(phase.options)};
    if (of_a_list && phase.options.batch_norm == BatchNorms::adaptive && !phase.model.trained_stages.empty())
        parts.statistics_images = kStatisticsImages;
    if (options.training.sampling == Sampling::balanced)
        parts.order = balanced_order(parts.train.targets, options.training.sampling_exponent);
    if (phase.options.mixing) parts.mixing = phase.options.mixing.build({});
    if (of_a_list && !phase.model.trained_stages.empty())
        parts.pass = fast_pass(phase.model.scion, phase.options.batch_norm, workers_of(options.data),
                               options.training.precision, phase.stochastic_depth);
    for (const ParameterGroup& group : phase.groups) parts.groups.push_back(group.name);
    const std::int64_t steps = steps_in(parts.train.features->count(), parts.batch_size, parts.accumulate);
    if (phase.options.schedule && !parts.fit)
        parts.schedule = phase.options.schedule.build({.steps_per_epoch = steps, .epochs = phase.options.epochs});
    return parts;
}

}  // namespace graft

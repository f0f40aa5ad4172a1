#include "network/backbone.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <c10/core/InferenceMode.h>

#include <array>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/foreign/split_module.hpp"
#include "network/foreign/torchscript_file.hpp"
#include "network/head.hpp"
#include "network/load_state.hpp"
#include "network/network_input.hpp"
#include "network/probe.hpp"

namespace graft {
namespace {

/// The tensor that the architecture calls by that name, or nullptr.
const at::Tensor* find_own(const Architecture& architecture, const StateDict& state, const std::string& name) {
    for (const NamedTensor& entry : state.entries)
        if (own_name(architecture, entry.name) == name) return &entry.tensor;
    return nullptr;
}

/// What the file's classifier makes of the features; nothing where the file does not have it all.
std::optional<at::Tensor> class_scores(const Architecture& architecture, const StateDict& state, at::Tensor value) {
    for (const ClassifierLayer& layer : architecture.classifier_layers) {
        const at::Tensor* weight = find_own(architecture, state, layer.name + ".weight");
        const at::Tensor* bias = find_own(architecture, state, layer.name + ".bias");
        if (weight == nullptr || bias == nullptr) return std::nullopt;
        value = at::linear(value, *weight, *bias);
        value = make_function("Activation", layer.activation).forward({value}).toTensor();
    }
    return value;
}

/// The definition's output in the form that the file's own forward gives: a map or tokens, a vector or class scores.
at::Tensor matching_output(const Architecture& architecture, const StateDict& state, const at::Tensor& input,
                           const at::Tensor& expected) {
    TorchModule chain = make_chain("Probe", architecture.stages);
    chain.eval();
    const at::Tensor features = chain.forward({input}).toTensor();  // [1,C,h,w] or [1,T,C]
    if (expected.dim() > 2 && expected.sizes() == features.sizes()) return features;
    TorchModule pooling = make_chain("Pooling", {{"pool", make_pooling(Pooling::avg, architecture.form)},
                                                 {"rest", make_chain("Rest", architecture.after_pooling)}});
    const at::Tensor vector = pooling.forward({features}).toTensor();  // [1,C]
    const std::int64_t grid = architecture.classifier_grid;
    const at::Tensor seen = grid == 1 ? vector : at::adaptive_avg_pool2d(features, {grid, grid}).flatten(1);
    const auto scores = class_scores(architecture, state, seen);
    if (scores && expected.sizes() == scores->sizes()) return *scores;
    return expected.dim() == 4 ? vector.reshape({1, -1, 1, 1}) : vector;
}

void expect_same_output(const TorchModule& file_module, const Architecture& architecture, const StateDict& state,
                        const Preprocessing& preprocessing, const std::string& file) {
    const c10::InferenceMode inference;
    const at::Tensor input = normalised_probe(preprocessing);
    const at::Tensor expected = output_of(file_module, input.clone(), file);
    const at::Tensor found = matching_output(architecture, state, input, expected);
    const OutputDifference difference = difference_between(found, expected);
    if (difference.is_rounding()) return;
    throw DataError(format_text(
        "{}: has the parameters of {} but computes something else ({}). It may have been traced with another input "
        "size than {}x{}: export it again or give its state dict; \"name\": \"torchscript\" takes the network as it is",
        file, architecture.name, text_of(difference), preprocessing.width, preprocessing.height));
}

/// What became of a file's tensors, the file's hash, and what a person may want to know.
struct Loaded {
    LoadReport report;
    std::string file_hash;
    std::vector<std::string> notes;
};

/// What people should know of the file's forward, once it gives one tensor.
std::vector<std::string> use_one_output(TorchModule& module, const Preprocessing& preprocessing,
                                        const std::string& file) {
    const std::string note = use_first_output(module, normalised_probe(preprocessing), file);
    return note.empty() ? std::vector<std::string>() : std::vector{note};
}

Loaded load_torchscript(const Architecture& architecture, const Preprocessing& preprocessing, const std::string& file,
                        const LoadOptions& allowance) {
    if (!allowance.choice.key.empty())
        throw DataError(file + ": is TorchScript, which holds one network: a key chooses in files of torch.save");
    TorchModule module = open_torchscript(file);
    std::vector<std::string> notes = use_one_output(module, preprocessing, file);
    const StateDict all{.entries = named_tensors(module)};
    if (all.entries.empty())
        throw DataError(file + ": has no parameters (a frozen module keeps them as constants): export it unfrozen");
    const StateDict state = below_prefix(all, allowance.choice.prefix);
    LoadReport report = load_state(architecture, state, allowance);
    if (!report.complete()) throw DataError(explain(report, file, architecture.name));
    if (report.absent.empty() && report.unused.empty())
        expect_same_output(module, architecture, below_prefix(state, report.prefix.text), preprocessing, file);
    return {std::move(report), sha256_of_file(file), std::move(notes)};
}

Loaded load_file(const Architecture& architecture, const Preprocessing& preprocessing, const std::string& file,
                 const LoadOptions& allowance) {
    if (is_torchscript(file)) return load_torchscript(architecture, preprocessing, file, allowance);
    const StateDict state = read_state_dict(file, allowance.choice);
    LoadReport report = load_state(architecture, state, allowance);
    if (!report.complete()) throw DataError(explain(report, file, architecture.name));
    return {std::move(report), state.sha256, state.notes};
}

/// "123.7, 116.3, 103.5".
std::string three(const std::array<double, 3>& values) {
    return format_text("{:.4g}, {:.4g}, {:.4g}", values[0], values[1], values[2]);
}

void draw_values(Architecture& architecture, std::uint64_t seed) {
    Rng rng = Rng::stream(seed, "backbone");
    for (NamedModules* parts : {&architecture.stages, &architecture.after_pooling})
        for (auto& [name, module] : *parts) initialise(module, rng);
}

/// The values' hash: of the file, of which part of it was taken where a config says so, and of how values came about
/// that are not in it.
std::string hash_of(const Loaded& loaded, const WeightsChoice& choice, std::uint64_t seed) {
    const bool is_chosen = !choice.key.empty() || !choice.prefix.empty();
    if (loaded.report.absent.empty() && !is_chosen) return loaded.file_hash;
    Sha256 hash;
    hash.add(loaded.file_hash);
    if (is_chosen) hash.add(format_text("\nkey {}\nprefix {}", choice.key, choice.prefix));
    if (!loaded.report.absent.empty()) hash.add(format_text("\nabsent, drawn from seed {}", seed));
    for (const std::string& name : loaded.report.absent) hash.add("\n" + name);
    return hash.hex();
}

}  // namespace

Backbone load_backbone(const ArchitectureRow& row, const std::string& weights, std::uint64_t seed,
                       const Preprocessing& preprocessing, const LoadOptions& allowance) {
    Backbone backbone{.architecture = row.make(preprocessing.height, preprocessing.width), .weights = weights};
    if (weights == "random" || !allowance.may_be_absent.empty()) draw_values(backbone.architecture, seed);
    if (weights == "random") {
        backbone.weights_hash = format_text("random-{}", seed);
        return backbone;
    }
    Loaded loaded = load_file(backbone.architecture, preprocessing, weights, allowance);
    backbone.weights_hash = hash_of(loaded, allowance.choice, seed);
    const std::vector<std::string> notes = notes_on(loaded.report);
    loaded.notes.insert(loaded.notes.end(), notes.begin(), notes.end());
    backbone.note = joined(loaded.notes, "; ");
    backbone.loading = std::move(loaded.report);
    return backbone;
}

Backbone load_torchscript_backbone(const std::string& file, const Preprocessing& preprocessing) {
    Backbone backbone{.weights = file, .weights_hash = sha256_of_file(file)};
    TorchModule module = open_torchscript(file);
    std::vector<std::string> notes = use_one_output(module, preprocessing, file);
    const at::Tensor one = normalised_probe(preprocessing);
    SplitModule split = split_module(module, at::cat({one, one.flip({3}) * 0.75}), file);
    for (const NamedTensor& entry : named_tensors(module)) backbone.loading.loaded.push_back(entry.name);
    if (!split.whole_because.empty())
        notes.push_back(format_text("this network is frozen whole or trained whole: {}", split.whole_because));
    if (split.classifier.empty())
        notes.push_back(format_text("no classifier was found at its end: what it gives, {} numbers, is the feature",
                                    split.channels));
    else
        notes.push_back(format_text("its classifier {} ({} classes) is left out", split.classifier, split.classes));
    notes.push_back(
        format_text("pictures are normalised with the mean {} and the standard deviation {} (/data/mean, "
                    "/data/std)",
                    three(preprocessing.mean), three(preprocessing.std)));
    backbone.note = joined(notes, "; ");
    backbone.architecture = {.name = std::string(kTorchScript),
                             .stages = std::move(split.stages),
                             .channels = split.channels,
                             .form = split.form,
                             .whole_because = std::move(split.whole_because)};
    return backbone;
}

}  // namespace graft

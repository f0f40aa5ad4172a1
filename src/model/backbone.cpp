#include "model/backbone.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/linear.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/serialization/import.h>

#include "core/files.hpp"
#include "core/foreign_error.hpp"
#include "core/hash.hpp"
#include "graft/core/errors.hpp"
#include "model/head.hpp"
#include "model/load_state.hpp"
#include "model/network_input.hpp"

namespace graft {
namespace {

StateDict state_of(const TorchModule& module) {
    StateDict state;
    for (const auto& parameter : module.named_parameters()) state.entries.push_back({parameter.name, parameter.value});
    for (const auto& buffer : module.named_buffers()) state.entries.push_back({buffer.name, buffer.value});
    return state;
}

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

void expect_same_output(TorchModule file_module, const Architecture& architecture, const StateDict& state,
                        const Preprocessing& preprocessing, const std::string& file) {
    const c10::InferenceMode inference;
    const at::Tensor input = example_input(preprocessing) / 64 - 2;  // about what normalised pictures look like
    file_module.eval();
    const c10::IValue result = file_module.forward({input});
    if (!result.isTensor()) throw DataError(file + ": its forward returns " + result.tagKind() + ", not one tensor");
    const at::Tensor expected = result.toTensor();
    const at::Tensor found = matching_output(architecture, state, input, expected);
    const bool same_shape = found.sizes() == expected.sizes();
    const double scale = expected.abs().max().item<double>();
    const double difference = same_shape ? (found - expected).abs().max().item<double>() : scale;
    if (same_shape && difference <= 1e-4 * std::max(scale, 1e-6)) return;
    throw DataError(file + ": has the parameters of " + architecture.name +
                    " but computes something else (differs by " + std::to_string(difference) + " where outputs reach " +
                    std::to_string(scale) +
                    "). It may have been traced in training mode, or with another input size than " +
                    std::to_string(preprocessing.width) + "x" + std::to_string(preprocessing.height) +
                    ": export it again after calling eval(), or give its state dict");
}

bool is_torchscript(const std::string& bytes) {
    return bytes.starts_with("PK") && bytes.find("constants.pkl") != std::string::npos;
}

void load_torchscript(const Architecture& architecture, const Preprocessing& preprocessing, const std::string& file) {
    TorchModule module;
    try {
        module = torch::jit::load(file);
    } catch (const std::exception& error) {
        throw DataError(file + ": LibTorch cannot read this TorchScript file: " +
                        std::string(error.what()).substr(0, std::string(error.what()).find('\n')));
    }
    const StateDict state = state_of(module);
    if (state.entries.empty())
        throw DataError(file + ": has no parameters (a frozen module keeps them as constants): export it unfrozen");
    const LoadReport report = load_state(architecture, state);
    if (!report.complete()) throw DataError(explain(report, file, architecture.name));
    try {
        expect_same_output(module, architecture, state, preprocessing, file);
    } catch (const DataError&) {
        throw;
    } catch (const std::exception& error) {  // TorchScript's own are no c10::Error
        throw DataError(file + ": its forward fails on a [1,3," + std::to_string(preprocessing.height) + "," +
                        std::to_string(preprocessing.width) + "] input: " + cause_in(error.what()));
    }
}

}  // namespace

Backbone load_backbone(const ArchitectureRow& row, const std::string& weights, std::uint64_t seed,
                       const Preprocessing& preprocessing) {
    Backbone backbone{.architecture = row.make(preprocessing.height, preprocessing.width), .weights = weights};
    if (weights == "random") {
        Rng rng = Rng::stream(seed, "backbone");
        for (auto& [name, stage] : backbone.architecture.stages) initialise(stage, rng);
        backbone.weights_hash = "random-" + std::to_string(seed);
        return backbone;
    }
    const std::string bytes = read_file(weights);
    backbone.weights_hash = sha256(bytes);
    if (is_torchscript(bytes)) {
        load_torchscript(backbone.architecture, preprocessing, weights);
        return backbone;
    }
    const StateDict state = read_state_dict(weights);
    for (const std::string& note : state.notes) backbone.note += (backbone.note.empty() ? "" : "; ") + note;
    const LoadReport report = load_state(backbone.architecture, state);
    if (!report.complete()) throw DataError(explain(report, weights, row.name));
    return backbone;
}

}  // namespace graft

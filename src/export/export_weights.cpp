#include "export/export_weights.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <sstream>

#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/backbone.hpp"
#include "network/foreign/torchscript_file.hpp"
#include "network/load_state.hpp"
#include "network/safetensors_writer.hpp"
#include "network/state_dict.hpp"
#include "weights/format/zip_archive.hpp"
#include "weights/store/added_weights.hpp"

namespace graft {
namespace {

/// Stages in a row; what follows the pooling is there for its parameters.
TorchModule module_of(const Architecture& architecture) {
    TorchModule network = make_module("Backbone");
    std::string source = "def forward(self, x):\n";
    for (const auto& [name, stage] : architecture.stages) {
        network.register_module(name, stage);
        source += "    x = self." + name + ".forward(x)\n";
    }
    for (const auto& [name, module] : architecture.after_pooling) network.register_module(name, module);
    network.define(source + "    return x\n");
    network.eval();
    for (at::Tensor parameter : network.parameters()) parameter.requires_grad_(false);
    return network;
}

std::size_t tensor_count(const TorchModule& module) { return module.parameters().size() + module.buffers().size(); }

StateDict torchscript_state(const std::filesystem::path& file, const WeightsChoice& choice) {
    if (!choice.key.empty())
        throw DataError(file.string() +
                        ": is TorchScript, which holds one network: a key chooses in files of torch.save");
    std::istringstream bytes(read_archive(file));
    TorchModule module;
    try {
        module = torch::jit::load(bytes, c10::kCPU);
    } catch (const std::exception& error) {
        throw DataError(
            format_text("{}: LibTorch cannot read this TorchScript file: {}", file, cause_in(error.what())));
    }
    if (module.parameters().size() == 0)
        throw DataError(file.string() +
                        ": has no parameters (a frozen module keeps them as constants): export it unfrozen");
    StateDict state = below_prefix({.entries = named_tensors(module)}, choice.prefix);
    for (NamedTensor& entry : state.entries) entry.tensor = entry.tensor.detach().cpu().contiguous();
    return state;
}

/// TorchScript that graft has written goes back to the names that everybody else uses.
void publish_names(StateDict& state, const WeightsEntry& entry) {
    const ArchitectureRow* row = builtin_architectures().find(entry.architecture);
    if (row == nullptr) return;
    const WeightsPreprocessing& input = entry.preprocessing;
    const Architecture architecture = row->make(input.height, input.width);
    for (NamedTensor& named : state.entries) named.name = published_name(architecture, named.name);
}

}  // namespace

WeightsReport write_torchscript_weights(const std::filesystem::path& file, const ArchitectureRow& row,
                                        const WeightsEntry& entry, const std::filesystem::path& target,
                                        const WeightsChoice& choice, Present present) {
    const Preprocessing input{.height = entry.preprocessing.height, .width = entry.preprocessing.width};
    const Backbone backbone = load_backbone(row, file.string(), 0, input, {.choice = choice});
    const TorchModule module = module_of(backbone.architecture);
    std::ostringstream bytes;
    module.save(bytes, {{kWeightsDescription, description_of(entry)}});
    write_file(target, bytes.str(), present);
    WeightsReport report{.tensors = tensor_count(module)};
    if (!backbone.note.empty()) report.notes.push_back(backbone.note);
    return report;
}

WeightsReport write_safetensors_weights(const std::filesystem::path& file, const std::filesystem::path& target,
                                        const WeightsChoice& choice, Present present) {
    StateDict state = is_torchscript(file) ? torchscript_state(file, choice) : read_state_dict(file, choice);
    if (const std::optional<WeightsEntry> entry = described_weights(file)) publish_names(state, *entry);
    write_file(target, safetensors_bytes(state.entries, {{"format", "pt"}}), present);
    return {.tensors = state.entries.size(), .notes = state.notes};
}

}  // namespace graft

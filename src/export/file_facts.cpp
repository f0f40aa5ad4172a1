#include "export/file_facts.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include "config/read.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "deploy/model_file.hpp"
#include "graft/core/errors.hpp"
#include "network/backbone.hpp"
#include "network/foreign/torchscript_file.hpp"
#include "network/state_dict.hpp"
#include "weights/format/file_kind.hpp"
#include "weights/store/added_weights.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

Preprocessing square(std::int64_t side) {
    Preprocessing preprocessing;
    preprocessing.height = preprocessing.width = side;
    return preprocessing;
}

std::int64_t parameter_count(const TorchModule& module) {
    std::int64_t count = 0;
    for (const at::Tensor& parameter : module.parameters()) count += parameter.numel();
    return count;
}

/// "float32": as people write it.
std::string type_name(const at::Tensor& tensor) {
    switch (tensor.scalar_type()) {
        case at::kFloat: return "float32";
        case at::kDouble: return "float64";
        case at::kHalf: return "float16";
        case at::kBFloat16: return "bfloat16";
        case at::kLong: return "int64";
        case at::kInt: return "int32";
        case at::kShort: return "int16";
        case at::kChar: return "int8";
        case at::kByte: return "uint8";
        case at::kBool: return "bool";
        default: return c10::toString(tensor.scalar_type());
    }
}

/// How many tensors there are of each type.
std::map<std::string, std::size_t> types_of(const std::vector<NamedTensor>& tensors) {
    std::map<std::string, std::size_t> counts;
    for (const NamedTensor& entry : tensors) ++counts[type_name(entry.tensor)];
    return counts;
}

void add_stages(FileFacts& facts, const Architecture& architecture, std::int64_t side) {
    facts.image_size = side;
    facts.stages = describe_stages(architecture, square(side));
}

void add_onnx(FileFacts& facts) {
    facts.kind = "ONNX";
    facts.onnx = summarise_onnx(read_file(facts.file), facts.file);
    facts.parameters = facts.onnx->parameters;
    if (const auto found = facts.onnx->metadata.find(kModelInfoName); found != facts.onnx->metadata.end())
        facts.info = read_model_info(found->second, facts.file);
}

void add_model(FileFacts& facts) {
    ModelFile model = load_model(facts.file);
    facts.kind = "graft model";
    facts.parameters = parameter_count(model.module);
    facts.types = types_of(named_tensors(model.module));
    facts.info = std::move(model.info);
}

/// A TorchScript file that is no graft model, as it would be trained on.
void add_torchscript(FileFacts& facts, std::int64_t side) {
    const TorchModule module = open_torchscript(facts.file);
    facts.kind = "TorchScript";
    facts.parameters = parameter_count(module);
    facts.types = types_of(named_tensors(module));
    try {
        const Backbone backbone = load_torchscript_backbone(facts.file, square(side));
        facts.entry = described_weights(facts.file);
        facts.notes = {facts.entry ? format_text("weights of {} that graft has written", facts.entry->architecture)
                                   : backbone.note};
        add_stages(facts, backbone.architecture, side);
    } catch (const DataError& error) {
        facts.notes = {format_text("cannot be trained on: {}", error.what())};
    }
}

void add_fit(FileFacts& facts, const StateDict& state, std::int64_t side) {
    const std::vector<ArchitectureFit> fits = find_architectures(state, builtin_architectures());
    if (fits.empty()) return;
    facts.architecture = ArchitectureFacts{.best = fits.front()};
    for (const ArchitectureFit& fit : fits)
        if (fit.report.complete()) facts.architecture->complete.push_back(fit.name);
    const LoadReport& best = fits.front().report;
    if (!best.complete()) return;
    const std::vector<std::string> notes = notes_on(best);
    facts.notes.insert(facts.notes.end(), notes.begin(), notes.end());
    const Architecture architecture = builtin_architectures().find(fits.front().name)->make(side, side);
    add_stages(facts, architecture, side);
    facts.class_count = classes_of(architecture, state);
}

/// What is known of weights besides their values: from the manifest, or from the file where graft wrote it.
void add_origin(FileFacts& facts, const StateDict& state) {
    facts.sha256 = state.sha256;
    for (const WeightsEntry& entry : weights_manifest())
        if (is_of(entry, state.sha256)) facts.entry = entry;
    const auto info = state.metadata.find(kModelInfoName);
    if (info == state.metadata.end()) return;
    try {
        facts.info = read_model_info(info->second, facts.file, GoldenImages::left_out);
    } catch (const Error&) {
        facts.notes.push_back("its graft.json is damaged or of a newer graft");
    }
}

void add_weights(FileFacts& facts, std::int64_t side, const WeightsChoice& choice) {
    const StateDict state = read_state_dict(facts.file, choice);
    facts.kind = "weights";
    facts.is_weights = true;
    for (const NamedTensor& entry : state.entries) {
        facts.parameters += entry.tensor.numel();
        facts.tensors.push_back({entry.name, type_name(entry.tensor), entry.tensor.sizes().vec()});
    }
    facts.types = types_of(state.entries);
    facts.notes = state.notes;
    add_fit(facts, state, side);
    add_origin(facts, state);
}

/// What graft.json says; of the golden images their names.
Json said_by(const ModelInfo& info) {
    Json said = to_json(info);
    Json names = Json::array();
    for (const GoldenImage& image : info.golden) names.push_back(image.name);
    said["golden"] = names;
    return said;
}

/// Who published weights, and how pictures were prepared for them.
Json origin_of(const WeightsEntry& entry) {
    WeightsPreprocessing preprocessing = entry.preprocessing;
    Json json = {{"manifest", entry.name}};
    json["preprocessing"] = write_options([&](Fields& fields) { describe(fields, preprocessing); });
    if (!preprocessing.resize_shorter_side) json["preprocessing"].erase("resize_shorter_side");  // the whole picture
    return json;
}

Json to_json(const ArchitectureFacts& facts) {
    const LoadReport& best = facts.best.report;
    return {{"name", facts.best.name},      {"complete", facts.complete},
            {"loaded", best.loaded.size()}, {"left_out", best.left_out.size() + best.unused.size() + best.heads.size()},
            {"missing", best.missing},      {"unexpected", best.unexpected},
            {"mismatched", best.mismatched}};
}

Json to_json(const std::vector<StageRow>& stages) {
    Json rows = Json::array();
    for (const StageRow& row : stages)
        rows.push_back({{"name", row.name}, {"shape", row.shape}, {"parameters", row.parameters}});
    return rows;
}

Json to_json(const std::vector<TensorFacts>& tensors) {
    Json rows = Json::array();
    for (const TensorFacts& tensor : tensors)
        rows.push_back({{"name", tensor.name}, {"type", tensor.type}, {"shape", tensor.shape}});
    return rows;
}

}  // namespace

FileFacts facts_of(const fs::path& file, std::int64_t side, const WeightsChoice& choice) {
    const FileKind kind = expect_use(file, FileUse::any);
    std::error_code error;
    FileFacts facts{.file = file.string(), .bytes = fs::file_size(file, error)};
    if (error) throw DataError(format_text("{}: cannot be read: {}", file, error.message()));
    switch (kind) {
        case FileKind::onnx: add_onnx(facts); break;
        case FileKind::graft_model: add_model(facts); break;
        case FileKind::torchscript: add_torchscript(facts, side); break;
        default: add_weights(facts, side, choice);
    }
    return facts;
}

Json to_json(const FileFacts& facts) {
    Json json = {{"file", facts.file}, {"bytes", facts.bytes}, {"kind", facts.kind}, {"parameters", facts.parameters}};
    if (!facts.types.empty()) json["types"] = facts.types;
    if (facts.onnx) {
        json["producer"] = facts.onnx->producer;
        json["ir_version"] = facts.onnx->ir_version;
        json["opset"] = facts.onnx->opset;
        json["operators"] = facts.onnx->operators;
    }
    if (facts.is_weights || !facts.notes.empty()) json["notes"] = facts.notes;
    if (facts.is_weights) json["architecture"] = facts.architecture ? to_json(*facts.architecture) : Json();
    if (!facts.stages.empty()) {
        json["image_size"] = facts.image_size;
        json["stages"] = to_json(facts.stages);
    }
    if (facts.class_count > 0) json["class_count"] = facts.class_count;
    if (!facts.sha256.empty()) json["sha256"] = facts.sha256;
    if (facts.entry) json.update(origin_of(*facts.entry));
    if (facts.info) json.update(said_by(*facts.info));
    if (facts.is_weights) json["tensors"] = to_json(facts.tensors);
    return json;
}

}  // namespace graft

#include "app/file_facts.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <map>

#include "config/read.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "deploy/model_file.hpp"
#include "export/onnx/onnx_model.hpp"
#include "export/runnable_model.hpp"
#include "graft/core/errors.hpp"
#include "network/backbone.hpp"
#include "network/foreign/torchscript_file.hpp"
#include "network/identify.hpp"
#include "network/state_dict.hpp"
#include "weights/format/file_kind.hpp"
#include "weights/store/added_weights.hpp"
#include "weights/store/manifest.hpp"

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
Json types_of(const std::vector<NamedTensor>& tensors) {
    std::map<std::string, std::size_t> counts;
    for (const NamedTensor& entry : tensors) ++counts[type_name(entry.tensor)];
    return counts;
}

Json stages_of(const Architecture& architecture, std::int64_t side) {
    Json rows = Json::array();
    for (const StageRow& row : describe_stages(architecture, square(side)))
        rows.push_back({{"name", row.name}, {"shape", row.shape}, {"parameters", row.parameters}});
    return rows;
}

/// What graft.json says; of the golden images their names.
Json said_by(const ModelInfo& info) {
    Json said = to_json(info);
    Json names = Json::array();
    for (const GoldenImage& image : info.golden) names.push_back(image.name);
    said["golden"] = names;
    return said;
}

void add_onnx(Json& facts, const std::string& bytes, const std::string& file) {
    const OnnxSummary summary = summarise_onnx(bytes, file);
    facts["kind"] = "ONNX";
    facts["parameters"] = summary.parameters;
    facts["producer"] = summary.producer;
    facts["ir_version"] = summary.ir_version;
    facts["opset"] = summary.opset;
    facts["operators"] = summary.operators;
    if (const auto found = summary.metadata.find(kModelInfoName); found != summary.metadata.end())
        facts.update(said_by(read_model_info(found->second, file)));
}

void add_model(Json& facts, const fs::path& file) {
    const ModelFile model = load_model(file);
    facts["kind"] = "graft model";
    facts["parameters"] = parameter_count(model.module);
    facts["types"] = types_of(named_tensors(model.module));
    facts.update(said_by(model.info));
}

/// Who published weights, and how pictures were prepared for them.
void add_entry(Json& facts, const WeightsEntry& entry) {
    WeightsPreprocessing preprocessing = entry.preprocessing;
    facts["manifest"] = entry.name;
    facts["preprocessing"] = write_options([&](Fields& fields) { describe(fields, preprocessing); });
    if (!preprocessing.resize_shorter_side) facts["preprocessing"].erase("resize_shorter_side");  // the whole picture
}

/// A TorchScript file that is no graft model, as it would be trained on.
void add_torchscript(Json& facts, const fs::path& file, std::int64_t side) {
    const TorchModule module = open_torchscript(file);
    facts["kind"] = "TorchScript";
    facts["parameters"] = parameter_count(module);
    facts["types"] = types_of(named_tensors(module));
    try {
        const Backbone backbone = load_torchscript_backbone(file.string(), square(side));
        facts["notes"] = {backbone.note};
        if (const std::optional<WeightsEntry> entry = described_weights(file)) {
            facts["notes"] = {"weights of " + entry->architecture + " that graft has written"};
            add_entry(facts, *entry);
        }
        facts["image_size"] = side;
        facts["stages"] = stages_of(backbone.architecture, side);
    } catch (const DataError& error) {
        facts["notes"] = {"cannot be trained on: " + std::string(error.what())};
    }
}

void add_fit(Json& facts, const StateDict& state, std::int64_t side) {
    const std::vector<ArchitectureFit> fits = find_architectures(state, builtin_architectures());
    if (fits.empty()) {
        facts["architecture"] = nullptr;
        return;
    }
    const LoadReport& best = fits.front().report;
    Json complete = Json::array();
    for (const ArchitectureFit& fit : fits)
        if (fit.report.complete()) complete.push_back(fit.name);
    facts["architecture"] = {{"name", fits.front().name},    {"complete", complete},
                             {"loaded", best.loaded.size()}, {"left_out", best.left_out.size() + best.unused.size()},
                             {"missing", best.missing},      {"unexpected", best.unexpected},
                             {"mismatched", best.mismatched}};
    if (!best.complete()) return;
    const Architecture architecture = builtin_architectures().find(fits.front().name)->make(side, side);
    facts["image_size"] = side;
    facts["stages"] = stages_of(architecture, side);
    if (const std::int64_t classes = classes_of(architecture, state); classes > 0) facts["class_count"] = classes;
}

/// What is known of weights besides their values: from the manifest, or from the file where graft wrote it.
void add_origin(Json& facts, const StateDict& state, const fs::path& file) {
    const std::string hash = sha256_of_file(file);
    facts["sha256"] = hash;
    for (const WeightsEntry& entry : weights_manifest())
        if (is_of(entry, hash)) add_entry(facts, entry);
    const auto info = state.metadata.find(kModelInfoName);
    if (info == state.metadata.end()) return;
    const Json said = parse_json(info->second, file.string() + ": " + kModelInfoName);
    for (const char* key : {"graft_version", "classes", "backbone", "temperature", "preprocessing"})
        if (said.is_object() && said.contains(key)) facts[key] = said.at(key);
}

void add_weights(Json& facts, const fs::path& file, std::int64_t side) {
    const StateDict state = read_state_dict(file);
    std::int64_t values = 0;
    Json tensors = Json::array();
    for (const NamedTensor& entry : state.entries) {
        values += entry.tensor.numel();
        tensors.push_back(
            {{"name", entry.name}, {"type", type_name(entry.tensor)}, {"shape", entry.tensor.sizes().vec()}});
    }
    facts["kind"] = "weights";
    facts["parameters"] = values;
    facts["types"] = types_of(state.entries);
    facts["notes"] = state.notes;
    add_fit(facts, state, side);
    add_origin(facts, state, file);
    facts["tensors"] = tensors;
}

}  // namespace

Json facts_of(const fs::path& file, std::int64_t side) {
    const std::string bytes = read_file(file);
    Json facts = {{"file", file.string()}, {"bytes", bytes.size()}, {"kind", ""}};
    if (is_onnx(bytes))
        add_onnx(facts, bytes, file.string());
    else if (what_is(file).kind == FileKind::graft_model)
        add_model(facts, file);
    else if (is_torchscript(file))
        add_torchscript(facts, file, side);
    else
        add_weights(facts, file, side);
    return facts;
}

}  // namespace graft

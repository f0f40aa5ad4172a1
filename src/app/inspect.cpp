#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "app/results.hpp"
#include "app/text_layout.hpp"
#include "core/files.hpp"
#include "core/suggest.hpp"
#include "deploy/model_file.hpp"
#include "deploy/onnx/onnx_model.hpp"
#include "deploy/runnable_model.hpp"
#include "graft/core/errors.hpp"
#include "weights/state_dict.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

struct InspectArguments {
    std::string file;
    bool json = false;
};

std::int64_t parameter_count(const TorchModule& module) {
    std::int64_t count = 0;
    for (const at::Tensor& parameter : module.parameters()) count += parameter.numel();
    return count;
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
    facts.update(said_by(model.info));
}

/// A TorchScript file that graft did not write: its parts.
void add_torchscript(Json& facts, const fs::path& file) {
    TorchModule module;
    try {
        module = torch::jit::load(file.string());
    } catch (const std::exception& error) {
        const std::string what = error.what();
        throw DataError(file.string() +
                        ": LibTorch cannot read this TorchScript file: " + what.substr(0, what.find('\n')));
    }
    facts["kind"] = "TorchScript";
    facts["parameters"] = parameter_count(module);
    Json parts = Json::array();
    for (const auto& child : module.named_children())
        parts.push_back({{"name", child.name}, {"parameters", parameter_count(child.value)}});
    facts["parts"] = parts;
}

void add_weights(Json& facts, const fs::path& file) {
    const StateDict state = read_state_dict(file);
    std::int64_t values = 0;
    Json tensors = Json::array();
    for (const NamedTensor& entry : state.entries) {
        values += entry.tensor.numel();
        tensors.push_back({{"name", entry.name},
                           {"type", c10::toString(entry.tensor.scalar_type())},
                           {"shape", entry.tensor.sizes().vec()}});
    }
    facts["kind"] = "weights";
    facts["parameters"] = values;
    facts["notes"] = state.notes;
    facts["tensors"] = tensors;
}

/// What the file is, what it says of itself, and what it shows.
Json facts_of(const fs::path& file) {
    const std::string bytes = read_file(file);
    Json facts = {{"file", file.string()}, {"bytes", bytes.size()}, {"kind", ""}};
    const bool archive = bytes.starts_with("PK");
    if (is_onnx(bytes))
        add_onnx(facts, bytes, file.string());
    else if (archive && bytes.find(kModelInfoName) != std::string::npos)
        add_model(facts, file);
    else if (archive && bytes.find("constants.pkl") != std::string::npos)
        add_torchscript(facts, file);
    else
        add_weights(facts, file);
    return facts;
}

std::string line(const std::string& key, const std::string& value) {
    return key + std::string(key.size() < 15 ? 15 - key.size() : 1, ' ') + value + "\n";
}

/// What graft.json says.
std::string contract_text(const Json& facts) {
    const Json& backbone = facts.at("backbone");
    const auto classes = facts.at("classes").get<std::vector<std::string>>();
    std::string text = line("made by", "graft " + facts.at("graft_version").get<std::string>());
    text += line("classes", std::to_string(classes.size()) + ": " + comma_separated(classes));
    text += line("backbone", backbone.at("name").get<std::string>() +
                                 ", frozen: " + backbone.at("freeze").get<std::string>() + ", weights " +
                                 backbone.at("weights_hash").get<std::string>());
    text += line("temperature", facts.at("temperature").dump());
    text += line("golden images", comma_separated(facts.at("golden").get<std::vector<std::string>>()));
    text += "preprocessing\n";
    for (const auto& [key, value] : facts.at("preprocessing").items())
        text += "  " + key + std::string(key.size() < 18 ? 18 - key.size() : 1, ' ') +
                (value.is_string() ? value.get<std::string>() : value.dump()) + "\n";
    return text;
}

std::string onnx_text(const Json& facts) {
    std::vector<std::string> operators;
    for (const auto& [name, count] : facts.at("operators").items()) operators.push_back(name + " " + count.dump());
    return line("operator set", facts.at("opset").dump() + ", format version " + facts.at("ir_version").dump() +
                                    ", written by " + facts.at("producer").get<std::string>()) +
           line("operators", comma_separated(operators));
}

std::string tensors_text(const Json& tensors) {
    std::vector<std::vector<std::string>> rows;
    for (const Json& tensor : tensors)
        rows.push_back(
            {tensor.at("name").get<std::string>(), tensor.at("type").get<std::string>(), tensor.at("shape").dump()});
    return aligned(rows);
}

std::string text_of(const Json& facts) {
    std::string text = line("file", facts.at("file").get<std::string>() + " (" +
                                        with_commas(facts.at("bytes").get<std::int64_t>()) + " bytes)");
    text += line("kind", facts.at("kind").get<std::string>());
    text += line("parameters", with_commas(facts.at("parameters").get<std::int64_t>()));
    if (facts.contains("operators")) text += onnx_text(facts);
    if (facts.contains("classes")) text += contract_text(facts);
    if (facts.contains("notes"))
        for (const Json& note : facts.at("notes")) text += line("note", note.get<std::string>());
    if (facts.contains("parts"))
        for (const Json& part : facts.at("parts"))
            text += line("part", part.at("name").get<std::string>() + ", " +
                                     with_commas(part.at("parameters").get<std::int64_t>()) + " parameters");
    if (facts.contains("tensors")) text += tensors_text(facts.at("tensors"));
    return text;
}

void inspect(const InspectArguments& arguments) {
    const Json facts = facts_of(arguments.file);
    if (arguments.json)
        print_json(facts);
    else
        std::cout << text_of(facts);
}

}  // namespace

void add_inspect(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<InspectArguments>();
    CLI::App* command = app.add_subcommand("inspect", "Show what a model or weights file is and says about itself");
    command->add_option("file", arguments->file, "model.pt, ONNX, TorchScript, .pth or .safetensors")
        ->required()
        ->type_name("FILE");
    command->add_flag("--json", arguments->json, "Print one JSON object, with the config it was trained with");
    command->callback([arguments, &chosen] { chosen = [arguments](const Session&) { inspect(*arguments); }; });
}

}  // namespace graft

#include "deploy/model_file.hpp"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <sstream>

#include "config/read.hpp"
#include "core/files.hpp"
#include "core/version.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr int kFormatVersion = 1;
constexpr const char* kInfoName = "graft.json";

ModelInfo info_from_json(const Json& json, const std::string& file) {
    const int version = json.at("format_version").get<int>();
    if (version > kFormatVersion)
        throw DataError(file + ": is in model format " + std::to_string(version) + "; this graft (" +
                        std::string(version_text()) + ") reads formats up to " + std::to_string(kFormatVersion));
    ModelInfo info;
    info.classes = json.at("classes").get<std::vector<std::string>>();
    info.temperature = json.at("temperature").get<double>();
    info.backbone = json.at("backbone").at("name").get<std::string>();
    info.backbone_hash = json.at("backbone").at("weights_hash").get<std::string>();
    info.freeze = json.at("backbone").at("freeze").get<std::string>();
    info.config = json.at("config");
    info.graft_version = json.at("graft_version").get<std::string>();
    Json preprocessing = json.at("preprocessing");
    for (const char* constant : {"colour_order", "value_range", "exif_orientation", "alpha", "shrinking"})
        preprocessing.erase(constant);
    const auto problems = read_options(preprocessing, [&](Fields& fields) { describe(fields, info.preprocessing); });
    if (!problems.empty()) throw DataError(file + ": " + kInfoName + ": /preprocessing" + problems.front());
    return info;
}

}  // namespace

Json to_json(const ModelInfo& info) {
    ModelInfo copy = info;
    Json preprocessing = write_options([&](Fields& fields) { describe(fields, copy.preprocessing); });
    preprocessing["colour_order"] = "RGB";
    preprocessing["value_range"] = {0, 255};
    preprocessing["exif_orientation"] = "applied";
    preprocessing["alpha"] = "over white";
    preprocessing["shrinking"] = "area average";
    return {{"format_version", kFormatVersion},
            {"graft_version", info.graft_version.empty() ? std::string(version_text()) : info.graft_version},
            {"classes", info.classes},
            {"preprocessing", preprocessing},
            {"temperature", info.temperature},
            {"backbone", {{"name", info.backbone}, {"weights_hash", info.backbone_hash}, {"freeze", info.freeze}}},
            {"config", info.config}};
}

void save_model(const std::filesystem::path& file, const TorchModule& classifier, const ModelInfo& info) {
    const at::NoGradGuard copies_are_leaves;
    TorchModule module = classifier.deepcopy();
    module.eval();
    for (at::Tensor parameter : module.parameters()) parameter.requires_grad_(false);
    std::ostringstream bytes;
    module.save(bytes, {{kInfoName, pretty(to_json(info))}});
    write_file(file, bytes.str());
}

ModelFile load_model(const std::filesystem::path& file) {
    const std::string name = file.string();
    std::istringstream bytes(read_file(file));
    torch::jit::ExtraFilesMap extra{{kInfoName, ""}};
    ModelFile model;
    try {
        model.module = torch::jit::load(bytes, std::nullopt, extra);
    } catch (const std::exception& error) {
        const std::string what = error.what();
        throw DataError(name + ": is not a model that LibTorch can open: " + what.substr(0, what.find('\n')));
    }
    if (extra.at(kInfoName).empty())
        throw DataError(name + ": is a TorchScript file but no graft model: it has no " + std::string(kInfoName) +
                        " inside, which names the classes and the preprocessing");
    try {
        model.info = info_from_json(parse_json(extra.at(kInfoName), name + ": " + kInfoName), name);
    } catch (const Json::exception& error) {
        throw DataError(name + ": " + kInfoName + " is incomplete: " + error.what());
    } catch (const ConfigError& error) {
        throw DataError(error.what());
    }
    model.module.eval();
    return model;
}

}  // namespace graft

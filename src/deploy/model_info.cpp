#include "deploy/model_info.hpp"

#include "config/read.hpp"
#include "core/embedded.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

ModelInfo info_from_json(const Json& json, const std::string& file) {
    const int version = json.at("format_version").get<int>();
    if (version > kModelFormatVersion)
        throw DataError(file + ": is in model format " + std::to_string(version) + "; this graft (" +
                        std::string(version_text()) + ") reads formats up to " + std::to_string(kModelFormatVersion));
    ModelInfo info;
    info.classes = json.at("classes").get<std::vector<std::string>>();
    info.temperature = json.at("temperature").get<double>();
    info.backbone = json.at("backbone").at("name").get<std::string>();
    info.backbone_hash = json.at("backbone").at("weights_hash").get<std::string>();
    info.freeze = json.at("backbone").at("freeze").get<std::string>();
    info.config = json.at("config");
    info.graft_version = json.at("graft_version").get<std::string>();
    if (version >= 2)
        for (const Json& image : json.at("golden")) info.golden.push_back(golden_from_json(image));
    Json preprocessing = json.at("preprocessing");
    for (const char* constant : {"colour_order", "value_range", "exif_orientation", "alpha", "shrinking"})
        preprocessing.erase(constant);
    const auto problems = read_options(preprocessing, [&](Fields& fields) { describe(fields, info.preprocessing); });
    if (!problems.empty()) throw DataError(file + ": " + kModelInfoName + ": /preprocessing" + problems.front());
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
    Json golden = Json::array();
    for (const GoldenImage& image : info.golden) golden.push_back(to_json(image));
    return {{"format_version", kModelFormatVersion},
            {"graft_version", info.graft_version.empty() ? std::string(version_text()) : info.graft_version},
            {"classes", info.classes},
            {"preprocessing", preprocessing},
            {"temperature", info.temperature},
            {"backbone", {{"name", info.backbone}, {"weights_hash", info.backbone_hash}, {"freeze", info.freeze}}},
            {"config", info.config},
            {"golden", golden}};
}

ModelInfo read_model_info(const std::string& text, const std::string& file) {
    try {
        return info_from_json(parse_json(text, file + ": " + kModelInfoName), file);
    } catch (const Json::exception& error) {
        throw DataError(file + ": " + kModelInfoName + " is incomplete: " + error.what());
    } catch (const ConfigError& error) {
        throw DataError(error.what());
    }
}

}  // namespace graft

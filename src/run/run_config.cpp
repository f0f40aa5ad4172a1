#include "graft/run/run_config.hpp"

#include <algorithm>

#include "config/json.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

Json as_json(const ConfigValue& value) {
    return std::visit([](const auto& held) { return Json(held); }, value);
}

bool is_utf8(const Json& json) {
    if (json.is_string()) return fits_into_json(json.get_ref<const std::string&>());
    return !json.is_array() || std::all_of(json.begin(), json.end(), is_utf8);
}

/// The text after a change, with errors that begin with the pointer.
template <class Change>
std::string changed(const std::string& text, const std::string& pointer, const Change& change) {
    if (!fits_into_json(pointer)) throw ConfigError("a JSON pointer is not UTF-8");
    Json document = parse_json(text, "config");
    try {
        change(document);
    } catch (const ConfigError& error) {
        throw ConfigError(pointer + ": " + error.what());
    }
    return pretty(document);
}

}  // namespace

RunConfig RunConfig::from_file(const std::filesystem::path& file) {
    RunConfig config;
    config.text_ = pretty(parse_json_file(file));
    return config;
}

RunConfig RunConfig::from_text(std::string_view json, const std::string& name) {
    RunConfig config;
    config.text_ = pretty(parse_json(json, name));
    return config;
}

RunConfig& RunConfig::set(const std::string& pointer, const ConfigValue& value) {
    const Json json = as_json(value);
    if (!is_utf8(json)) throw ConfigError(pointer + ": the text is not UTF-8");
    text_ = changed(text_, pointer, [&](Json& document) { set_value(document, pointer, json); });
    return *this;
}

RunConfig& RunConfig::set_json(const std::string& pointer, std::string_view json) {
    text_ =
        changed(text_, pointer, [&](Json& document) { set_value(document, pointer, parse_json(json, "the value")); });
    return *this;
}

RunConfig& RunConfig::erase(const std::string& pointer) {
    text_ = changed(text_, pointer, [&](Json& document) { erase_value(document, pointer); });
    return *this;
}

}  // namespace graft

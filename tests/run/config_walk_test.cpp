// Every kind of wrong value at every place of a config that the schema knows: always a ConfigError that names the
// place.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "graft/core/errors.hpp"
#include "run/run_options.hpp"

namespace graft {
namespace {

bool has_type(const Json& value, const std::string& type) {
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    return type == "null" && value.is_null();
}

bool is_in_bounds(const Json& value, const Json& schema) {
    const auto number = value.get<double>();
    const auto bound = [&](const char* key, double otherwise) { return schema.value(key, otherwise); };
    return number >= bound("minimum", -1e300) && number <= bound("maximum", 1e300) &&
           number > bound("exclusiveMinimum", -1e301) && number < bound("exclusiveMaximum", 1e301);
}

/// Whether a schema of the kind that graft writes allows a value.
bool allows(const Json& schema, const Json& value) {
    if (schema.contains("const") && value != schema["const"]) return false;
    if (const auto names = schema.find("enum"); names != schema.end())
        return std::find(names->begin(), names->end(), value) != names->end();
    if (const auto any = schema.find("anyOf"); any != schema.end())
        return std::any_of(any->begin(), any->end(), [&](const Json& each) { return allows(each, value); });
    if (const auto type = schema.find("type"); type != schema.end()) {
        const Json types = type->is_array() ? *type : Json::array({*type});
        if (std::none_of(types.begin(), types.end(), [&](const Json& each) { return has_type(value, each); }))
            return false;
    }
    if (value.is_number()) return is_in_bounds(value, schema);
    if (value.is_array()) {
        const bool fits = value.size() >= schema.value("minItems", 0U) && value.size() <= schema.value("maxItems", ~0U);
        return fits && std::all_of(value.begin(), value.end(), [&](const Json& item) {
                   return !schema.contains("items") || allows(schema["items"], item);
               });
    }
    if (!value.is_object()) return true;
    const Json required = schema.value("required", Json::array());
    for (const Json& key : required)
        if (!value.contains(key.get<std::string>())) return false;
    const Json properties = schema.value("properties", Json::object());
    const Json& more = schema.contains("additionalProperties") ? schema["additionalProperties"] : Json(true);
    for (const auto& [key, entry] : value.items()) {
        if (properties.contains(key) ? !allows(properties[key], entry)
            : more.is_boolean()      ? !more.get<bool>()
                                     : !allows(more, entry))
            return false;
    }
    return true;
}

/// A value that the schema allows.
Json example(const Json& schema) {
    if (schema.contains("const")) return schema["const"];
    if (const auto usual = schema.find("default"); usual != schema.end() && !usual->is_null()) return *usual;
    if (schema.contains("enum")) return schema["enum"].front();
    if (schema.contains("anyOf")) return example(schema["anyOf"].back());
    const Json type = schema.contains("type") && schema["type"].is_array() ? schema["type"].front()
                                                                           : schema.value("type", Json("string"));
    if (type == "boolean") return true;
    if (type == "integer" || type == "number") return schema.value("minimum", Json(1));
    if (type == "string") return "x";
    if (type == "array") return Json::array({example(schema.value("items", Json::object()))});
    Json object = Json::object();
    const Json required = schema.value("required", Json::array());
    for (const Json& key : required)
        object[key.get<std::string>()] = example(schema["properties"][key.get<std::string>()]);
    return object;
}

using Visit = std::function<void(const Json& document, const Json::json_pointer& at, const Json& schema)>;

/// Visits every place that a schema describes, with a document that reaches it.
void walk(const Json& schema, Json document, const Json::json_pointer& at, const Visit& visit) {
    if (!document.contains(at) || document[at].is_null()) document[at] = example(schema);
    visit(document, at, schema);
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [key, entry] : properties.items()) walk(entry, document, at / key, visit);
    const Json kinds = schema.value("anyOf", Json::array());
    for (const Json& each : kinds) {
        if (!each.contains("properties") && !each.contains("items")) continue;
        Json with = document;
        with[at] = example(each);
        walk(each, with, at, visit);
    }
    if (!schema.contains("items")) return;
    document[at] = Json::array({example(schema["items"])});
    walk(schema["items"], document, at / 0, visit);
}

std::vector<Json> wrong_values() {
    Json deep = 1;
    for (int i = 0; i < 50; ++i) deep = Json::array({deep});
    return {nullptr,
            true,
            0,
            -1,
            7,
            1.5,
            -1e308,
            1e308,
            5e-324,
            INT64_MIN,
            INT64_MAX,
            UINT64_MAX,
            "",
            "x",
            std::string("a\0b", 3),
            "../../etc/passwd",
            "\xC3\xA4\xE2\x82\xAC",
            std::string(100000, 'y'),
            "{epoch",
            "[(*",
            "~nobody-has-this-name/x",
            Json::array(),
            Json::array({nullptr}),
            Json::array({-1, "x"}),
            deep,
            Json(std::vector<int>(1000, 1)),
            Json::object(),
            {{"name", nullptr}},
            {{"name", "x"}},
            {{"unknown", 1}},
            {{"", 1}, {"a/b~c", 2}}};
}

/// What is wrong with how a value at a place was taken; "" when all is well.
std::string complaint(const Json& document, const std::string& at, bool is_allowed, const Tables& tables) {
    try {
        const RunOptions options = read_run_config(document, tables);
        if (!is_allowed) return "it is accepted";
        static_cast<void>(read_run_config(resolved(options, tables), tables));
        return "";
    } catch (const ConfigError& error) {
        bool is_named = is_allowed;
        for (const std::string& problem : error.problems()) {
            is_named = is_named || problem.starts_with(at);
            for (const char* foreign : {"json.exception", "std::", "c10", "nlohmann", "regex_error", "basic_string"})
                if (problem.find(foreign) != std::string::npos) return "foreign words: " + problem.substr(0, 300);
            if (!problem.starts_with("/")) return "no place: " + problem.substr(0, 300);
        }
        return is_named ? "" : "the place is not named: " + std::string(error.what()).substr(0, 300);
    } catch (const std::exception& error) {
        return "another exception: " + std::string(error.what()).substr(0, 300);
    }
}

TEST(ConfigWalk, EveryWrongValueAtEveryPlaceIsNamed) {
    const Tables tables;
    const std::vector<Json> values = wrong_values();
    int places = 0, tries = 0, refused = 0;
    const Json start = {{"data", {{"train", "t"}}}, {"backbone", {{"name", "efficientnet_lite0"}}}};
    walk(run_config_schema(tables), start, Json::json_pointer(),
         [&](const Json& document, const Json::json_pointer& at, const Json& schema) {
             ++places;
             for (const Json& value : values) {
                 Json changed = document;
                 changed[at] = value;
                 const bool is_allowed = allows(schema, value);
                 const std::string wrong = complaint(changed, at.to_string(), is_allowed, tables);
                 EXPECT_EQ(wrong, "") << at.to_string() << " = " << value.dump().substr(0, 80);
                 ++tries;
                 refused += is_allowed ? 0 : 1;
             }
         });
    EXPECT_GT(places, 150);
    EXPECT_GT(refused, tries / 2);
}

TEST(ConfigWalk, TheExamplesThemselvesAreRead) {
    const Tables tables;
    const Json start = {{"data", {{"train", "t"}}}, {"backbone", {{"name", "efficientnet_lite0"}}}};
    walk(run_config_schema(tables), start, Json::json_pointer(),
         [&](const Json& document, const Json::json_pointer& at, const Json&) {
             EXPECT_EQ(complaint(document, at.to_string(), true, tables), "") << at.to_string();
         });
}

}  // namespace
}  // namespace graft

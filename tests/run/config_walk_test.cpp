// Every kind of wrong value at every place of a config that the schema knows: always a ConfigError that names the
// place.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "graft/core/errors.hpp"
#include "run/run_options.hpp"

namespace graft {
namespace {

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
    if (type == "array")
        return Json(schema.value("minItems", std::size_t{1}), example(schema.value("items", Json::object())));
    Json object = Json::object();
    const Json required = schema.value("required", Json::array());
    for (const Json& key : required)
        object[key.get<std::string>()] = example(schema["properties"][key.get<std::string>()]);
    return object;
}

bool is_of_type(const Json& value, const std::string& type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_boolean();
    if (type == "string") return value.is_string();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    if (type == "integer") return value.is_number_integer();
    return value.is_number();
}

bool is_of_types(const Json& value, const Json& types) {
    if (types.is_string()) return is_of_type(value, types);
    return std::ranges::any_of(types, [&](const Json& type) { return is_of_type(value, type); });
}

bool is_within(const Json& value, const Json& schema) {
    const auto number = value.get<double>();
    const auto bound = [&](const char* key, auto holds) {
        return !schema.contains(key) || holds(number, schema[key].get<double>());
    };
    return bound("minimum", std::greater_equal<>()) && bound("maximum", std::less_equal<>()) &&
           bound("exclusiveMinimum", std::greater<>()) && bound("exclusiveMaximum", std::less<>());
}

bool is_as_long(const Json& value, const Json& schema, const char* shortest, const char* longest) {
    return value.size() >= schema.value(shortest, std::size_t{0}) && value.size() <= schema.value(longest, SIZE_MAX);
}

/// Of JSON Schema what graft's schema uses.
bool allows(const Json& schema, const Json& value) {
    if (schema.is_boolean()) return schema.get<bool>();
    if (schema.contains("anyOf"))
        return std::ranges::any_of(schema["anyOf"], [&](const Json& each) { return allows(each, value); });
    if (schema.contains("const")) return value == schema["const"];
    if (schema.contains("enum")) return std::ranges::find(schema["enum"], value) != schema["enum"].end();
    if (schema.contains("type") && !is_of_types(value, schema["type"])) return false;
    if (value.is_number()) return is_within(value, schema);
    if (value.is_array())
        return is_as_long(value, schema, "minItems", "maxItems") && std::ranges::all_of(value, [&](const Json& item) {
                   return !schema.contains("items") || allows(schema["items"], item);
               });
    if (!value.is_object()) return true;
    for (const Json& key : schema.value("required", Json::array()))
        if (!value.contains(key.get<std::string>())) return false;
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [key, item] : value.items())
        if (!allows(properties.contains(key) ? properties[key] : schema.value("additionalProperties", Json(true)),
                    item))
            return false;
    return is_as_long(value, schema, "minProperties", "maxProperties");
}

using Visit = std::function<void(const Json& document, const Json::json_pointer& at, const Json& schema)>;

void walk(const Json& schema, Json document, const Json::json_pointer& at, const Visit& visit);

/// Visits every place within one that the document reaches.
void walk_inside(const Json& schema, Json document, const Json::json_pointer& at, const Visit& visit) {
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [key, entry] : properties.items()) walk(entry, document, at / key, visit);
    const Json kinds = schema.value("anyOf", Json::array());
    for (const Json& each : kinds) {
        if (!each.contains("properties") && !each.contains("items")) continue;
        Json with = document;
        with[at] = example(each);
        walk_inside(each, with, at, visit);
    }
    if (!schema.contains("items")) return;
    document[at] = example(schema);
    if (document[at].empty()) document[at].push_back(example(schema["items"]));
    walk(schema["items"], document, at / 0, visit);
}

/// Visits every place that a schema describes, with a document that reaches it.
void walk(const Json& schema, Json document, const Json::json_pointer& at, const Visit& visit) {
    if (!document.contains(at) || document[at].is_null()) document[at] = example(schema);
    visit(document, at, schema);
    walk_inside(schema, std::move(document), at, visit);
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

/// What is wrong with how a document was taken; "" when it was read, or every problem has its place and graft's words.
/// @param refused becomes the problems that were named
std::string complaint(const Json& document, const Tables& tables, std::vector<std::string>& refused) {
    try {
        static_cast<void>(read_run_config(document, tables));
    } catch (const ConfigError& error) {
        refused = error.problems();
        for (const std::string& problem : error.problems()) {
            for (const char* foreign : {"json.exception", "std::", "c10", "nlohmann", "regex_error", "basic_string"})
                if (problem.find(foreign) != std::string::npos) return "foreign words: " + problem.substr(0, 300);
            if (!problem.starts_with("/")) return "no place: " + problem.substr(0, 300);
        }
    } catch (const std::exception& error) {
        return "another exception: " + std::string(error.what()).substr(0, 300);
    }
    return "";
}

/// The place itself or one in it.
bool names_place(const std::vector<std::string>& problems, const std::string& place) {
    return std::ranges::any_of(problems, [&](const std::string& problem) {
        return problem.starts_with(place) && problem.find_first_of(":/", place.size()) == place.size();
    });
}

TEST(ConfigWalk, WhateverStandsAnywhereIsReadOrNamed) {
    const Tables tables;
    const std::vector<Json> values = wrong_values();
    int places = 0, tries = 0, refusals = 0;
    const Json start = {{"data", {{"train", "t"}}}, {"backbone", {{"name", "efficientnet_lite0"}}}};
    walk(run_config_schema(tables), start, Json::json_pointer(),
         [&](const Json& document, const Json::json_pointer& at, const Json& schema) {
             ++places;
             for (const Json& value : values) {
                 Json changed = document;
                 changed[at] = value;
                 std::vector<std::string> refused;
                 const std::string here = at.to_string() + " = " + value.dump().substr(0, 80);
                 EXPECT_EQ(complaint(changed, tables, refused), "") << here;
                 if (!allows(schema, value)) {
                     EXPECT_TRUE(names_place(refused, at.to_string()))
                         << here << "\n"
                         << ::testing::PrintToString(refused).substr(0, 400);
                 }
                 ++tries;
                 refusals += refused.empty() ? 0 : 1;
             }
         });
    EXPECT_GT(places, 150);
    EXPECT_GT(refusals, tries / 2);
}

}  // namespace
}  // namespace graft

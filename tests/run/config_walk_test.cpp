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

/// What is wrong with how a document was taken; "" when it was read, or every problem has its place and graft's words.
std::string complaint(const Json& document, const Tables& tables, bool& is_refused) {
    try {
        static_cast<void>(read_run_config(document, tables));
    } catch (const ConfigError& error) {
        is_refused = true;
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

TEST(ConfigWalk, WhateverStandsAnywhereIsReadOrNamed) {
    const Tables tables;
    const std::vector<Json> values = wrong_values();
    int places = 0, tries = 0, refused = 0;
    const Json start = {{"data", {{"train", "t"}}}, {"backbone", {{"name", "efficientnet_lite0"}}}};
    walk(run_config_schema(tables), start, Json::json_pointer(),
         [&](const Json& document, const Json::json_pointer& at, const Json&) {
             ++places;
             for (const Json& value : values) {
                 Json changed = document;
                 changed[at] = value;
                 bool is_refused = false;
                 EXPECT_EQ(complaint(changed, tables, is_refused), "")
                     << at.to_string() << " = " << value.dump().substr(0, 80);
                 ++tries;
                 refused += is_refused ? 1 : 0;
             }
         });
    EXPECT_GT(places, 150);
    EXPECT_GT(refused, tries / 2);
}

}  // namespace
}  // namespace graft

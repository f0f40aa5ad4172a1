#include <cmath>
#include <cstdint>

#include "config/object_list.hpp"
#include "config/read.hpp"

namespace graft {
namespace {

/// Whole numbers without a decimal point: 32, not 32.0.
Json bound(double value) {
    if (std::abs(value) < 1e15 && value == std::trunc(value)) return static_cast<std::int64_t>(value);
    return value;
}

Json number_schema(const char* type, const Limits& limits) {
    Json schema = {{"type", type}};
    if (limits.minimum) schema[limits.above_minimum ? "exclusiveMinimum" : "minimum"] = bound(*limits.minimum);
    if (limits.maximum) schema[limits.below_maximum ? "exclusiveMaximum" : "maximum"] = bound(*limits.maximum);
    return schema;
}

Json nullable(Json schema) {
    schema["type"] = Json::array({schema["type"], "null"});
    return schema;
}

Json list_schema(const Json& items, const ListLimits& limits) {
    Json list = {{"type", "array"}, {"items", items}};
    list["minItems"] = limits.shortest;
    if (limits.longest) list["maxItems"] = *limits.longest;
    if (limits.shortest > 1) return list;
    return {{"anyOf", Json::array({items, list})}};
}

/// Turns declarations into a JSON Schema.
class SchemaWriter final : public Fields {
public:
    SchemaWriter() { levels_.push_back(empty_object()); }
    Json take() { return std::move(levels_.front()); }

    void field(const Key& key, bool& value, std::string_view doc) override {
        put(key, {{"type", "boolean"}}, doc, value);
    }
    void field(const Key& key, std::int64_t& value, std::string_view doc, const Limits& limits) override {
        put(key, number_schema("integer", limits), doc, value);
    }
    void field(const Key& key, double& value, std::string_view doc, const Limits& limits) override {
        put(key, number_schema("number", limits), doc, value);
    }
    void field(const Key& key, std::string& value, std::string_view doc) override {
        put(key, {{"type", "string"}}, doc, value);
    }
    void field(const Key& key, std::optional<std::int64_t>& value, std::string_view doc,
               const Limits& limits) override {
        put_number(key, number_schema("integer", limits), limits, doc, value ? Json(*value) : Json(nullptr));
    }
    void field(const Key& key, std::optional<double>& value, std::string_view doc, const Limits& limits) override {
        put_number(key, number_schema("number", limits), limits, doc, value ? Json(*value) : Json(nullptr));
    }
    void field(const Key& key, std::optional<std::string>& value, std::string_view doc) override {
        put(key, nullable({{"type", "string"}}), doc, value ? Json(*value) : Json(nullptr));
    }
    void field(const Key& key, std::vector<std::int64_t>& value, std::string_view doc,
               const ListLimits& limits) override {
        put(key, list_schema(number_schema("integer", limits.items), limits), doc, value);
    }
    void field(const Key& key, std::vector<double>& value, std::string_view doc, const ListLimits& limits) override {
        put(key, list_schema(number_schema("number", limits.items), limits), doc, value);
    }
    void field(const Key& key, std::vector<std::string>& value, std::string_view doc,
               const ListLimits& limits) override {
        put(key, list_schema({{"type", "string"}}, limits), doc, value);
    }
    void field(const Key& key, std::map<std::string, double>& value, std::string_view doc,
               const Limits& limits) override {
        put(key, {{"type", "object"}, {"additionalProperties", number_schema("number", limits)}}, doc, value);
    }

protected:
    void choice_index(const Key& key, std::size_t& index, std::span<const std::string_view> names,
                      std::string_view doc) override {
        put(key, {{"enum", std::vector<std::string>(names.begin(), names.end())}}, doc, names[index]);
    }
    bool begin_object(const Key& key, std::string_view doc) override {
        open_.push_back({key, std::string(doc)});
        levels_.push_back(empty_object());
        return true;
    }
    void end_object() override {
        Json finished = std::move(levels_.back());
        levels_.pop_back();
        auto [key, doc] = std::move(open_.back());
        open_.pop_back();
        key.required = key.required || finished.contains("required");  // it cannot be left out either
        put(key, std::move(finished), doc, nullptr);
    }
    void alternatives(const Key& key, Alternatives& value, std::string_view doc) override {
        Json schema = any_kind(value);
        const bool none = value.current().empty();
        if (none && !key.required) schema["anyOf"].push_back({{"type", "null"}});
        put(key, std::move(schema), doc, none ? Json(nullptr) : Json(value.current()));
    }
    void alternatives_list(const Key& key, AlternativesList& value, std::string_view doc) override {
        put(key, {{"type", "array"}, {"items", any_kind(*value.at(value.size()))}}, doc, nullptr);
    }
    void object_list(const Key& key, ObjectList& value, std::string_view doc) override {
        SchemaWriter item;
        value.describe_usual(item);
        put(key, {{"type", "array"}, {"items", item.take()}}, doc, nullptr);
    }

private:
    static Json empty_object() {
        return {{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}};
    }

    /// A number that may be left open.
    void put_number(const Key& key, Json number, const Limits& limits, std::string_view doc, const Json& value) {
        if (limits.nothing.empty()) return put(key, nullable(std::move(number)), doc, value);
        const Json word(limits.nothing);
        put(key, {{"anyOf", Json::array({std::move(number), {{"const", word}}})}}, doc, value.is_null() ? word : value);
    }

    void put(const Key& key, Json schema, std::string_view doc, const Json& default_value) {
        schema["description"] = doc;
        if (!key.required && !default_value.is_null()) schema["default"] = default_value;
        levels_.back()["properties"][key.name] = std::move(schema);
        if (key.required) levels_.back()["required"].push_back(key.name);
    }

    /// The name alone where every option has a default, or an object per kind.
    static Json any_kind(const Alternatives& value) {
        Json names = Json::array(), variants = Json::array();
        for (const Alternatives::Kind& kind : value.kinds()) {
            SchemaWriter nested;
            value.describe_kind(kind.name, nested);
            Json object = nested.take();
            if (!object.contains("required")) names.push_back(kind.name);
            object["description"] = kind.summary;
            object["properties"]["name"] = {{"const", kind.name}};
            object["required"].push_back("name");
            variants.push_back(std::move(object));
        }
        if (!names.empty()) variants.insert(variants.begin(), Json{{"enum", names}});
        return {{"anyOf", variants}};
    }

    struct Open {
        Key key;
        std::string doc;
    };
    std::vector<Json> levels_;
    std::vector<Open> open_;
};

}  // namespace

Json schema_of(const Describe& describe, const std::string& title) {
    SchemaWriter writer;
    describe(writer);
    Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
    schema.update(writer.take());
    schema["properties"]["$schema"] = {{"type", "string"}, {"description", "Where an editor finds this schema."}};
    return schema;
}

}  // namespace graft

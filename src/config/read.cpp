#include "config/read.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "config/limits_text.hpp"
#include "config/object_list.hpp"
#include "core/folders.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

std::string found(const Json& value) {
    constexpr std::size_t longest = 60;
    const std::string text = value.dump();
    if (text.size() <= longest) return text;
    std::size_t end = longest - 3;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not within a UTF-8 character
    return text.substr(0, end) + "...";
}

/// A JSON pointer, one step further. `/` and `~` in a name are written as the pointer's grammar asks.
std::string below(const std::string& pointer, const std::string& name) {
    return pointer + (Json::json_pointer() / name).to_string();
}

/// Fills options from JSON and collects problems instead of stopping at the first.
class Reader final : public Fields {
public:
    explicit Reader(const Json& document) {
        if (!document.is_object()) {
            problem("/", "an object", document);
            return;
        }
        levels_.push_back({"", &document, {"$schema"}});  // where an editor finds the schema; means nothing here
        const auto schema = document.find("$schema");
        if (schema != document.end() && !schema->is_string()) problem("/$schema", "a string", *schema);
    }

    std::vector<std::string> finish() {
        if (!levels_.empty()) report_unknown_keys();
        return std::move(problems_);
    }
    [[nodiscard]] bool usable() const { return !levels_.empty(); }

    void field(const Key& key, bool& value, std::string_view) override {
        if (const Json* json = find(key)) read(*json, at(key), value);
    }
    void field(const Key& key, std::int64_t& value, std::string_view, const Limits& limits) override {
        if (const Json* json = find(key)) read(*json, at(key), value, limits);
    }
    void field(const Key& key, double& value, std::string_view, const Limits& limits) override {
        if (const Json* json = find(key)) read(*json, at(key), value, limits);
    }
    void field(const Key& key, std::string& value, std::string_view) override {
        if (const Json* json = find(key)) read(*json, at(key), value);
    }
    void field(const Key& key, std::optional<std::int64_t>& value, std::string_view, const Limits& limits) override {
        read_optional(key, value, limits);
    }
    void field(const Key& key, std::optional<double>& value, std::string_view, const Limits& limits) override {
        read_optional(key, value, limits);
    }
    void field(const Key& key, std::optional<std::string>& value, std::string_view) override {
        read_optional(key, value);
    }
    void field(const Key& key, std::vector<std::int64_t>& value, std::string_view, const ListLimits& limits) override {
        read_list(key, value, limits, limits.items);
    }
    void field(const Key& key, std::vector<double>& value, std::string_view, const ListLimits& limits) override {
        read_list(key, value, limits, limits.items);
    }
    void field(const Key& key, std::vector<std::string>& value, std::string_view, const ListLimits& limits) override {
        read_list(key, value, limits);
    }
    void field(const Key& key, std::map<std::string, double>& value, std::string_view, const Limits& limits) override {
        const Json* json = find(key);
        if (json == nullptr) return;
        if (!json->is_object()) return problem(at(key), "an object of name: number", *json);
        value.clear();
        for (const auto& [name, number] : json->items()) read(number, below(at(key), name), value[name], limits);
    }

    void path(const Key& key, std::string& value, std::string_view) override {
        const Json* json = find(key);
        if (json == nullptr) return;
        read(*json, at(key), value);
        if (json->is_string()) expand(at(key), value);
    }
    void path(const Key& key, std::optional<std::string>& value, std::string_view) override {
        const std::size_t problems = problems_.size();
        read_optional(key, value);
        const bool was_read = problems_.size() == problems && levels_.back().object->contains(key.name);
        if (value && was_read) expand(at(key), *value);
    }

protected:
    void choice_index(const Key& key, std::size_t& index, std::span<const std::string_view> names,
                      std::string_view) override {
        const Json* json = find(key);
        if (json == nullptr) return;
        const std::vector<std::string> allowed(names.begin(), names.end());
        if (json->is_string())
            for (std::size_t i = 0; i < names.size(); ++i)
                if (json->get<std::string>() == names[i]) {
                    index = i;
                    return;
                }
        unknown_name(at(key), *json, allowed);
    }

    bool begin_object(const Key& key, std::string_view) override {
        static const Json nothing = Json::object();  // visited too: it may lack something required
        const Json* json = find(key);
        if (json == nullptr && key.required) return false;
        if (json != nullptr && !json->is_object()) {
            problem(at(key), "an object", *json);
            return false;
        }
        levels_.push_back({at(key), json == nullptr ? &nothing : json, {}});
        return true;
    }
    void end_object() override {
        report_unknown_keys();
        levels_.pop_back();
    }

    void alternatives(const Key& key, Alternatives& value, std::string_view) override {
        const Json* json = find(key);
        const bool nothing = json == nullptr || (json->is_null() && !key.required && value.current().empty());
        if (!nothing) read_alternative(*json, at(key), value);
    }
    void alternatives_list(const Key& key, AlternativesList& value, std::string_view) override {
        const Json* json = find(key);
        if (json == nullptr) return;
        if (!json->is_array()) return problem(at(key), "a list", *json);
        value.resize(json->size());
        for (std::size_t i = 0; i < json->size(); ++i)
            read_alternative((*json)[i], at(key) + "/" + std::to_string(i), *value.at(i));
    }
    void object_list(const Key& key, ObjectList& value, std::string_view) override {
        const Json* json = find(key);
        if (json == nullptr) return;
        if (!json->is_array()) return problem(at(key), "a list", *json);
        value.resize(json->size());
        for (std::size_t i = 0; i < json->size(); ++i) {
            const std::string pointer = at(key) + "/" + std::to_string(i);
            if (!(*json)[i].is_object()) {
                problem(pointer, "an object", (*json)[i]);
                continue;
            }
            levels_.push_back({pointer, &(*json)[i], {}});
            value.describe(i, *this);
            end_object();
        }
    }

private:
    struct Level {
        std::string pointer;
        const Json* object;
        std::vector<std::string> known;
    };

    std::string at(const Key& key) const { return below(levels_.back().pointer, key.name); }

    void problem(const std::string& pointer, const std::string& expected, const Json& value) {
        problems_.push_back(pointer + ": expected " + expected + ", got " + found(value));
    }

    void unknown_name(const std::string& pointer, const Json& value, const std::vector<std::string>& allowed) {
        const std::string hint = value.is_string() ? did_you_mean(value.get<std::string>(), allowed) : "";
        problem(pointer, "one of " + joined(allowed), value);
        problems_.back() += hint;
    }

    /// The value of a key of the current object; null when it is not written.
    const Json* find(const Key& key) {
        Level& level = levels_.back();
        level.known.push_back(key.name);
        const auto entry = level.object->find(key.name);
        if (entry != level.object->end()) return &*entry;
        if (key.required) problems_.push_back(at(key) + ": is missing and has no default");
        return nullptr;
    }

    void report_unknown_keys() {
        const Level& level = levels_.back();
        for (const auto& [name, value] : level.object->items())
            if (std::ranges::find(level.known, name) == level.known.end()) {
                const std::string hint = did_you_mean(name, level.known);
                problems_.push_back(below(level.pointer, name) + ": unknown key" + hint +
                                    (hint.empty() ? "; known here: " + joined(level.known) : ""));
            }
    }

    void read(const Json& json, const std::string& pointer, bool& value) {
        if (!json.is_boolean()) return problem(pointer, "true or false", json);
        value = json.get<bool>();
    }
    void read(const Json& json, const std::string& pointer, std::int64_t& value, const Limits& limits) {
        if (!json.is_number_integer() || !within(json.get<double>(), limits))
            return problem(pointer, number_text("integer", limits), json);
        if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX)
            return problem(pointer, number_text("integer", limits) + " below 2^63", json);
        value = json.get<std::int64_t>();
    }
    void read(const Json& json, const std::string& pointer, double& value, const Limits& limits) {
        if (!json.is_number() || !within(json.get<double>(), limits))
            return problem(pointer, number_text("number", limits), json);
        value = json.get<double>();
    }
    void read(const Json& json, const std::string& pointer, std::string& value) {
        if (!json.is_string()) return problem(pointer, "a string", json);
        value = json.get<std::string>();
        expect_no_nul(pointer, value);
    }

    /// The system would take a path for one that ends before it.
    void expect_no_nul(const std::string& pointer, const std::string& text) {
        if (text.find('\0') != std::string::npos)
            problems_.push_back(
                format_text("{}: expected a string without NUL characters, got \"{}\"", pointer, shown(text)));
    }

    void expand(const std::string& pointer, std::string& path) {
        try {
            const bool is_told = path.find('\0') != std::string::npos;
            path = expand_home(unescaped(path));
            if (!is_told) expect_no_nul(pointer, path);  // written as \x00
        } catch (const ConfigError& error) {
            problems_.push_back(pointer + ": " + error.what());
        }
    }

    static bool is_nothing(const Json& json) { return json.is_null(); }
    static bool is_nothing(const Json& json, const Limits& limits) {
        return limits.nothing.empty() ? json.is_null() : json == Json(limits.nothing);
    }

    template <class T, class... Rest>
    void read_optional(const Key& key, std::optional<T>& value, const Rest&... limits) {
        const Json* json = find(key);
        if (json == nullptr) return;
        if (is_nothing(*json, limits...)) return value.reset();
        T read_value{};
        const std::size_t before = problems_.size();
        read(*json, at(key), read_value, limits...);
        if (problems_.size() == before) value = read_value;
    }

    template <class T, class... Rest>
    void read_list(const Key& key, std::vector<T>& value, const ListLimits& limits, const Rest&... item_limits) {
        const Json* json = find(key);
        if (json == nullptr) return;
        const bool alone = !json->is_array() && limits.shortest <= 1;
        const Json list = alone ? Json::array({*json}) : *json;
        if (!list.is_array() || list.size() < limits.shortest || (limits.longest && list.size() > *limits.longest))
            return problem(at(key), list_text(limits), *json);
        std::vector<T> items(list.size());
        for (std::size_t i = 0; i < list.size(); ++i)
            read(list[i], alone ? at(key) : at(key) + "/" + std::to_string(i), items[i], item_limits...);
        value = std::move(items);
    }

    void read_alternative(const Json& json, const std::string& pointer, Alternatives& value) {
        const bool shorthand = json.is_string();
        if (!shorthand && !json.is_object()) return problem(pointer, "a name or an object with a \"name\"", json);
        if (!shorthand && !json.contains("name"))
            return problems_.push_back(pointer + "/name: is missing and has no default");
        const Json object = shorthand ? Json{{"name", json}} : json;
        const Json& name = object.at("name");
        std::vector<std::string> names;
        for (const Alternatives::Kind& kind : value.kinds()) names.push_back(kind.name);
        if (!name.is_string() || std::ranges::find(names, name.get<std::string>()) == names.end())
            return unknown_name(shorthand ? pointer : pointer + "/name", name, names);
        value.select(name.get<std::string>());
        levels_.push_back({pointer, &object, {"name"}});
        value.describe_current(*this);
        end_object();
    }

    std::vector<Level> levels_;
    std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> read_options(const Json& document, const Describe& describe) {
    Reader reader(document);
    if (reader.usable()) describe(reader);
    return reader.finish();
}

}  // namespace graft

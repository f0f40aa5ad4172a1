#include "config/json.hpp"

#include <set>
#include <utility>
#include <vector>

#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr int kDeepest = 100;

/// Rejects what the parser would accept silently: duplicate keys (the last one would win) and endless nesting.
class Strictness {
public:
    explicit Strictness(std::string source) : source_(std::move(source)) {}

    bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
        if (event == Json::parse_event_t::object_start) keys_.emplace_back();
        const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
        if (opens && depth >= kDeepest)
            throw ConfigError(format_text("{}: nested deeper than {} levels", source_, kDeepest));
        if (event == Json::parse_event_t::object_end) keys_.pop_back();
        if (event == Json::parse_event_t::key && !keys_.back().insert(parsed.get<std::string>()).second)
            throw ConfigError(source_ + ": the key \"" + parsed.get<std::string>() + "\" stands twice in one object");
        return true;
    }

private:
    std::string source_;
    std::vector<std::set<std::string>> keys_;
};

/// The library's message without its "[json.exception.…] parse error" prefix.
std::string parse_message(const std::string& what) {
    const std::size_t at = what.find("at line");
    return at == std::string::npos ? what.substr(what.find("] ") + 2) : what.substr(at);
}

/// The place that a pointer leads to. The library's own operator[] would fill lists with null up to any index.
Json& place(Json& document, const Json::json_pointer& pointer) {
    if (pointer.empty()) return document;
    const Json::json_pointer above = pointer.parent_pointer();
    Json& parent = place(document, above);
    const std::string& step = pointer.back();
    if (parent.is_null()) parent = step == "-" ? Json::array() : Json::object();
    if (parent.is_object()) return parent[step];
    if (!parent.is_array())
        throw ConfigError(above.to_string() + " is " + parent.dump() + ", neither an object nor a list");
    if (step == "-") return parent.emplace_back();
    if (parent.contains(Json::json_pointer("/" + step))) return parent[std::stoul(step)];
    throw ConfigError(format_text("{} is a list of {}: expected one of its indices, or - to append, got {}",
                                  above.to_string(), parent.size(), step));
}

void assign(Json& document, const std::string& assignment) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || assignment.front() != '/')
        throw ConfigError("expected /pointer/to/key=value, for example /training/epochs=3");
    const std::string pointer = assignment.substr(0, equals);
    if (!is_utf8(pointer)) throw ConfigError("the pointer is not UTF-8");
    std::string text = assignment.substr(equals + 1);
    if (!is_utf8(text)) text = escaped(text);  // a path: as a config has it
    Json value = Json::parse(text, Strictness("the value"), false);
    if (value.is_discarded()) value = text;
    set_value(document, pointer, std::move(value));
}

std::string utf8_of(const std::string& text) { return is_utf8(text) ? text : shown(text); }

/// The document with every text that is not UTF-8 as shown() writes it, so that JSON can hold it.
Json with_text_shown(const Json& document) {
    if (document.is_string()) return utf8_of(document.get_ref<const std::string&>());
    if (!document.is_structured()) return document;
    Json result = document.is_array() ? Json::array() : Json::object();
    for (const auto& [key, value] : document.items()) {
        if (document.is_array())
            result.push_back(with_text_shown(value));
        else
            result[utf8_of(key)] = with_text_shown(value);
    }
    return result;
}

std::string as_text(const Json& document, int indent) {
    try {
        return document.dump(indent);
    } catch (const Json::type_error&) {  // text that is not UTF-8
        return with_text_shown(document).dump(indent);
    }
}

/// What people take for a config, because other programs have theirs in it.
std::string other_format_text(const std::filesystem::path& file) {
    const std::string extension = file.extension().string();
    const bool yaml = extension == ".yaml" || extension == ".yml";
    if (!yaml && extension != ".toml") return "";
    return format_text("; graft's configs are JSON, and this is called like a {} file: graft config init writes one",
                       yaml ? "YAML" : "TOML");
}

/// Text that JSON's parser would misread, or read as if it had ended.
void expect_utf8_text(std::string_view text, const std::string& source) {
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
        throw ConfigError(source + ": is UTF-16 text; save it as UTF-8");
    if (text.find('\0') != std::string_view::npos)
        throw ConfigError(source + ": holds a NUL byte: it is not a text, or one in UTF-16; save it as UTF-8");
}

}  // namespace

Json parse_json(std::string_view text, const std::string& source) {
    expect_utf8_text(text, source);
    try {
        return Json::parse(text, Strictness(source));
    } catch (const Json::exception& error) {
        throw ConfigError(source + ": not valid JSON: " + parse_message(error.what()));
    }
}

Json parse_json_file(const std::filesystem::path& file) {
    std::string text;
    try {
        text = read_file(file);
    } catch (const DataError& error) {
        throw ConfigError(error.what());
    }
    const std::string hint = other_format_text(file);
    if (hint.empty()) return parse_json(text, file.string());
    try {
        return parse_json(text, file.string());
    } catch (const ConfigError& error) {
        throw ConfigError(error.what() + hint);
    }
}

void apply_assignments(Json& document, std::span<const std::string> assignments) {
    std::vector<std::string> problems;
    for (const std::string& assignment : assignments) {
        try {
            assign(document, assignment);
        } catch (const ConfigError& error) {
            problems.push_back(format_text("--set {}: {}", shown(assignment), error.what()));
        }
    }
    if (!problems.empty()) throw ConfigError(problems);
}

void set_value(Json& document, const std::string& pointer, Json value) {
    try {
        place(document, Json::json_pointer(pointer)) = std::move(value);
    } catch (const Json::exception& error) {
        throw ConfigError(parse_message(error.what()));
    }
}

void erase_value(Json& document, const std::string& pointer) {
    try {
        const Json::json_pointer place(pointer);
        if (place.empty() || !document.contains(place)) return;
        Json& parent = document[place.parent_pointer()];
        if (parent.is_array())
            parent.erase(std::stoul(place.back()));
        else
            parent.erase(place.back());
    } catch (const Json::exception& error) {
        throw ConfigError(parse_message(error.what()));
    }
}

std::string pretty(const Json& document) { return as_text(document, 2) + "\n"; }

std::string json_line(const Json& document) { return as_text(document, -1); }

bool fits_into_json(const std::string& text) { return is_utf8(text); }

}  // namespace graft

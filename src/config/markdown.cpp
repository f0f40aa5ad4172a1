#include <cctype>
#include <map>
#include <string>
#include <vector>

#include "config/limits_text.hpp"
#include "config/object_list.hpp"
#include "config/read.hpp"
#include "core/text.hpp"

namespace graft {
namespace {

std::string code(const std::string& text) { return "`" + text + "`"; }

/// A list as people write it: "[0.9, 0.999]".
template <class T, class Text>
std::string bracketed(const std::vector<T>& values, Text text) {
    std::string inner;
    for (const T& value : values) inner += (inner.empty() ? "" : ", ") + text(value);
    return "[" + inner + "]";
}

/// A link to the section with this heading. The target is made of the heading as GitHub and most others make it.
std::string link_to(const std::string& text, const std::string& heading) {
    std::string target;
    for (const char letter : heading) {
        const auto byte = static_cast<unsigned char>(letter);
        if (std::isalnum(byte) || letter == '_' || letter == '-') target += static_cast<char>(std::tolower(byte));
        if (letter == ' ') target += '-';
    }
    return "[" + text + "](#" + target + ")";
}

/// A bar would end the cell of a table, also within code.
std::string with_escaped_bars(const std::string& cell) {
    std::string escaped;
    for (const char letter : cell) escaped += letter == '|' ? std::string("\\|") : std::string(1, letter);
    return escaped;
}

/// Turns declarations into a table per object.
class MarkdownWriter final : public Fields {
public:
    explicit MarkdownWriter(std::string pointer) { open(std::move(pointer), ""); }
    std::string take() {
        close();
        return std::move(text_);
    }

    void field(const Key& key, bool& value, std::string_view doc) override {
        row(key, "true or false", value ? "true" : "false", doc);
    }
    void field(const Key& key, std::int64_t& value, std::string_view doc, const Limits& limits) override {
        row(key, number_text("integer", limits), std::to_string(value), doc);
    }
    void field(const Key& key, double& value, std::string_view doc, const Limits& limits) override {
        row(key, number_text("number", limits), number_as_text(value), doc);
    }
    void field(const Key& key, std::string& value, std::string_view doc) override {
        row(key, "text", Json(value).dump(), doc);
    }
    void field(const Key& key, std::optional<std::int64_t>& value, std::string_view doc,
               const Limits& limits) override {
        row_or_nothing(key, number_text("integer", limits), value ? std::to_string(*value) : "", limits, doc);
    }
    void field(const Key& key, std::optional<double>& value, std::string_view doc, const Limits& limits) override {
        row_or_nothing(key, number_text("number", limits), value ? number_as_text(*value) : "", limits, doc);
    }
    void field(const Key& key, std::optional<std::string>& value, std::string_view doc) override {
        row(key, "text or null", value ? Json(*value).dump() : "null", doc);
    }
    void field(const Key& key, std::vector<std::int64_t>& value, std::string_view doc,
               const ListLimits& limits) override {
        row(key, list_of(number_text("integer", limits.items), limits),
            bracketed(value, [](std::int64_t number) { return std::to_string(number); }), doc);
    }
    void field(const Key& key, std::vector<double>& value, std::string_view doc, const ListLimits& limits) override {
        row(key, list_of(number_text("number", limits.items), limits), bracketed(value, number_as_text), doc);
    }
    void field(const Key& key, std::vector<std::string>& value, std::string_view doc,
               const ListLimits& limits) override {
        row(key, list_of("text", limits), bracketed(value, [](const std::string& text) { return Json(text).dump(); }),
            doc);
    }
    void field(const Key& key, std::map<std::string, double>& value, std::string_view doc,
               const Limits& limits) override {
        row(key, "object of name: " + number_text("number", limits), Json(value).dump(), doc);
    }

protected:
    void choice_index(const Key& key, std::size_t& index, std::span<const std::string_view> names,
                      std::string_view doc) override {
        std::string allowed;
        for (const std::string_view name : names) allowed += (allowed.empty() ? "" : ", ") + code(Json(name).dump());
        row(key, allowed, Json(names[index]).dump(), doc);
    }
    bool begin_object(const Key& key, std::string_view doc) override {
        const std::string pointer = sections_.back().pointer + "/" + key.name;
        put(link_to(code(key.name), pointer), "an object", "", doc);
        open(pointer, std::string(doc));
        return true;
    }
    void end_object() override { close(); }
    void alternatives(const Key& key, Alternatives& value, std::string_view doc) override {
        const bool none = value.current().empty();
        const std::string pointer = sections_.back().pointer + "/" + key.name;
        row(key, "one of " + links(value, pointer) + (none && !key.required ? ", or null" : ""),
            none ? "null" : Json(value.current()).dump(), doc);
        describe_kinds(value, pointer);
    }
    void alternatives_list(const Key& key, AlternativesList& value, std::string_view doc) override {
        const std::unique_ptr<Alternatives> item = value.at(value.size());
        const std::string pointer = sections_.back().pointer + "/" + key.name + "/…";
        row(key, "a list of " + links(*item, pointer), "[]", doc);
        describe_kinds(*item, pointer);
    }
    void object_list(const Key& key, ObjectList& value, std::string_view doc) override {
        const std::string pointer = sections_.back().pointer + "/" + key.name + "/…";
        row(key, "a list of " + link_to("objects", pointer), "[]", doc);
        open(pointer, std::string(doc));
        value.describe_usual(*this);
        close();
    }

private:
    struct Section {
        std::string pointer, doc, rows, after;
    };

    void open(std::string pointer, std::string doc) {
        sections_.push_back({std::move(pointer), std::move(doc), "", ""});
    }

    /// Finished sections wait in their parent's `after`, so that a table is never cut in two by a nested one.
    void close() {
        const Section section = std::move(sections_.back());
        sections_.pop_back();
        std::string text;
        if (!section.pointer.empty()) text = "\n## " + code(section.pointer) + "\n\n" + section.doc + "\n";
        if (!section.rows.empty())
            text += "\n| key | allowed | default | meaning |\n|---|---|---|---|\n" + section.rows;
        (sections_.empty() ? text_ : sections_.back().after) += text + section.after;
    }

    /// @param value empty: none
    void row_or_nothing(const Key& key, const std::string& allowed, const std::string& value, const Limits& limits,
                        std::string_view doc) {
        const bool is_null = limits.nothing.empty();
        const std::string nothing = is_null ? "null" : Json(limits.nothing).dump();
        row(key, is_null ? allowed + " or null" : allowed, value.empty() ? nothing : value, doc);
    }
    void row(const Key& key, const std::string& allowed, const std::string& default_value, std::string_view doc) {
        put(code(key.name), allowed, key.required ? "required" : code(default_value), doc);
    }
    void put(const std::string& key, const std::string& allowed, const std::string& default_value,
             std::string_view doc) {
        std::string& rows = sections_.back().rows;
        for (const std::string& cell : {key, allowed, default_value, std::string(doc)})
            rows += "| " + with_escaped_bars(cell) + " ";
        rows += "|\n";
    }

    static std::string list_of(const std::string& items, const ListLimits& limits) {
        return limits.shortest <= 1 ? items + ", or " + list_text(limits) : list_text(limits) + ", each " + items;
    }

    static std::string heading_of(const std::string& pointer, const std::string& kind) { return pointer + ": " + kind; }

    std::string links(const Alternatives& value, const std::string& pointer) const {
        std::string text;
        for (const Alternatives::Kind& kind : value.kinds())
            text += (text.empty() ? "" : ", ") +
                    link_to(code(Json(kind.name).dump()), heading_of(described_at(value, pointer), kind.name));
        return text;
    }

    static std::vector<std::string> names_of(const Alternatives& value) {
        std::vector<std::string> names;
        for (const Alternatives::Kind& kind : value.kinds()) names.push_back(kind.name);
        return names;
    }
    /// Where the kinds are described already, or else here.
    std::string described_at(const Alternatives& value, const std::string& pointer) const {
        const auto found = described_.find(names_of(value));
        return found == described_.end() ? pointer : found->second;
    }

    /// A table that several fields choose from is described at the first.
    void describe_kinds(const Alternatives& value, const std::string& pointer) {
        if (!described_.emplace(names_of(value), pointer).second) return;
        for (const Alternatives::Kind& kind : value.kinds()) {
            open(heading_of(pointer, kind.name), kind.summary + ".");
            value.describe_kind(kind.name, *this);
            close();
        }
    }

    std::vector<Section> sections_;
    std::map<std::vector<std::string>, std::string> described_;  ///< names of a table's kinds -> where they stand
    std::string text_;
};

}  // namespace

std::string markdown_of(const Describe& describe) {
    MarkdownWriter writer("");
    describe(writer);
    return writer.take();
}

}  // namespace graft

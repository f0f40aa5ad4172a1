#include <vector>

#include "config/limits_text.hpp"
#include "config/read.hpp"

namespace graft {
namespace {

std::string code(const std::string& text) { return "`" + text + "`"; }

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
        row(key, number_text("integer", limits) + " or null", value ? std::to_string(*value) : "null", doc);
    }
    void field(const Key& key, std::optional<double>& value, std::string_view doc, const Limits& limits) override {
        row(key, number_text("number", limits) + " or null", value ? number_as_text(*value) : "null", doc);
    }
    void field(const Key& key, std::optional<std::string>& value, std::string_view doc) override {
        row(key, "text or null", value ? Json(*value).dump() : "null", doc);
    }
    void field(const Key& key, std::vector<std::int64_t>& value, std::string_view doc,
               const ListLimits& limits) override {
        row(key, list_of(number_text("integer", limits.items), limits), Json(value).dump(), doc);
    }
    void field(const Key& key, std::vector<double>& value, std::string_view doc, const ListLimits& limits) override {
        row(key, list_of(number_text("number", limits.items), limits), Json(value).dump(), doc);
    }
    void field(const Key& key, std::vector<std::string>& value, std::string_view doc,
               const ListLimits& limits) override {
        row(key, list_of("text", limits), Json(value).dump(), doc);
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
        open(sections_.back().pointer + "/" + key.name, std::string(doc));
        return true;
    }
    void end_object() override { close(); }
    void alternatives(const Key& key, Alternatives& value, std::string_view doc) override {
        const bool none = value.current().empty();
        row(key, none && !key.required ? "one of those below, or null" : "one of those below",
            none ? "null" : Json(value.current()).dump(), doc);
        describe_kinds(value, sections_.back().pointer + "/" + key.name);
    }
    void alternatives_list(const Key& key, AlternativesList& value, std::string_view doc) override {
        row(key, "list of those below", "[]", doc);
        describe_kinds(*value.at(value.size()), sections_.back().pointer + "/" + key.name + "/…");
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

    void row(const Key& key, const std::string& allowed, const std::string& default_value, std::string_view doc) {
        const std::string cells[] = {code(key.name), allowed, key.required ? "required" : code(default_value),
                                     std::string(doc)};
        std::string& rows = sections_.back().rows;
        for (const std::string& cell : cells) rows += "| " + with_escaped_bars(cell) + " ";
        rows += "|\n";
    }

    static std::string list_of(const std::string& items, const ListLimits& limits) {
        return (limits.shortest <= 1 ? items + ", or " : "") + list_text(limits) + " (" + items + ")";
    }

    void describe_kinds(const Alternatives& value, const std::string& pointer) {
        for (const Alternatives::Kind& kind : value.kinds()) {
            open(pointer + ": " + kind.name, kind.summary);
            value.describe_kind(kind.name, *this);
            close();
        }
    }

    std::vector<Section> sections_;
    std::string text_;
};

}  // namespace

std::string markdown_of(const Describe& describe) {
    MarkdownWriter writer("");
    describe(writer);
    return writer.take();
}

}  // namespace graft

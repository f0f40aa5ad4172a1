#include "data/list/json_lines_table.hpp"

#include <algorithm>

#include "config/json.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// Text, numbers and booleans as JSON writes them. Nothing for objects and lists.
std::optional<std::string> text_in(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_structured()) return std::nullopt;
    return value.dump();
}

/// False: the value is none that a cell can hold.
bool fill(Cell& cell, const Json& value) {
    cell.is_list = value.is_array();
    cell.given = !value.is_null();
    cell.text.clear();
    cell.items.clear();
    if (!cell.given) return true;
    if (!cell.is_list) {
        const std::optional<std::string> text = text_in(value);
        cell.text = text.value_or("");
        return text.has_value();
    }
    for (const Json& entry : value) {
        const std::optional<std::string> text = entry.is_null() ? std::nullopt : text_in(entry);
        if (!text) return false;
        cell.items.push_back(*text);
    }
    return true;
}

class JsonRows {
public:
    explicit JsonRows(RowTaker& rows) : rows_(rows) {}

    void take(std::size_t line, std::string_view text) {
        Json object;
        try {
            object = parse_json(text, "is no JSON object");
        } catch (const ConfigError& error) {
            return rows_.refuse(line, error.what());
        }
        if (!object.is_object())
            return rows_.refuse(line, object.is_array() && line == 1
                                          ? "is a JSON list; a list of images has one JSON object a line"
                                          : "is no JSON object");
        if (!begun_) begin(object);
        for (std::size_t i = 0; i < wanted_.size(); ++i) {
            const auto value = object.find(wanted_[i]);
            if (!fill(row_[i], value == object.end() ? Json() : *value))
                return rows_.refuse(line,
                                    format_text("{}: is neither text nor a number nor a list of them", wanted_[i]));
        }
        rows_.take(line, row_);
    }
    [[nodiscard]] bool begun() const { return begun_; }

private:
    void begin(const Json& first) {
        std::vector<std::string> header;
        for (const auto& [key, value] : first.items()) header.push_back(key);
        wanted_ = rows_.begin(header);
        row_.resize(wanted_.size());
        begun_ = true;
    }

    RowTaker& rows_;
    std::vector<std::string> wanted_;
    std::vector<Cell> row_;
    bool begun_ = false;
};

}  // namespace

void read_json_lines(std::string_view text, const std::filesystem::path& name, RowTaker& rows) {
    JsonRows taken(rows);
    std::size_t line = 0;
    bool anything = false;
    while (!text.empty()) {
        ++line;
        const std::size_t end = text.find('\n');
        const std::string_view row = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (row.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        anything = true;
        taken.take(line, row);
    }
    if (!anything) throw DataError(format_text("{}: is empty", name));
}

}  // namespace graft

#include "data/list/list_columns.hpp"

#include <algorithm>
#include <string_view>

#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr std::size_t kColumnsNamed = 12;

bool holds(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

/// The header for a message: a list of images as a first line can be long.
std::string header_text(const std::vector<std::string>& header) {
    std::vector<std::string> shown_names;
    for (const std::string& name : header) {
        if (shown_names.size() == kColumnsNamed) {
            shown_names.emplace_back("…");
            break;
        }
        shown_names.push_back("\"" + printable(name) + "\"");
    }
    return joined(shown_names);
}

std::string dialects_text() {
    std::vector<std::string> pairs;
    for (const ListDialect& dialect : kListDialects) pairs.push_back(format_text("{},{}", dialect.path, dialect.label));
    return joined(pairs, " or ");
}

class ColumnChoice {
public:
    ColumnChoice(const std::filesystem::path& list, const std::vector<std::string>& header, const ListOptions& options,
                 AskedBy asked_by)
        : list_(list), header_(header), options_(options), asked_by_(asked_by) {}

    ListColumns choose(std::optional<TargetKind> kind) {
        if (kind) expect_columns_of(*kind);
        const bool labelled = kind && *kind != TargetKind::numbers && options_.label_columns.empty();
        kind_ = kind;
        columns_.path = want(labelled ? path_and_label() : path(), "path_column");
        if (labelled) columns_.values.push_back(want(label_, "label_column"));
        if (kind == TargetKind::labels)
            for (const std::string& name : options_.label_columns)
                columns_.values.push_back(want(name, "label_columns"));
        if (kind == TargetKind::numbers)
            for (const std::string& name : options_.target_columns)
                columns_.values.push_back(want(name, "target_columns"));
        if (options_.split_column) columns_.split = want(*options_.split_column, "split_column");
        if (!kind) return std::move(columns_);
        if (options_.group_column) columns_.group = want(*options_.group_column, "group_column");
        if (options_.weight_column) columns_.weight = want(*options_.weight_column, "weight_column");
        return std::move(columns_);
    }

private:
    /// Options that say something else of an image than is asked for would be passed over silently.
    void expect_columns_of(TargetKind kind) const {
        const auto refuse = [&](bool given, const char* key, const char* task) {
            if (given)
                throw DataError(format_text("{}: {} is for {}, and its images are asked for {}", list_,
                                            list_option(asked_by_, key), task, kind));
        };
        if (kind == TargetKind::one_class) {
            refuse(!options_.label_columns.empty(), "label_columns", "multi_label");
            refuse(options_.label_separator.has_value(), "label_separator", "multi_label");
        }
        if (kind != TargetKind::numbers)
            return refuse(!options_.target_columns.empty(), "target_columns", "regression");
        refuse(options_.label_column || options_.label_separator || !options_.label_columns.empty(), "label_column",
               "classes");
        if (options_.target_columns.empty())
            throw DataError(
                format_text("{}: which of its columns are the numbers is not said: set {}, such as [\"age\"]", list_,
                            list_option(asked_by_, "target_columns")));
    }

    /// @param key of the option that names it: people may not have named it themselves, but their model remembers it
    std::size_t want(const std::string& name, const char* key) {
        if (!holds(header_, name) && table_kind(list_) == TableKind::csv)
            throw DataError(format_text(
                "{}: has no column \"{}\"{}, but {}{}{}", list_, name, did_you_mean(name, header_),
                header_text(header_), delimiter_advice(),
                asked_by_ == AskedBy::command ? format_text("\nAnother one: {}", list_option(asked_by_, key)) : ""));
        const auto known = std::ranges::find(columns_.names, name);
        if (known != columns_.names.end()) return static_cast<std::size_t>(known - columns_.names.begin());
        columns_.names.push_back(name);
        return columns_.names.size() - 1;
    }

    /// The columns of the path and of the label; what is not named is as in the one dialect that fits.
    std::string path_and_label() {
        if (options_.path_column && options_.label_column)
            return label_ = *options_.label_column, *options_.path_column;
        const ListDialect* found = nullptr;
        for (const ListDialect& dialect : kListDialects) {
            if (!holds(header_, options_.path_column.value_or(dialect.path)) ||
                !holds(header_, options_.label_column.value_or(dialect.label)))
                continue;
            const bool same = found != nullptr &&
                              (options_.path_column || std::string_view(found->path) == dialect.path) &&
                              (options_.label_column || std::string_view(found->label) == dialect.label);
            if (found != nullptr && !same) fail_on_several();
            found = &dialect;
        }
        if (found == nullptr) {  // of what is named, what is missing
            if (options_.label_column) (void)want(*options_.label_column, "label_column");
            if (options_.path_column) (void)want(*options_.path_column, "path_column");
            fail_on_none("path_column and label_column");
        }
        label_ = options_.label_column.value_or(found->label);
        const std::string path = options_.path_column.value_or(found->path);
        columns_.note =
            format_text("{}: its columns \"{}\" and \"{}\" are the path and the label", list_, path, label_);
        return path;
    }

    std::string path() {
        if (options_.path_column) return *options_.path_column;
        const ListDialect* found = nullptr;
        for (const ListDialect& dialect : kListDialects) {
            if (!holds(header_, dialect.path)) continue;
            if (found != nullptr) fail_on_several();
            found = &dialect;
        }
        if (found == nullptr) fail_on_none("path_column");
        columns_.note = format_text("{}: its column \"{}\" is the path", list_, found->path);
        return found->path;
    }

    [[noreturn]] void fail_on_several() const {
        throw DataError(format_text("{}: which of its columns are meant is not clear: {}\nSet {} and {}", list_,
                                    header_text(header_), list_option(asked_by_, "path_column"),
                                    list_option(asked_by_, "label_column")));
    }

    [[noreturn]] void fail_on_none(const std::string& keys) const {
        const std::string advice = delimiter_advice();
        throw DataError(
            format_text("{}: its columns are {}{}\nName them with {}{}; without that they are called {}{}{}", list_,
                        header_text(header_), advice, list_option(asked_by_, ""), keys, dialects_text(),
                        advice.empty() && table_kind(list_) == TableKind::csv
                            ? ". Has the list no header line? Then " +
                                  how_to_set(asked_by_, "columns", R"(["image_path", "label"])")
                            : "",
                        several_advice()));
    }

    /// Where there is a path, the label may be missing because there are several.
    [[nodiscard]] std::string several_advice() const {
        const bool has_path = options_.path_column
                                  ? holds(header_, *options_.path_column)
                                  : std::ranges::any_of(kListDialects, [&](const ListDialect& dialect) {
                                        return holds(header_, dialect.path);
                                    });
        if (asked_by_ != AskedBy::config || !has_path || header_.size() < 2) return "";
        if (kind_ == TargetKind::labels) return "\nHas it a column for each label? Then set /data/list/label_columns";
        return "\nHas it a column for each of several labels? Then set \"task\": \"multi_label\" and "
               "/data/list/label_columns. Numbers? Then \"task\": \"regression\" and /data/list/target_columns";
    }

    /// What is often wrong when nothing fits.
    [[nodiscard]] std::string delimiter_advice() const {
        if (header_.size() != 1) return "";
        for (const auto& [mark, name] :
             {std::pair(';', "a semicolon"), {'\t', "a tab"}, {'|', "a bar"}, {',', "a comma"}})
            if (header_.front().find(mark) != std::string::npos)
                return format_text("\nIs {} between the cells? Then {}", name,
                                   how_to_set(asked_by_, "delimiter", mark == '\t' ? "\\t" : std::string(1, mark)));
        return "";
    }

    const std::filesystem::path& list_;
    const std::vector<std::string>& header_;
    const ListOptions& options_;
    AskedBy asked_by_;
    ListColumns columns_;
    std::string label_;
    std::optional<TargetKind> kind_;
};

}  // namespace

ListColumns choose_columns(const std::filesystem::path& list, const std::vector<std::string>& header,
                           const ListOptions& options, std::optional<TargetKind> kind, AskedBy asked_by) {
    return ColumnChoice(list, header, options, asked_by).choose(kind);
}

std::string how_to_set(AskedBy asked_by, const std::string& key, const std::string& value) {
    if (asked_by == AskedBy::command) return format_text("add --list '{}={}'", key, value);
    const bool is_list = value.starts_with('[');
    return format_text("set {} to {}", list_option(asked_by, key), is_list ? value : "\"" + value + "\"");
}

std::string list_option(AskedBy asked_by, const std::string& key) {
    switch (asked_by) {
        case AskedBy::config: return "/data/list/" + key;
        case AskedBy::command: return key.empty() ? "--list KEY=COLUMN, the keys " : "--list " + key + "=VALUE";
        case AskedBy::application: break;
    }
    return key;
}

}  // namespace graft

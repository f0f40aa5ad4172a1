#include "data/list/table.hpp"

#include <algorithm>
#include <cctype>

#include "core/files.hpp"
#include "core/text.hpp"
#include "data/list/csv_table.hpp"
#include "data/list/json_lines_table.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// Text alone, without its mark.
std::string_view expect_text(std::string_view bytes, const std::filesystem::path& name) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
        throw DataError(format_text("{}: is UTF-16 text; save it as UTF-8 (Excel: \"CSV UTF-8\")", name));
    if (bytes.find('\0') != std::string_view::npos)
        throw DataError(
            format_text("{}: holds a NUL byte: it is not a text, or one in UTF-16; save it as UTF-8", name));
    if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
    return bytes;
}

/// Looks at the header alone.
class HeaderTaker final : public RowTaker {
public:
    std::vector<std::string> begin(const std::vector<std::string>& names) override {
        header = names;
        return {};
    }
    void take(std::size_t, std::span<const Cell>) override {}
    void refuse(std::size_t, std::string) override {}  // whoever reads the rows says so

    std::vector<std::string> header;
};

}  // namespace

std::optional<TableKind> table_kind(const std::filesystem::path& file) {
    std::string extension = file.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (extension == ".csv" || extension == ".tsv" || extension == ".tab") return TableKind::csv;
    if (extension == ".jsonl" || extension == ".ndjson") return TableKind::json_lines;
    return std::nullopt;
}

bool is_list(const std::filesystem::path& file) {
    std::error_code ignored;
    return table_kind(file).has_value() && !std::filesystem::is_directory(file, ignored);
}

std::vector<std::string> header_of(const std::filesystem::path& file, const TableOptions& options) {
    HeaderTaker taker;
    read_table(read_file(file), file, options, taker);
    return taker.header;
}

void read_table(std::string_view bytes, const std::filesystem::path& name, const TableOptions& options,
                RowTaker& rows) {
    const std::string_view text = expect_text(bytes, name);
    if (table_kind(name) == TableKind::json_lines)
        read_json_lines(text, name, rows);
    else
        read_csv(text, name, options, rows);
}

}  // namespace graft

#include "data/list/csv_table.hpp"

#include <csv.h>

#include <algorithm>
#include <cctype>
#include <new>
#include <utility>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// A row that is longer has a quotation mark that nobody closed.
constexpr std::size_t kLongestRow = 1 << 20;

/// The next line with its end, which may be LF, CR LF or CR; the last one may have none.
std::string_view take_line(std::string_view& text) {
    std::size_t end = text.find_first_of("\r\n");
    if (end != std::string_view::npos) end += text.substr(end).starts_with("\r\n") ? 2 : 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(line.size());
    return line;
}

bool is_blank(std::string_view line) {
    return std::ranges::all_of(line, [](unsigned char c) { return std::isspace(c) != 0; });
}

/// libcsv's state and the cells of the row that it is in. Its callbacks must not throw: it is C.
class CsvParser {
public:
    explicit CsvParser(char delimiter) : delimiter_(delimiter) { begin(); }
    ~CsvParser() { csv_free(&parser_); }
    CsvParser(const CsvParser&) = delete;
    CsvParser& operator=(const CsvParser&) = delete;

    /// A line with its end. False: it is not CSV, and the row that it belongs to is lost.
    bool feed(std::string_view line) {
        if (done_) used_ = 0;
        const bool blank = used_ == 0 && !open_ && is_blank(line);
        done_ = false;
        const std::size_t parsed = csv_parse(&parser_, line.data(), line.size(), &CsvParser::take, &end_row, this);
        if (parsed == line.size()) {
            open_ = !done_ && !blank;
            return true;
        }
        restart();
        return false;
    }
    /// The end of the text. False: a quotation mark was never closed.
    bool finish() {
        if (done_) used_ = 0;
        done_ = false;
        return csv_fini(&parser_, &CsvParser::take, &end_row, this) == 0;
    }
    /// Forgets the row that was begun.
    void restart() {
        csv_free(&parser_);
        begin();
        open_ = done_ = false;
        used_ = 0;
    }
    [[nodiscard]] bool row_is_done() const { return done_; }
    [[nodiscard]] bool row_is_open() const { return open_; }
    [[nodiscard]] std::span<std::string> cells() { return {cells_.data(), used_}; }

private:
    void begin() {
        if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
        csv_set_delim(&parser_, static_cast<unsigned char>(delimiter_));
        csv_set_blk_size(&parser_, 4096);
    }
    static void take(void* text, std::size_t size, void* self) noexcept {
        CsvParser& parser = *static_cast<CsvParser*>(self);
        if (parser.used_ == parser.cells_.size()) parser.cells_.emplace_back();
        parser.cells_[parser.used_++].assign(static_cast<const char*>(text), size);
    }
    static void end_row(int, void* self) noexcept { static_cast<CsvParser*>(self)->done_ = true; }

    csv_parser parser_{};
    char delimiter_;
    std::vector<std::string> cells_;  // the first used_ are of the row
    std::size_t used_ = 0;
    bool open_ = false, done_ = false;
};

/// Rows, as far as they are of the wanted columns.
class CsvRows {
public:
    CsvRows(const std::filesystem::path& name, const TableOptions& options, RowTaker& rows) : name_(name), rows_(rows) {
        if (!options.columns.empty()) begin(options.columns);
    }

    void take(std::size_t line, std::span<std::string> cells) {
        if (std::ranges::all_of(cells, &std::string::empty)) return;
        if (!std::ranges::all_of(cells, [](const std::string& cell) { return is_utf8(cell); })) {
            refuse(line, "is not UTF-8 text; save the list as UTF-8 (Excel: \"CSV UTF-8\")");
        } else if (!begun_) {
            begin({cells.begin(), cells.end()});
        } else if (std::ranges::any_of(cells.subspan(std::min(width_, cells.size())),
                                       [](const std::string& cell) { return !cell.empty(); })) {
            rows_.refuse(line, format_text("has {} cells, the header {}: a cell that holds the delimiter needs "
                                           "quotation marks around it",
                                           cells.size(), width_));
        } else {
            for (std::size_t i = 0; i < wanted_.size(); ++i) {
                row_[i].given = wanted_[i] < cells.size();
                row_[i].text = row_[i].given ? cells[wanted_[i]] : "";
            }
            rows_.take(line, row_);
        }
    }
    /// @param line where the row begins
    void refuse(std::size_t line, std::string reason) {
        if (!begun_) throw DataError(format_text("{}: line {}, the header: {}", name_, line, reason));
        rows_.refuse(line, std::move(reason));
    }
    [[nodiscard]] bool begun() const { return begun_; }

private:
    void begin(const std::vector<std::string>& header) {
        begun_ = true;
        width_ = header.size();
        for (const std::string& column : rows_.begin(header)) {
            if (std::ranges::count(header, column) > 1)
                throw DataError(format_text("{}: has several columns \"{}\"", name_, column));
            wanted_.push_back(static_cast<std::size_t>(std::ranges::find(header, column) - header.begin()));
        }
        row_.resize(wanted_.size());
    }

    const std::filesystem::path& name_;
    RowTaker& rows_;
    std::vector<std::size_t> wanted_;
    std::vector<Cell> row_;
    std::size_t width_ = 0;
    bool begun_ = false;
};

char delimiter_of(std::string_view& text, std::size_t& line, const std::filesystem::path& name,
                  const TableOptions& options) {
    if (options.delimiter) return *options.delimiter;
    std::string_view rest = text;
    const std::string_view first = take_line(rest);
    if (first.size() > 5 && first.starts_with("sep=") && is_blank(first.substr(5))) {  // Excel
        text = rest;
        ++line;
        return first[4];
    }
    std::string extension = name.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension == ".csv" ? ',' : '\t';
}

}  // namespace

void read_csv(std::string_view text, const std::filesystem::path& name, const TableOptions& options, RowTaker& rows) {
    std::size_t line = 0, row = 1, row_bytes = 0;  // row: the line in which it begins
    CsvParser parser(delimiter_of(text, line, name, options));
    CsvRows taken(name, options, rows);
    while (!text.empty()) {
        ++line;
        if (!parser.row_is_open()) {
            row = line;
            row_bytes = 0;
        }
        const std::string_view bytes = take_line(text);
        row_bytes += bytes.size();
        if (row_bytes > kLongestRow) {
            parser.restart();
            taken.refuse(row, "a quotation mark in it is not closed");
        } else if (!parser.feed(bytes)) {
            taken.refuse(row,
                         "a quotation mark stands within a cell: such a cell needs quotation marks around it, and "
                         "its own ones twice");
        } else if (parser.row_is_done()) {
            taken.take(row, parser.cells());
        }
    }
    if (!parser.finish())
        taken.refuse(row, "a quotation mark in it is not closed");
    else if (parser.row_is_done())
        taken.take(row, parser.cells());
    if (!taken.begun()) throw DataError(format_text("{}: is empty", name));
}

}  // namespace graft

#include "report/csv_rows.hpp"

#include <string_view>
#include <vector>

#include "core/files.hpp"

namespace graft {
namespace {

/// Takes a file apart that comes in blocks. Cells are kept from row to row, so that long rows cost no new memory.
class RowParser {
public:
    explicit RowParser(const std::function<void(std::span<const std::string>)>& take) : take_(take) { begin_cell(); }

    void feed(std::string_view block) {
        for (const char c : block) feed(c);
    }
    void finish() {
        if (count_ > 1 || !cells_[0].empty()) end_row();
    }

private:
    void feed(char c) {
        if (quoted_ && c == '"') {
            quoted_ = false;
            after_quote_ = true;
        } else if (quoted_) {
            cell() += c;
        } else if (c == '"') {
            if (after_quote_) cell() += c;
            quoted_ = true;
            after_quote_ = false;
        } else if (c == ',') {
            begin_cell();
        } else if (c == '\n') {
            end_row();
        } else if (c != '\r') {
            cell() += c;
        }
    }
    std::string& cell() { return cells_[count_ - 1]; }
    void begin_cell() {
        after_quote_ = false;
        if (++count_ > cells_.size()) cells_.emplace_back();
        cell().clear();
    }
    void end_row() {
        take_(std::span(cells_).first(count_));
        count_ = 0;
        begin_cell();
    }

    const std::function<void(std::span<const std::string>)>& take_;
    std::vector<std::string> cells_;
    std::size_t count_ = 0;
    bool quoted_ = false, after_quote_ = false;
};

}  // namespace

void for_each_csv_row(const std::filesystem::path& file,
                      const std::function<void(std::span<const std::string>)>& take) {
    RowParser parser(take);
    read_blocks(file, [&](std::string_view block) { parser.feed(block); });
    parser.finish();
}

}  // namespace graft

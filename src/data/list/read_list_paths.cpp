#include <algorithm>
#include <utility>

#include "core/files.hpp"
#include "core/names.hpp"
#include "data/list/list_columns.hpp"
#include "data/list/listed_paths.hpp"
#include "data/list/read_list.hpp"
#include "data/list/row_problems.hpp"
#include "data/list/split_values.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// Takes the paths of rows, whatever else stands there.
class PathRows final : public RowTaker {
public:
    PathRows(const fs::path& list, const ListOptions& options, const ScanOptions& scan, std::optional<PartKind> part)
        : list_(list),
          options_(options),
          scan_(scan),
          part_(part),
          paths_(base_of_paths(list, options)),
          split_(options) {}

    std::vector<std::string> begin(const std::vector<std::string>& header) override {
        ListOptions options = options_;
        if (!part_ || std::ranges::find(header, options.split_column.value_or("")) == header.end())
            options.split_column.reset();
        columns_ = choose_columns(list_, header, options, std::nullopt, scan_.asked_by);
        if (!columns_.note.empty()) found_.remarks.notes.push_back(columns_.note);
        return columns_.names;
    }
    void take(std::size_t line, std::span<const Cell> cells) override {
        ++rows_;
        try {
            add(cells);
        } catch (const DataError& error) {
            problems_.add(line, error.what());
        }
    }
    void refuse(std::size_t line, std::string reason) override {
        ++rows_;
        problems_.add(line, reason);
    }
    ListedPathList finish() {
        problems_.throw_if_any(list_, rows_);
        return std::move(found_);
    }

private:
    void add(std::span<const Cell> cells) {
        const std::string& written = cells[columns_.path].text;
        if (written.empty()) throw DataError("has no path");
        if (columns_.split && split_.part_of(cells[*columns_.split], scan_.asked_by) != *part_) return;
        ListedFile found = paths_.find(written);
        const std::string leaf = found.name.substr(found.name.rfind('/') + 1);
        if (!matches_any(scan_.exclude, found.name) && !matches_any(scan_.exclude, leaf))
            found_.paths.push_back({written, std::move(found.file)});
    }

    const fs::path& list_;
    const ListOptions& options_;
    const ScanOptions& scan_;
    std::optional<PartKind> part_;
    ListedPaths paths_;
    SplitValues split_;
    ListColumns columns_;
    RowProblems problems_;
    ListedPathList found_;
    std::size_t rows_ = 0;
};

}  // namespace

ListedPathList read_list_paths(const fs::path& list, const ListOptions& options, const ScanOptions& scan,
                               std::optional<PartKind> part) {
    PathRows rows(list, options, scan, part);
    read_table(read_file(list), list, table_options(options), rows);
    return rows.finish();
}

}  // namespace graft

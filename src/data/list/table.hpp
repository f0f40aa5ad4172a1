/// @file
/// Tables that other programs wrote: CSV (RFC 4180, read by libcsv) and JSON Lines, row by row.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// What stands in one column of a row.
struct Cell {
    bool given = false;              ///< false: the row has no such cell, or JSON's null
    std::string text;                ///< empty where there are items
    std::vector<std::string> items;  ///< of a JSON list
    bool is_list = false;
};

/// Takes the rows of a table.
class RowTaker {
public:
    virtual ~RowTaker() = default;
    /// The names of the columns, before the first row; of JSON Lines the keys of the first object.
    /// @return the columns that are wanted; each is one of `header`, or in JSON Lines may be missing
    /// @throws DataError when the table cannot be used
    [[nodiscard]] virtual std::vector<std::string> begin(const std::vector<std::string>& header) = 0;
    /// @param line where the row begins, counted from 1
    /// @param cells of the wanted columns, in their order
    virtual void take(std::size_t line, std::span<const Cell> cells) = 0;
    /// A row that cannot be read, and why.
    virtual void refuse(std::size_t line, std::string reason) = 0;
};

enum class TableKind { csv, json_lines };

/// What a file is by its name's extension, in any case: .csv, .tsv, .tab; .jsonl, .ndjson. Nothing for others.
[[nodiscard]] std::optional<TableKind> table_kind(const std::filesystem::path& file);

/// Whether a path is one of a list: not of a folder, and with the extension of a table.
[[nodiscard]] bool is_list(const std::filesystem::path& file);

struct TableOptions {
    /// Between the cells of CSV; nothing: a tab for .tsv and .tab, else a comma. A first line `sep=;`, which Excel
    /// writes, counts where nothing is given.
    std::optional<char> delimiter;
    std::vector<std::string> columns;  ///< their names, where the table has no header; empty: its first row has them
};

/// The names of a table's columns; of JSON Lines the keys of its first object.
/// @throws DataError as read_table
[[nodiscard]] std::vector<std::string> header_of(const std::filesystem::path& file, const TableOptions& options);

/// Hands every row over. Blank rows (also ones of empty cells alone) are passed over. A byte order mark, line ends of
/// Windows and spaces around cells without quotation marks are no part of the cells. Cells that a row lacks at its end
/// are empty.
/// @param bytes of the table
/// @param name of its file, for messages and for its kind
/// @throws DataError for UTF-16, for what is no text and for a table without rows
void read_table(std::string_view bytes, const std::filesystem::path& name, const TableOptions& options, RowTaker& rows);

}  // namespace graft

/// @file
/// Writes one CSV row per epoch: epoch, learning_rate, the metrics, seconds. The file is rewritten whole each time, so
/// that a reader never sees half a row, and a resumed run goes on exactly where its checkpoint was made.

#include <filesystem>
#include <string>

#include "core/files.hpp"
#include "graft/core/errors.hpp"
#include "record/history_text.hpp"
#include "train/callback_table.hpp"

namespace graft {
namespace {

enum class Separator { comma, semicolon, tab };
}  // namespace

template <>
inline constexpr auto enum_names<Separator> = std::to_array<std::string_view>({"comma", "semicolon", "tab"});

namespace {

constexpr char kSeparators[] = {',', ';', '\t'};

struct CsvLoggerOptions {
    std::string file = "log.csv";  ///< relative to the run folder
    Separator separator = Separator::comma;
    bool append = false;  ///< keep the rows that the file holds before training
};

void describe(Fields& fields, CsvLoggerOptions& options) {
    fields.field("file", options.file, "File in the run folder.");
    fields.choice("separator", options.separator, "Between two values.");
    fields.field("append", options.append, "Keeps an earlier run's rows.");
}

/// The file before training, to which rows are appended. Throws ConfigError when its columns are not this run's.
std::string earlier_rows(const std::filesystem::path& file, const std::string& header, const std::string& pointer) {
    if (!std::filesystem::exists(file)) return {};
    std::string text = read_file(file);
    if (!text.empty() && text.back() != '\n') text += '\n';
    if (!text.empty() && !text.starts_with(header))
        throw ConfigError(pointer + "/append: " + file.string() + " has the columns \"" +
                          text.substr(0, text.find('\n')) + "\", this run has \"" +
                          header.substr(0, header.size() - 1) + "\"; choose another file or \"append\": false");
    return text;
}

class CsvLogger final : public Callback {
public:
    CsvLogger(const CsvLoggerOptions& options, const CallbackContext& context)
        : file_(context.run_folder / options.file),
          separator_(kSeparators[static_cast<std::size_t>(options.separator)]) {
        if (options.file.empty()) throw ConfigError(context.pointer + "/file: expected a file name, got \"\"");
        EpochRecord columns;
        for (const ProducedMetric& metric : context.produced_metrics) columns.metrics.emplace_back(metric.name, 0);
        const std::string text = history_csv({columns}, separator_);
        header_ = text.substr(0, text.find('\n') + 1);
        if (options.append) rows_ = earlier_rows(file_, header_, context.pointer);
    }

    void on_epoch_end(const EpochRecord& record, TrainControl&) override {
        if (rows_.empty()) rows_ = header_;
        rows_ += history_csv({record}, separator_).substr(header_.size());
        write_file(file_, rows_);
    }

    [[nodiscard]] CallbackState save_state() const override { return {rows_, nullptr}; }
    void load_state(const CallbackState& state) override { rows_ = state.values; }

private:
    std::filesystem::path file_;
    char separator_;
    std::string header_, rows_;  ///< rows_: all that the file holds, the header included
};

std::shared_ptr<Callback> build(const CsvLoggerOptions& options, const CallbackContext& context) {
    return std::make_shared<CsvLogger>(options, context);
}

}  // namespace

CallbackRow csv_logger_row() {
    return plugin_row<CallbackRow, CsvLoggerOptions>("csv_logger", "Writes one CSV row per epoch");
}

}  // namespace graft

#include "data/list/read_list.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "core/files.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "data/class_folders.hpp"
#include "data/list/listed_paths.hpp"
#include "data/list/listed_targets.hpp"
#include "data/list/row_problems.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

fs::path base_of(const fs::path& list, const ListOptions& options) {
    return options.root ? fs::path(*options.root) : list.parent_path();
}

/// Equal, also where both are unknown.
bool same(const std::vector<float>& a, const std::vector<float>& b) {
    return std::ranges::equal(a, b, [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

/// The parts that the values of split_column stand for.
class SplitValues {
public:
    explicit SplitValues(const ListOptions& options) {
        for (const auto& [part, values] : {std::pair(PartKind::train, &options.train_values),
                                           {PartKind::validation, &options.validation_values},
                                           {PartKind::test, &options.test_values}})
            for (const std::string& value : *values) given_.emplace(value, part);
    }
    /// Throws DataError for a value that stands for none.
    [[nodiscard]] PartKind part_of(const Cell& cell, AskedBy asked_by) const {
        const auto given = given_.find(cell.text);
        const std::optional<PartKind> part = given != given_.end() ? given->second : part_called(cell.text);
        if (part) return *part;
        throw DataError(format_text("the split \"{}\" is none of train, validation and test; other words for them: {}",
                                    cell.text, list_option(asked_by, "train_values")));
    }

private:
    std::unordered_map<std::string, PartKind> given_;
};

/// Makes a sample of each row.
class SampleRows final : public RowTaker {
public:
    SampleRows(const fs::path& list, const ListOptions& options, const ListRequest& request, const ScanOptions& scan)
        : list_(list),
          options_(options),
          request_(request),
          scan_(scan),
          paths_(base_of(list, options)),
          targets_(options, request),
          split_(options) {}

    std::vector<std::string> begin(const std::vector<std::string>& header) override {
        ListOptions options = options_;
        if (request_.may_lack_split_column &&
            std::ranges::find(header, options.split_column.value_or("")) == header.end())
            options.split_column.reset();
        columns_ = choose_columns(list_, header, options, request_.kind, scan_.asked_by);
        try {
            targets_.begin(columns_, *table_kind(list_));
        } catch (const DataError& error) {
            throw DataError(format_text("{}: {}", list_, error.what()));
        }
        return columns_.names;
    }

    void take(std::size_t line, std::span<const Cell> cells) override {
        ++rows_;
        try {
            add(line, cells);
        } catch (const DataError& error) {
            problems_.add(line, error.what());
        }
    }

    void refuse(std::size_t line, std::string reason) override {
        ++rows_;
        problems_.add(line, reason);
    }

    ListedImages finish() {
        if (request_.mismatch == ClassMismatch::fail && !targets_.unknown().empty()) advise_on_classes();
        problems_.throw_if_any(list_, rows_);
        ListedImages listed{.images = {.root = list_}, .parts = std::move(parts_), .lines = std::move(lines_)};
        listed.images.classes = targets_.finish(samples_);
        listed.images.samples = std::move(samples_);
        listed.images.targets = request_.kind;
        listed.images.is_list = true;
        listed.images.unknown_classes = targets_.unknown();
        add_remarks(listed.images);
        if (listed.images.samples.empty() && of_other_parts_ > 0)
            throw DataError(format_text("{}: none of its rows is of the {} part", list_, *request_.part));
        if (listed.images.samples.empty()) throw DataError(format_text("{}: no image that can be used", list_));
        return listed;
    }

private:
    void add(std::size_t line, std::span<const Cell> cells) {
        const std::string& written = cells[columns_.path].text;
        if (written.empty()) throw DataError("has no path");
        const PartKind part = columns_.split ? split_.part_of(cells[*columns_.split], scan_.asked_by) : PartKind::train;
        if (columns_.split && request_.part && part != *request_.part) return ++of_other_parts_, void();
        ListedFile found = paths_.find(written);
        const std::size_t slash = found.name.rfind('/');
        if (matches_any(scan_.exclude, found.name) || matches_any(scan_.exclude, found.name.substr(slash + 1)))
            return excluded_.add(found.name);
        if (!found.problem.empty() && !(found.missing && request_.missing_files == OnBadImage::skip)) fail(found);
        Sample sample{.id = stable_id(found.name)};
        if (targets_.read(sample, cells) == ListedTargets::Outcome::left_out) return;
        if (columns_.group) sample.group = cells[*columns_.group].text;
        if (columns_.weight) sample.weight = weight_in(*options_.weight_column, cells[*columns_.weight]);
        const auto [known, is_new] = places_.emplace(sample.id, samples_.size());
        if (!is_new) return expect_same(samples_[known->second], lines_[known->second], sample, known->second, part);
        sample.name = escaped(found.name);
        sample.file = std::move(found.file);
        samples_.push_back(std::move(sample));
        lines_.push_back(static_cast<std::uint32_t>(line));
        if (columns_.split) parts_.push_back(part);
    }

    void advise_on_classes() {
        constexpr std::size_t kClassesNamed = 20;
        std::vector<std::string> names = request_.classes;
        if (names.size() > kClassesNamed) {
            names.resize(kClassesNamed);
            names.push_back(format_text("and {} more", request_.classes.size() - kClassesNamed));
        }
        problems_.advise(format_text("The classes are {}; to leave out what has another label, {}", joined(names),
                                     use_known_text(scan_.asked_by)));
    }

    [[noreturn]] void fail(const ListedFile& found) {
        if (found.missing)
            problems_.advise(format_text("Paths are looked for below {}; another folder: {}{}",
                                         paths_.base().empty() ? "the current folder" : shown(paths_.base()),
                                         list_option(scan_.asked_by, "root"),
                                         scan_.asked_by == AskedBy::config
                                             ? "; to leave missing images out: \"/data/on_bad_image\": \"skip\""
                                             : ""));
        throw DataError(format_text("{}: {}", shown(found.name), found.problem));
    }

    /// A second row of an image must say what the first one did.
    void expect_same(const Sample& first, std::uint32_t line, const Sample& second, std::size_t place, PartKind part) {
        const std::string where = format_text("{}: ", first.name);
        if (first.label != second.label || !same(first.values, second.values))
            throw DataError(format_text("{}is labelled {}, in line {} it is {}", where, targets_.text_of(second), line,
                                        targets_.text_of(first)));
        if (columns_.split && parts_[place] != part)
            throw DataError(format_text("{}belongs to {}, in line {} to {}", where, part, line, parts_[place]));
        if (first.group != second.group)
            throw DataError(format_text("{}has another group than in line {}", where, line));
        if (first.weight != second.weight)
            throw DataError(format_text("{}has another weight than in line {}", where, line));
        repeated_.add(first.name);
    }

    void add_remarks(ImageFolder& images) const {
        std::vector<std::string>& notes = images.remarks.notes;
        if (!columns_.note.empty()) notes.push_back(columns_.note);
        const auto told = [&](const PassedOver& rows, std::string_view one, std::string_view several,
                              std::string_view what) {
            if (rows.count > 0)
                notes.push_back(format_text("{}: {} {}, such as {}", list_, count_of(rows.count, one, several), what,
                                            shown(rows.example)));
        };
        if (of_other_parts_ > 0)
            notes.push_back(format_text("{}: {} of the {} part; {} of other parts", list_,
                                        count_of(images.samples.size(), "image"), *request_.part,
                                        count_of(of_other_parts_, "row is", "rows are")));
        told(excluded_, "row is", "rows are", "left out, as `exclude` says");
        told(repeated_, "row repeats", "rows repeat", "an earlier one: each image is used once");
        told(paths_.with_backslashes(), "path has", "paths have", "backslashes, read as slashes");
        add_empty_classes(images);
    }

    /// Classes that labels are bound to and no row has.
    void add_empty_classes(ImageFolder& images) const {
        if (request_.classes.empty() || request_.kind == TargetKind::numbers) return;
        if (request_.trains && request_.kind == TargetKind::labels) return;
        const std::vector<std::string> empty = absent_classes(images.samples, images.classes);
        if (!empty.empty())
            images.remarks.warnings.push_back(
                format_text("{}: no image of the class{} {}", list_, empty.size() > 1 ? "es" : "", joined(empty)));
    }

    const fs::path& list_;
    const ListOptions& options_;
    const ListRequest& request_;
    const ScanOptions& scan_;
    ListedPaths paths_;
    ListedTargets targets_;
    SplitValues split_;
    ListColumns columns_;
    RowProblems problems_;
    std::vector<Sample> samples_;
    std::vector<std::uint32_t> lines_;  // of the samples
    std::vector<PartKind> parts_;
    std::unordered_map<std::uint64_t, std::size_t> places_;  // of samples, by their id
    PassedOver excluded_, repeated_;
    std::size_t rows_ = 0, of_other_parts_ = 0;
};

/// Takes the paths of rows, whatever else stands there.
class PathRows final : public RowTaker {
public:
    PathRows(const fs::path& list, const ListOptions& options, const ScanOptions& scan)
        : list_(list), options_(options), scan_(scan), paths_(base_of(list, options)) {}

    std::vector<std::string> begin(const std::vector<std::string>& header) override {
        ListColumns columns = choose_columns(list_, header, options_, std::nullopt, scan_.asked_by);
        if (!columns.note.empty()) found_.remarks.notes.push_back(columns.note);
        return std::move(columns.names);
    }
    void take(std::size_t line, std::span<const Cell> cells) override {
        ++rows_;
        const std::string& written = cells[0].text;
        if (written.empty()) return problems_.add(line, "has no path");
        ListedFile found = paths_.find(written);
        const std::string leaf = found.name.substr(found.name.rfind('/') + 1);
        if (!matches_any(scan_.exclude, found.name) && !matches_any(scan_.exclude, leaf))
            found_.paths.push_back({written, std::move(found.file)});
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
    const fs::path& list_;
    const ListOptions& options_;
    const ScanOptions& scan_;
    ListedPaths paths_;
    RowProblems problems_;
    ListedPathList found_;
    std::size_t rows_ = 0;
};

}  // namespace

ListedImages read_list_bytes(std::string_view bytes, const fs::path& list, const ListOptions& options,
                             const ListRequest& request, const ScanOptions& scan) {
    SampleRows rows(list, options, request, scan);
    read_table(bytes, list, table_options(options), rows);
    return rows.finish();
}

ListedImages read_list(const fs::path& list, const ListOptions& options, const ListRequest& request,
                       const ScanOptions& scan) {
    return read_list_bytes(read_file(list), list, options, request, scan);
}

std::vector<Sample> take_part(ListedImages& listed, PartKind part) {
    std::vector<Sample> samples;
    for (std::size_t i = 0; i < listed.parts.size(); ++i)
        if (listed.parts[i] == part) samples.push_back(std::move(listed.images.samples[i]));
    return samples;
}

ListedPathList read_list_paths(const fs::path& list, const ListOptions& options, const ScanOptions& scan) {
    PathRows rows(list, options, scan);
    read_table(read_file(list), list, table_options(options), rows);
    return rows.finish();
}

}  // namespace graft

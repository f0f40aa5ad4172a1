#include "data/list/read_list.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "core/files.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "data/asked_by.hpp"
#include "data/list/likely_separator.hpp"
#include "data/list/listed_paths.hpp"
#include "data/list/listed_targets.hpp"
#include "data/list/row_problems.hpp"
#include "data/list/split_values.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// Equal, also where both are unknown.
bool same(const std::vector<float>& a, const std::vector<float>& b) {
    return std::ranges::equal(a, b, [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

/// Makes a sample of each row.
class SampleRows final : public RowTaker {
public:
    SampleRows(const fs::path& list, const ListOptions& options, const ListRequest& request, const ScanOptions& scan)
        : list_(list),
          options_(options),
          request_(request),
          scan_(scan),
          paths_(base_of_paths(list, options)),
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
        const std::string advice = request_.classes.empty() ? separator_advice(listed.images.classes) : "";
        if (!advice.empty()) listed.images.remarks.warnings.push_back(format_text("{}: {}", list_, advice));
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
        holds_lists_ = holds_lists_ || cells[columns_.values.front()].is_list;
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
        std::vector<std::string> labels = targets_.unknown();
        labels.insert(labels.end(), request_.classes.begin(), request_.classes.end());
        if (std::string advice = separator_advice(labels); !advice.empty()) problems_.advise(std::move(advice));
    }

    /// For lists of several labels that are read as if each cell held one; "": there is nothing to advise.
    [[nodiscard]] std::string separator_advice(std::span<const std::string> labels) const {
        const bool one_a_cell = request_.kind != TargetKind::numbers && !options_.label_separator &&
                                options_.label_columns.empty() && !holds_lists_;
        const std::optional<LikelySeparator> likely =
            one_a_cell ? likely_separator(labels, request_.kind) : std::nullopt;
        if (!likely) return "";
        const bool one_class = request_.kind == TargetKind::one_class;
        if (one_class && !request_.classes.empty() && scan_.asked_by == AskedBy::command)
            return format_text("\"{}\" looks like several labels, and this model gives each image one class",
                               likely->example);
        return format_text("\"{}\" looks like several labels with {} between them: then {}{}", likely->example,
                           likely->mark, how_to_set(scan_.asked_by, "label_separator", std::string(1, likely->mark)),
                           one_class && scan_.asked_by == AskedBy::config ? ", and \"task\": \"multi_label\"" : "");
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
    bool holds_lists_ = false;  // JSON's, which need no separator
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

}  // namespace graft

#include "data/data_options.hpp"

#include <algorithm>
#include <utility>

#include "core/folders.hpp"
#include "core/text.hpp"
#include "data/list/table.hpp"

namespace graft {
namespace {

constexpr ListLimits kThreeOrNone{.items = between(0, 255), .shortest = 0, .longest = 3};

/// Images that train cannot say how well the model does.
void expect_other_images(const char* key, const std::optional<std::string>& folder, const std::string& train,
                         std::vector<std::string>& problems) {
    if (!folder || is_list(*folder) || is_list(train)) return;  // lists say which images
    if (!lies_in(*folder, train) && !lies_in(train, *folder)) return;
    problems.push_back(
        format_text("/data/{}: {} and the folder of /data/train ({}) are the same, or one lies in the "
                    "other: the images that train would be measured too",
                    key, shown(*folder), shown(train)));
}

}  // namespace

void describe(Fields& fields, DataOptions& options) {
    fields.path(required("train"), options.train, "Folder of class folders, or a list: a .csv, .tsv or .jsonl file.");
    fields.path("validation", options.validation, "Folder or list to validate on, instead of `validation_split`.");
    fields.path("test", options.test, "Folder or list to test on after training.");
    fields.object("list", options.list, "How lists are read.");
    fields.field("classes", options.classes,
                 "Classes in the order of the outputs, also ones without images yet; `[]`: the training images', "
                 "sorted by name.");
    describe(fields, options.split);
    fields.field("image_size", options.image_size,
                 "Pixels of the network's input: a side, or height and width; `[]`: the weights' own.", kImageSize);
    fields.choice(
        "resize", options.resize, "auto",
        "`squash`: the whole picture; `center_crop`: its middle, undistorted; `auto`: as the weights were tested.");
    fields.field("crop_fraction", options.crop_fraction,
                 "Share of a side that `center_crop` keeps; `null`: the weights' own.",
                 {.minimum = 0, .maximum = 1, .above_minimum = true});
    fields.choice("interpolation", options.interpolation, "auto",
                  "For enlarging (shrinking averages areas); `auto`: the weights' own.");
    fields.field("reduced_decode", options.reduced_decode,
                 "Decode JPEGs at least eight times as large as the network's input at half size, twice as fast; "
                 "photographs stay the same within 2 of 255.");
    fields.field("mean", options.mean, "Per channel R, G, B, on 0..255; `[]`: the weights' own.", kThreeOrNone);
    fields.field("std", options.std, "Per channel R, G, B, on 0..255; `[]`: the weights' own.",
                 {.items = {.minimum = 0, .above_minimum = true}, .shortest = 0, .longest = 3});
    fields.field(
        "batch_size", options.batch_size,
        "Images per step. `auto`: on a GPU, in phases that train stages, as many as three quarters of its memory "
        "take, 1024 and a tenth of the training images at most; elsewhere 32.",
        or_word(between(1, 65536), "auto"));
    fields.choice(
        "on_bad_image", options.on_bad_image,
        "`fail`: list all images that cannot be decoded; `skip`: leave them out and list them in `skipped.json`.");
    fields.choice("class_mismatch", options.class_mismatch,
                  "When validation or test have other classes: `fail`, or use the known ones.");
    fields.field("exclude", options.exclude,
                 "Files and folders to leave out: patterns such as `*_mask.png` or `daisy/old/*`, on paths below the "
                 "folder and on names.");
    fields.field("max_pixels", options.max_pixels, "Images of more pixels are refused before decoding.",
                 between(1, 1e10));
    fields.field("workers", options.workers, "Threads that decode and run the trunk; `null`: one per core.",
                 between(1, 1024));
}

std::vector<std::string> contradictions(const DataOptions& options) {
    std::vector<std::string> problems = contradictions(options.list, "/data/list");
    const bool has_list =
        is_list(options.train) || is_list(options.validation.value_or("")) || is_list(options.test.value_or(""));
    if (options.list != ListOptions() && !has_list)
        problems.emplace_back("/data/list: is for lists, and no part of the data is one: a .csv, .tsv or .jsonl file");
    const auto is_csv = [](const std::string& place) { return is_list(place) && table_kind(place) == TableKind::csv; };
    const bool has_csv =
        is_csv(options.train) || is_csv(options.validation.value_or("")) || is_csv(options.test.value_or(""));
    for (const auto& [key, given] : {std::pair("delimiter", options.list.delimiter.has_value()),
                                     std::pair("columns", !options.list.columns.empty())})
        if (given && has_list && !has_csv)
            problems.push_back(format_text("/data/list/{}: is for CSV files, and JSON Lines name their values", key));
    if (options.list.weight_column && has_list && !is_list(options.train))
        problems.emplace_back("/data/list/weight_column: is of the training list, and /data/train is none");
    if (options.list.split_column && !is_list(options.train))
        problems.emplace_back("/data/list/split_column: divides the training list, and /data/train is none");
    if (options.list.group_column && options.split.group_pattern)
        problems.emplace_back("/data/group_pattern: excludes /data/list/group_column: leave one out");
    if (options.list.group_column && options.split.split == SplitRule::keras)
        problems.emplace_back("/data/list/group_column: needs \"split\": \"hash\"");
    std::vector<std::string> sorted = options.classes;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) problems.emplace_back("/data/classes: holds a name twice");
    if (options.validation && (options.split.validation_split > 0 || options.split.split_file))
        problems.emplace_back(
            "/data/validation: a folder to validate on and a split of the training folder exclude "
            "each other: leave one out");
    if (options.split.validation_split > 0 && options.split.split_file)
        problems.emplace_back("/data/split_file: says what validates; leave out /data/validation_split");
    if (options.split.folds) {
        const SplitOptions& split = options.split;
        if (options.validation || split.validation_split > 0 || split.split_file)
            problems.emplace_back(
                "/data/folds: say what validates; leave out /data/validation, /data/validation_split and "
                "/data/split_file");
        if (split.fold >= *split.folds)
            problems.push_back(format_text("/data/fold: expected less than /data/folds, which is {}, got {}",
                                           *split.folds, split.fold));
    } else if (options.split.fold != 0 || options.split.fold_seed != 0) {
        problems.push_back(format_text("/data/{}: is for /data/folds, which is missing",
                                       options.split.fold != 0 ? "fold" : "fold_seed"));
    }
    if (options.split.group_pattern && options.split.split == SplitRule::keras)
        problems.emplace_back("/data/group_pattern: needs \"split\": \"hash\"");
    for (const auto& [key, values] : {std::pair("mean", &options.mean), std::pair("std", &options.std)})
        if (!values->empty() && values->size() != 3)
            problems.push_back(format_text("/data/{}: expected three numbers or none, got {}", key, values->size()));
    expect_other_images("validation", options.validation, options.train, problems);
    expect_other_images("test", options.test, options.train, problems);
    return problems;
}

ScanOptions scan_options(const DataOptions& options) {
    return {.exclude = options.exclude, .asked_by = AskedBy::config, .classes_are_given = !options.classes.empty()};
}

void set_size(Preprocessing& preprocessing, const std::vector<std::int64_t>& image_size) {
    if (image_size.empty()) return;
    preprocessing.height = image_size.front();
    preprocessing.width = image_size.back();
}

Preprocessing choose_preprocessing(const DataOptions& options, const Preprocessing& usual) {
    Preprocessing chosen = usual;
    set_size(chosen, options.image_size);
    chosen.resize = options.resize.value_or(usual.resize);
    chosen.crop_fraction = options.crop_fraction.value_or(usual.crop_fraction);
    chosen.reduced_decode = options.reduced_decode;
    chosen.interpolation = options.interpolation.value_or(usual.interpolation);
    if (!options.mean.empty()) std::copy_n(options.mean.begin(), 3, chosen.mean.begin());
    if (!options.std.empty()) std::copy_n(options.std.begin(), 3, chosen.std.begin());
    return chosen;
}

}  // namespace graft

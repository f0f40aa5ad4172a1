#include <CLI/App.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <set>
#include <thread>

#include "app/commands/commands.hpp"
#include "app/list_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "data/folder_walk.hpp"
#include "data/image_check.hpp"
#include "data/list/read_list.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"
#include "samples/sample_art.hpp"

namespace graft {
namespace {

struct SampleArguments {
    std::string folder;
    SampleArtOptions options;
};

struct DataCheckArguments {
    std::string folder;
    std::vector<std::string> exclude, list;
    std::int64_t max_pixels = kDefaultMaxPixels;
    bool json = false;
};

void write_sample_images(const SampleArguments& arguments) {
    write_samples(arguments.folder, arguments.options);
    const auto classes = static_cast<std::int64_t>(sample_art_classes().size());
    std::cout << format_text("{}: {} classes, {} images in train/, {} in test/\n", shown(arguments.folder), classes,
                             with_commas(classes * arguments.options.train_per_class),
                             with_commas(classes * arguments.options.test_per_class));
}

/// How many of each class, and of those how many are bad.
struct ClassCounts {
    std::vector<std::int64_t> images, bad;
};

ClassCounts count(const ImageFolder& folder, const std::vector<BadImage>& bad) {
    std::set<std::string> bad_names;
    for (const BadImage& image : bad) bad_names.insert(image.name);
    std::vector<Sample> bad_samples;
    for (const Sample& sample : folder.samples)
        if (bad_names.contains(sample.name)) bad_samples.push_back(sample);
    return {count_per_class(folder.samples, folder.classes.size()),
            count_per_class(bad_samples, folder.classes.size())};
}

Json as_json(const ImageFolder& folder, const std::vector<BadImage>& bad) {
    const ClassCounts counts = count(folder, bad);
    Json json = {{"folder", folder.root.string()}, {"images", folder.samples.size()},
                 {"classes", Json::array()},       {"bad", Json::array()},
                 {"notes", folder.remarks.notes},  {"warnings", folder.remarks.warnings}};
    for (std::size_t i = 0; i < folder.classes.size(); ++i)
        json["classes"].push_back({{"name", folder.classes[i]}, {"images", counts.images[i]}, {"bad", counts.bad[i]}});
    for (const BadImage& image : bad) json["bad"].push_back({{"file", image.name}, {"reason", image.reason}});
    return json;
}

std::string as_text(const ImageFolder& folder, const std::vector<BadImage>& bad) {
    const ClassCounts counts = count(folder, bad);
    std::vector<std::vector<std::string>> rows = {{"class", "images", "bad"}};
    for (std::size_t i = 0; i < folder.classes.size(); ++i)
        rows.push_back({folder.classes[i], with_commas(counts.images[i]), with_commas(counts.bad[i])});
    rows.push_back({"all", with_commas(static_cast<std::int64_t>(folder.samples.size())),
                    with_commas(static_cast<std::int64_t>(bad.size()))});
    std::string text = aligned(rows);
    if (!bad.empty()) text += "\n";
    for (const BadImage& image : bad) text += image.reason + "\n";
    return text;
}

/// What the columns that were named say of an image.
TargetKind kind_of(const ListOptions& options) {
    if (!options.target_columns.empty()) return TargetKind::numbers;
    return options.label_separator || !options.label_columns.empty() ? TargetKind::labels : TargetKind::one_class;
}

ImageFolder images_in(const DataCheckArguments& arguments) {
    const ScanOptions scan{.exclude = arguments.exclude, .asked_by = AskedBy::command};
    const ListOptions options = list_options({}, arguments.list, std::span(&arguments.folder, 1));
    if (!is_list(arguments.folder)) return scan_image_folder(arguments.folder, scan);
    return read_list(arguments.folder, options, {.kind = kind_of(options)}, scan).images;
}

void check_folder(const DataCheckArguments& arguments, const Session& session) {
    ImageFolder folder = images_in(arguments);
    TerminalReporter reporter(session.screen);
    tell(folder.remarks, reporter);
    const std::size_t workers = std::max(1U, std::thread::hardware_concurrency());
    ImageMemo nothing;  // a check looks for itself
    const std::vector<BadImage> bad =
        find_bad_images(folder.samples, workers, session.stop, reporter, nothing, {arguments.max_pixels});
    if (arguments.json)
        print_json(as_json(folder, bad));
    else
        std::cout << as_text(folder, bad);
    if (!bad.empty())
        throw DataError(
            format_text("{}: {}", shown(arguments.folder), cannot_be_used(bad.size(), folder.samples.size())));
}

void add_sample(CLI::App& data, Command& chosen) {
    const auto arguments = std::make_shared<SampleArguments>();
    SampleArtOptions& options = arguments->options;
    CLI::App* command = data.add_subcommand("sample", "Draw a small data set to try things out with");
    command->add_option("folder", arguments->folder, "Where to; must not exist, or be empty")
        ->required()
        ->type_name("FOLDER");
    command->add_option("--train-per-class", options.train_per_class, "Training images of each class")
        ->capture_default_str()
        ->type_name("N")
        ->check(integer_in({}));
    command->add_option("--test-per-class", options.test_per_class, "Test images of each class")
        ->capture_default_str()
        ->type_name("N")
        ->check(integer_in({}));
    command->add_option("--size", options.image_size, "Pixels of the shorter side")
        ->capture_default_str()
        ->type_name("PX")
        ->check(integer_in({}));
    command->add_option("--seed", options.seed, "Another seed draws other images")
        ->capture_default_str()
        ->type_name("S")
        ->check(integer_in(at_least(0)));
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session&) { write_sample_images(*arguments); }; });
}

void add_data_check(CLI::App& data, Command& chosen) {
    const auto arguments = std::make_shared<DataCheckArguments>();
    CLI::App* command = data.add_subcommand("check", "Count the images of each class and find those that are damaged");
    command->add_option("folder", arguments->folder, "A folder whose sub-folders are the classes, or a list")
        ->required()
        ->type_name("FOLDER");
    takes_list_options(*command, arguments->list);
    takes_exclude(*command, arguments->exclude);
    takes_max_pixels(*command, arguments->max_pixels);
    command->add_flag("--json", arguments->json, "Print one JSON object");
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { check_folder(*arguments, session); }; });
}

}  // namespace

void add_data(CLI::App& app, Command& chosen) {
    CLI::App* data = app.add_subcommand("data", "Check a folder of images, or draw one");
    data->require_subcommand(0, 1);
    add_data_check(*data, chosen);
    add_sample(*data, chosen);
}

}  // namespace graft

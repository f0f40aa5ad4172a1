#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/option_checks.hpp"
#include "core/text.hpp"
#include "samples/sample_art.hpp"

namespace graft {
namespace {

struct SampleArguments {
    std::string folder;
    SampleArtOptions options;
};

void write_sample_images(const SampleArguments& arguments) {
    write_samples(arguments.folder, arguments.options);
    const auto classes = static_cast<std::int64_t>(sample_art_classes().size());
    std::cout << format_text("{}: {} classes, {} images in train/, {} in test/\n", shown(arguments.folder), classes,
                             with_commas(classes * arguments.options.train_per_class),
                             with_commas(classes * arguments.options.test_per_class));
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

}  // namespace

void add_data(CLI::App& app, Command& chosen) {
    CLI::App* data = app.add_subcommand("data", "Check a folder of images, or draw one");
    data->require_subcommand(0, 1);
    add_data_check(*data, chosen);
    add_sample(*data, chosen);
}

}  // namespace graft

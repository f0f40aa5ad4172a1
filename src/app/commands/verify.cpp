#include "export/verify.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/image_paths.hpp"
#include "app/list_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "graft/core/errors.hpp"
#include "network/torch_device.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

struct VerifyArguments {
    std::string model, folder, against;
    std::vector<std::string> list;
    std::string device = "cpu";
    double tolerance = 1e-4;
    bool json = false;
};

std::string short_number(double value) { return value == 0 ? "0" : format_text("{:.1e}", value); }

std::vector<std::string> table_row(const ImageComparison& image) {
    return {image.image, image.reference, short_number(image.decode), short_number(image.tensor),
            short_number(image.outputs)};
}

/// A line per golden image; the images of the folder share one, with the largest differences.
std::string table(const Verification& verification, const std::string& folder, std::size_t folder_images) {
    std::vector<std::vector<std::string>> rows = {
        {"image", "compared with", "decode", "tensor", verification.images.front().outputs_are}};
    const std::size_t golden = verification.images.size() - folder_images;
    for (std::size_t i = 0; i < golden; ++i) rows.push_back(table_row(verification.images[i]));
    ImageComparison worst{
        .image = format_text("{} in {}", with_commas(static_cast<std::int64_t>(folder_images)), folder),
        .reference = verification.against};
    for (std::size_t i = golden; i < verification.images.size(); ++i) {
        const ImageComparison& image = verification.images[i];
        if (!image.error.empty()) continue;
        worst.decode = std::max(worst.decode, image.decode);
        worst.tensor = std::max(worst.tensor, image.tensor);
        worst.outputs = std::max(worst.outputs, image.outputs);
    }
    if (folder_images > 0) rows.push_back(table_row(worst));
    return aligned(rows);
}

/// Throws GateError naming the first stage that differs, and where.
void expect_equal(const Verification& verification) {
    const std::string stage = verification.first_difference();
    if (stage.empty()) return;
    if (stage == "contract") {
        std::string message = format_text("{} and {} do not say the same:", verification.model, verification.against);
        for (const std::string& line : verification.contract) message += "\n  " + line;
        throw GateError(message);
    }
    const auto first = std::ranges::find_if(verification.images, [&](const ImageComparison& image) {
        return image.first_difference(verification.tolerance) == stage;
    });
    throw GateError(
        format_text("{}: differs by more than {}; the first stage that does is {}, on {} (compared with {})",
                    verification.model, number_as_text(verification.tolerance), stage, first->image, first->reference));
}

/// Those of the folder or the list; none where there is neither.
std::vector<fs::path> files_to_compare(const VerifyArguments& arguments, const RunnableModel& model,
                                       Reporter& reporter) {
    const std::vector<std::string> places(arguments.folder.empty() ? 0 : 1, arguments.folder);
    const ListOptions recorded = model.info ? recorded_list_options(model.info->config) : ListOptions();
    return images_at(places, list_options(recorded, arguments.list, places), {}, reporter).files;
}

void verify(const VerifyArguments& arguments, const Session& session) {
    if (!arguments.folder.empty() && arguments.against.empty())
        throw ConfigError("FOLDER: its images are compared between two models; name the other one with --against");
    TerminalReporter reporter(session.screen);
    const ChosenDevice chosen = choose_device(arguments.device, "--device");
    if (!chosen.note.empty()) reporter.note(chosen.note);
    const RunnableModel model = open_runnable_model(arguments.model, chosen.device);
    Verification verification{.tolerance = arguments.tolerance, .model = model.file, .engine = model.engine};
    replay_golden_images(model, verification);
    std::vector<fs::path> files;
    if (!arguments.against.empty()) {
        const RunnableModel other = open_runnable_model(arguments.against);
        verification.against = other.file;
        verification.against_engine = other.engine;
        files = files_to_compare(arguments, model, reporter);
        reporter.start("comparing", files.size(), "images");
        compare_models(
            model, other, files, [&](std::size_t done) { reporter.advance(done); }, verification);
        reporter.finish();
    }
    if (const std::size_t count = verification.unreadable(); count > 0)
        reporter.warn(format_text("{} cannot be read and were not compared", count_of(count, "image")));
    if (arguments.json)
        print_json(to_json(verification));
    else
        std::cout << table(verification, arguments.folder, files.size());
    expect_equal(verification);
}

}  // namespace

void add_verify(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<VerifyArguments>();
    CLI::App* command = app.add_subcommand(
        "verify", "Check that a model gives here what it gave where it was made, or what another file gives");
    command->add_option("model", arguments->model, "The model, .pt or .onnx")->required()->type_name("MODEL");
    command->add_option("folder", arguments->folder, "With --against: images to compare on, in a folder or a list")
        ->type_name("FOLDER");
    takes_list_options(*command, arguments->list);
    command->add_option("--against", arguments->against, "Another file of the same model, .pt or .onnx")
        ->type_name("OTHER");
    command->add_option("--tolerance", arguments->tolerance, "Largest difference, on a scale of 0 to 1")
        ->capture_default_str()
        ->type_name("X")
        ->check(number_in(between(0, 1)));
    takes_device(*command, arguments->device,
                 "Where MODEL computes: auto, cpu, cuda, cuda:1; OTHER always does on the CPU");
    command->add_flag("--json", arguments->json, "Print one JSON object, with a row for every image");
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { verify(*arguments, session); }; });
}

}  // namespace graft

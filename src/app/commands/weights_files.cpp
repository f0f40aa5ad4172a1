#include <CLI/App.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/folders.hpp"
#include "core/text.hpp"
#include "export/weights_entry.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

struct AddArguments {
    std::string file;
    WeightsWords words;
    WeightsChoice choice;
    bool force = false;
};

struct ConvertArguments {
    std::string file, output, format, architecture;
    WeightsChoice choice;
    bool force = false;
};

void tell(const WeightsReport& report, const Session& session) {
    TerminalReporter reporter(session.screen);
    for (const std::string& note : report.notes) reporter.note(note);
    if (report.tensors > 0) reporter.note(count_of(report.tensors, "tensor"));
}

void add(const AddArguments& arguments, const Session& session) {
    const WeightsAddition addition = plan_addition(arguments.file, arguments.words, weights_folder());
    expect_free(addition.target, arguments.force, "--name");
    tell(add_to_folder(addition, arguments.choice, present(arguments.force)), session);
    TerminalReporter(session.screen).note(format_text("in a config: \"weights\": \"{}\"", addition.entry.name));
    std::cout << addition.target.string() << "\n";
}

/// "torchscript" or "safetensors": what is said, else what the output's name ends in.
std::string format_of(const ConvertArguments& arguments) {
    if (!arguments.format.empty()) return arguments.format;
    const std::string extension = fs::path(arguments.output).extension().string();
    if (extension == ".safetensors") return "safetensors";
    if (extension == ".pt") return "torchscript";
    throw ConfigError(format_text("--format: is needed: {} ends neither in .safetensors nor in .pt", arguments.output));
}

WeightsReport write_torchscript(const ConvertArguments& arguments) {
    WeightsEntry entry = entry_for(arguments.file, {.architecture = arguments.architecture});
    entry.file = fs::path(arguments.output).filename().string();
    return write_torchscript_weights(arguments.file, architecture_named(entry.architecture), entry, arguments.output,
                                     arguments.choice, present(arguments.force));
}

void convert(const ConvertArguments& arguments, const Session& session) {
    const bool safetensors = format_of(arguments) == "safetensors";
    if (safetensors && !arguments.architecture.empty())
        throw ConfigError("--architecture: is for --format torchscript; safetensors files hold tensors alone");
    expect_free(arguments.output, arguments.force, "OUTPUT");
    tell(safetensors ? write_safetensors_weights(arguments.file, arguments.output, arguments.choice)
                     : write_torchscript(arguments),
         session);
    std::cout << arguments.output << "\n";
}

void add_description_options(CLI::App& command, WeightsWords& words) {
    command.add_option("--name", words.name, "What configs call it; default: FILE's name")->type_name("NAME");
    command.add_option("--source", words.source, "Where it comes from; default: FILE's name")->type_name("TEXT");
    command.add_option("--licence", words.licence, "Its licence")->type_name("TEXT");
    command.add_option("--top-1", words.imagenet_top1, "Its accuracy on ImageNet, 0 to 1")->type_name("SHARE");
    const auto add_numbers = [&](const char* name, auto& values, const char* help) {
        return command.add_option(name, values, help)->delimiter(',')->allow_extra_args(false);
    };
    add_numbers("--input-size", words.input_size, "Pixels of the network's input: SIDE, or HEIGHT,WIDTH")
        ->type_name("PIXELS");
    command
        .add_option("--resize-shorter-side", words.resize_shorter_side,
                    "Pixels of the picture's shorter side before its middle is cut out")
        ->type_name("PIXELS");
    command.add_option("--interpolation", words.interpolation, "nearest, bilinear or bicubic")->type_name("NAME");
    add_numbers("--mean", words.mean, "On the scale 0 to 255")->type_name("R,G,B");
    add_numbers("--std", words.std, "On the scale 0 to 255")->type_name("R,G,B");
}

constexpr const char* kFileHelp = "A state dict (.pth, .safetensors), a training script's file, or TorchScript";

}  // namespace

void add_weights_add(CLI::App& weights, Command& chosen) {
    const auto arguments = std::make_shared<AddArguments>();
    CLI::App* command = weights.add_subcommand("add", "Add weights of your own, checked by loading them");
    command->add_option("file", arguments->file, kFileHelp)->required()->type_name("FILE");
    command->add_option("--architecture", arguments->words.architecture, "The network that it belongs to")
        ->type_name("NAME");
    add_description_options(*command, arguments->words);
    takes_weights_choice(*command, arguments->choice);
    takes_force(*command, arguments->force);
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { add(*arguments, session); }; });
}

void add_weights_convert(CLI::App& weights, Command& chosen) {
    const auto arguments = std::make_shared<ConvertArguments>();
    CLI::App* command = weights.add_subcommand("convert", "Write weights in another format");
    command->add_option("file", arguments->file, kFileHelp)->required()->type_name("FILE");
    command->add_option("output", arguments->output, "The file to write")->required()->type_name("OUTPUT");
    takes_one_of(command->add_option("--format", arguments->format, "Default: what OUTPUT ends in"),
                 {"torchscript", "safetensors"});
    command
        ->add_option("--architecture", arguments->architecture,
                     "TorchScript: the network that it belongs to, where FILE does not say")
        ->type_name("NAME");
    takes_weights_choice(*command, arguments->choice);
    takes_force(*command, arguments->force);
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { convert(*arguments, session); }; });
}

}  // namespace graft

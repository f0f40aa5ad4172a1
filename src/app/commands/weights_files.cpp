#include "app/commands/weights_files.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iostream>
#include <memory>

#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "config/read.hpp"
#include "core/files.hpp"
#include "core/folders.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "export/export_weights.hpp"
#include "graft/core/errors.hpp"
#include "weights/store/added_weights.hpp"
#include "weights/store/fetch_weights.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

struct AddArguments {
    std::string file, name, architecture, source, licence, interpolation;
    std::vector<std::int64_t> input_size;
    std::vector<double> mean, std;
    std::optional<std::int64_t> resize_shorter_side;
    std::optional<double> imagenet_top1;
    bool force = false;
};

struct ConvertArguments {
    std::string file, output, format, architecture;
    bool force = false;
};

/// The manifest's entry whose file this is, going by its name.
std::optional<WeightsEntry> published_as(const fs::path& file) {
    for (const WeightsEntry& entry : weights_manifest())
        if (entry.file == file.filename()) return entry;
    return std::nullopt;
}

/// The entry of a file that says what it is, by its content.
std::optional<WeightsEntry> entry_of(const fs::path& file) {
    if (const auto own = described_weights(file)) return own;
    const std::optional<WeightsEntry> published = published_as(file);
    try {
        if (published) expect_file_of(*published, file);
        return published;
    } catch (const DataError&) {
        return std::nullopt;  // the user's own, by a published name
    }
}

/// The file's name without extension; what names of weights do not have becomes '_'.
std::string name_of(const fs::path& file) {
    std::string name = file.stem().string();
    std::ranges::replace_if(
        name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '_' && c != '.' && c != '-'; }, '_');
    return name;
}

const ArchitectureRow& architecture_named(const std::string& name) {
    const ArchitectureRow* row = builtin_architectures().find(name);
    if (row != nullptr) return *row;
    const std::vector<std::string> known = builtin_architectures().names();
    throw ConfigError("--architecture: expected one of " + joined(known) + ", got \"" + name + "\"" +
                      did_you_mean(name, known));
}

/// What is known of a file before anything is said about it: its own entry, the manifest's, or that of the
/// architecture's usual weights. The name becomes that of the file.
WeightsEntry known_entry(const fs::path& file, const std::string& architecture) {
    std::optional<WeightsEntry> entry = entry_of(file);
    if (entry && (architecture.empty() || entry->architecture == architecture)) {
        entry->name = name_of(file);
        return *entry;
    }
    if (architecture.empty())
        throw ConfigError("--architecture: is needed: " + file.string() + " does not say what it belongs to; one of " +
                          joined(builtin_architectures().names()));
    WeightsEntry made{.name = name_of(file),
                      .architecture = architecture_named(architecture).name,
                      .source = file.filename().string(),
                      .licence = "not stated"};
    if (const auto usual = default_weights(architecture)) made.preprocessing = usual->preprocessing;
    return made;
}

/// What the command line says, as a part of the entry's JSON.
Json said(const AddArguments& arguments) {
    Json json = Json::object();
    Json preprocessing = Json::object();
    const auto text = [](Json& object, const char* key, const std::string& value) {
        if (!value.empty()) object[key] = value;
    };
    text(json, "name", arguments.name);
    text(json, "source", arguments.source);
    text(json, "licence", arguments.licence);
    text(preprocessing, "interpolation", arguments.interpolation);
    if (arguments.imagenet_top1) json["imagenet_top1"] = *arguments.imagenet_top1;
    if (arguments.input_size.size() > 2)
        throw ConfigError("--input-size: expected SIDE, or HEIGHT,WIDTH, got " +
                          std::to_string(arguments.input_size.size()) + " numbers");
    if (!arguments.input_size.empty()) {
        preprocessing["height"] = arguments.input_size.front();
        preprocessing["width"] = arguments.input_size.back();
    }
    if (arguments.resize_shorter_side) preprocessing["resize_shorter_side"] = *arguments.resize_shorter_side;
    if (!arguments.mean.empty()) preprocessing["mean"] = arguments.mean;
    if (!arguments.std.empty()) preprocessing["std"] = arguments.std;
    json["preprocessing"] = preprocessing;
    return json;
}

/// What is known and what is said, checked.
WeightsEntry described(WeightsEntry known, const Json& words) {
    known.url = known.sha256 = known.sha256_prefix = std::nullopt;  // those of another file
    known.bytes = known.parameters = std::nullopt;
    const Describe fields_of = [&](Fields& fields) { describe(fields, known); };
    Json json = write_options(fields_of);
    json.merge_patch(words);
    json["file"] = json.at("name").get<std::string>() + ".pt";
    std::vector<std::string> problems = read_options(json, fields_of);
    if (problems.empty()) problems = check_entry(known);
    std::erase_if(problems, [](const std::string& problem) { return problem.starts_with("/file"); });  // the name's
    for (std::string& problem : problems)
        if (problem.starts_with("/name")) problem.replace(0, 1, "--");
    if (!problems.empty()) throw ConfigError(problems);
    return known;
}

bool says_nothing(const AddArguments& arguments) {
    return arguments.architecture.empty() && said(arguments) == Json{{"preprocessing", Json::object()}};
}

/// The manifest's own file, brought by hand: it goes where a download would have put it.
void take_over(const WeightsEntry& entry, const fs::path& file, const fs::path& target) {
    expect_file_of(entry, file);
    WholeFile copy(target);
    read_blocks(file, [&](std::string_view block) { copy.write(block); });
    copy.commit();
}

void tell(const WeightsReport& report, const Session& session) {
    TerminalReporter reporter(session.screen);
    for (const std::string& note : report.notes) reporter.note(note);
    reporter.note(std::to_string(report.tensors) + " tensors");
}

void add(const AddArguments& arguments, const Session& session) {
    const fs::path folder = weights_folder(), file = arguments.file;
    const std::optional<WeightsEntry> published = published_as(file);
    const bool as_it_is = published && says_nothing(arguments);
    const WeightsEntry entry =
        as_it_is ? *published : described(known_entry(file, arguments.architecture), said(arguments));
    if (!as_it_is && find_weights(entry.name))
        throw ConfigError("--name: " + entry.name + " are weights of the manifest: choose another name");
    const fs::path target = folder / entry.file;
    if (!arguments.force) expect_nothing_at(target.string(), "replace it with --force, or choose another --name");
    if (as_it_is)
        take_over(entry, file, target);
    else
        tell(write_torchscript_weights(file, architecture_named(entry.architecture), entry, target), session);
    TerminalReporter(session.screen).note("a config names it so: \"weights\": \"" + entry.name + "\"");
    std::cout << target.string() << "\n";
}

/// "torchscript" or "safetensors": what is said, else what the output's name ends in.
std::string format_of(const ConvertArguments& arguments) {
    if (!arguments.format.empty()) return arguments.format;
    const std::string extension = fs::path(arguments.output).extension().string();
    if (extension == ".safetensors") return "safetensors";
    if (extension == ".pt") return "torchscript";
    throw ConfigError("--format: is needed: " + arguments.output + " ends neither in .safetensors nor in .pt");
}

void convert(const ConvertArguments& arguments, const Session& session) {
    const std::string format = format_of(arguments);
    if (format == "safetensors" && !arguments.architecture.empty())
        throw ConfigError("--architecture: is for --format torchscript; safetensors files hold tensors alone");
    if (!arguments.force) expect_nothing_at(arguments.output, "replace it with --force, or name another file");
    if (format == "safetensors") {
        tell(write_safetensors_weights(arguments.file, arguments.output), session);
    } else {
        WeightsEntry entry = described(known_entry(arguments.file, arguments.architecture), Json::object());
        entry.file = fs::path(arguments.output).filename().string();
        tell(write_torchscript_weights(arguments.file, architecture_named(entry.architecture), entry, arguments.output),
             session);
    }
    std::cout << arguments.output << "\n";
}

void add_description_options(CLI::App& command, AddArguments& arguments) {
    command.add_option("--name", arguments.name, "What configs call it; default: FILE's name")->type_name("NAME");
    command.add_option("--source", arguments.source, "Where it comes from; default: FILE's name")->type_name("TEXT");
    command.add_option("--licence", arguments.licence, "Its licence")->type_name("TEXT");
    command.add_option("--top-1", arguments.imagenet_top1, "Its accuracy on ImageNet, 0 to 1")->type_name("SHARE");
    const auto add_numbers = [&](const char* name, auto& values, const char* help) {
        return command.add_option(name, values, help)->delimiter(',')->allow_extra_args(false);
    };
    add_numbers("--input-size", arguments.input_size, "Pixels of the network's input: SIDE, or HEIGHT,WIDTH")
        ->type_name("PIXELS");
    command
        .add_option("--resize-shorter-side", arguments.resize_shorter_side,
                    "Pixels of the picture's shorter side before its middle is cut out")
        ->type_name("PIXELS");
    command.add_option("--interpolation", arguments.interpolation, "nearest, bilinear or bicubic")->type_name("NAME");
    add_numbers("--mean", arguments.mean, "On the scale 0 to 255")->type_name("R,G,B");
    add_numbers("--std", arguments.std, "On the scale 0 to 255")->type_name("R,G,B");
}

constexpr const char* kFileHelp = "A state dict (.pth, .safetensors), a wrapped checkpoint, or TorchScript";

}  // namespace

void add_weights_add(CLI::App& weights, Command& chosen) {
    const auto arguments = std::make_shared<AddArguments>();
    CLI::App* command = weights.add_subcommand("add", "Add weights of your own, checked by loading them");
    command->add_option("file", arguments->file, kFileHelp)->required()->type_name("FILE");
    command->add_option("--architecture", arguments->architecture, "The network that it belongs to")->type_name("NAME");
    add_description_options(*command, *arguments);
    command->add_flag("--force", arguments->force, "Replace weights that are already there");
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
    command->add_flag("--force", arguments->force, "Replace a file that is already there");
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { convert(*arguments, session); }; });
}

}  // namespace graft

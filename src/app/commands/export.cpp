#include <CLI/App.hpp>
#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/list_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "config/read.hpp"
#include "core/text.hpp"
#include "export/export_int8.hpp"
#include "export/exporter.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// An option that some of the formats take: the key that they know it by, and how it was typed.
struct FormatOption {
    std::string key, name;        ///< "weights_type", "--weights-type"
    CLI::Option* option;          ///< lives as long as the command line is read
    std::function<Json()> value;  ///< once the command line was read
};

struct ExportArguments {
    std::string model, format, output;
    std::string weights_type, ranges, test;
    std::vector<std::string> list;
    std::int64_t ranges_images = 0;
    bool optimize = false, force = false;
    std::vector<FormatOption> options;  ///< once the command line was read, those that were typed
};

bool takes(const ExporterRow& row, const std::string& key) {
    Exporter exporter = row.make();
    return write_options([&](Fields& fields) { exporter.describe(fields); }).contains(key);
}

/// "--optimize: is for --format torchscript"
std::string refusal(const FormatOption& refused) {
    std::vector<std::string> formats;
    for (const ExporterRow& row : builtin_exporters())
        if (takes(row, refused.key)) formats.push_back(row.name);
    return format_text("{}: is for --format {}", refused.name, joined(formats, " or "));
}

/// "/weights_type: …" as people typed it: "--weights-type: …".
std::string as_typed(std::string problem) {
    const std::size_t end = problem.find(':');
    std::replace(problem.begin(), problem.begin() + static_cast<std::ptrdiff_t>(std::min(end, problem.size())), '_',
                 '-');
    return problem.starts_with('/') ? "--" + problem.substr(1) : problem;
}

/// The format, with the options that were typed. Throws ConfigError.
Exporter chosen_exporter(const ExportArguments& arguments, const ExporterRow& row) {
    Json typed = Json::object();
    std::vector<std::string> problems;
    for (const FormatOption& option : arguments.options) {
        if (takes(row, option.key))
            typed[option.key] = option.value();
        else
            problems.push_back(refusal(option));
    }
    Exporter exporter = row.make();
    if (problems.empty()) problems = read_options(typed, [&](Fields& fields) { exporter.describe(fields); });
    if (problems.empty()) problems = exporter.contradictions();
    std::ranges::transform(problems, problems.begin(), as_typed);
    if (!problems.empty()) throw ConfigError(problems);
    return exporter;
}

fs::path default_output(const fs::path& model, const ExporterRow& row) {
    return model.parent_path() / (model.stem().string() + row.extension);
}

const char* alike_text(TaskKind task) {
    switch (task) {
        case TaskKind::multi_label: return "int8 finds the same classes as float32";
        case TaskKind::regression:
            return "int8 gives the same numbers as float32 within a tenth of a standard deviation";
        case TaskKind::classification: break;
    }
    return "int8 puts the class first that float32 puts first";
}

void tell(const ExportReport& report, Reporter& reporter) {
    reporter.note(report.form);
    if (report.difference)
        reporter.note(format_text("checked with OpenCV's DNN module: {} differ by at most {:.6g}",
                                  name_of_outputs(report.task), *report.difference));
    if (report.on_images && report.golden)
        reporter.note(format_text(
            "{} on {} of {} ranges images; {} differ by {:.2g} on average, on the golden images "
            "by at most {:.2g}",
            alike_text(report.task), report.on_images->same_class, report.on_images->images,
            name_of_outputs(report.task), report.on_images->mean_difference, report.golden->largest_difference));
    if (report.quality)
        reporter.note(format_text("{} on {} test images: float32 {:.4f}, int8 {:.4f}", report.quality->metric,
                                  report.quality->images, report.quality->float32, report.quality->int8));
    if (!report.note.empty()) reporter.warn(report.note);
}

void export_model(const ExportArguments& arguments, const Session& session) {
    const ExporterRow& row = *builtin_exporters().find(arguments.format);  // one of them: the option takes no other
    const Exporter exporter = chosen_exporter(arguments, row);
    const fs::path model = arguments.model;
    const fs::path output = arguments.output.empty() ? default_output(model, row) : fs::path(arguments.output);
    expect_free(output, arguments.force, "--output");
    TerminalReporter reporter(session.screen);
    const ModelFile loaded = load_model(model);
    tell(exporter.build({.model = loaded, .file = output, .reporter = reporter, .present = present(arguments.force)}),
         reporter);
    std::cout << output.string() << "\n";
}

/// "torchscript: for any LibTorch or PyTorch program; onnx: …"
std::string formats_text() {
    std::vector<std::string> formats;
    for (const ExporterRow& row : builtin_exporters()) formats.push_back(format_text("{}: {}", row.name, row.summary));
    return joined(formats, "; ");
}

/// @param arguments outlive the command
void add_format_options(CLI::App& command, ExportArguments& arguments) {
    const auto add = [&](const char* key, CLI::Option* option, const auto& value) {
        arguments.options.push_back({key, option->get_name(), option, [&value]() -> Json { return value; }});
        return option;
    };
    // A path goes through JSON as a config has it.
    const auto add_path = [&](const char* key, CLI::Option* option, const std::string& path) {
        arguments.options.push_back({key, option->get_name(), option, [&path]() -> Json { return escaped(path); }});
        return option;
    };
    takes_one_of(add("weights_type",
                     command.add_option("--weights-type", arguments.weights_type, "How an ONNX file stores weights"),
                     arguments.weights_type),
                 {"float32", "float16", "int8"})
        ->default_str("float32");
    add_path("ranges",
             command.add_option("--ranges", arguments.ranges,
                                "int8: a folder or list of images to find the ranges of activations on"),
             arguments.ranges)
        ->type_name("FOLDER");
    add("ranges_images",
        command.add_option("--ranges-images", arguments.ranges_images, "int8: at most so many of them"),
        arguments.ranges_images)
        ->default_str(std::to_string(Int8Options().ranges_images))
        ->type_name("N")
        ->check(integer_in(at_least(1)));
    add_path("test",
             command.add_option("--test", arguments.test,
                                "int8: class folders or a list to tell the accuracy on, before and after"),
             arguments.test)
        ->type_name("FOLDER");
    add("list", takes_list_options(command, arguments.list), arguments.list);
    add("optimize", command.add_flag("--optimize", arguments.optimize, "TorchScript: frozen, with batch norms folded"),
        arguments.optimize);
}

}  // namespace

void add_export(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<ExportArguments>();
    CLI::App* command = app.add_subcommand("export", "Write a model for other programs");
    command->add_option("model", arguments->model, "The model, for example runs/NAME/model.pt")
        ->required()
        ->type_name("MODEL");
    takes_one_of(command->add_option("--format", arguments->format, formats_text()), builtin_exporters().names())
        ->required();
    command->add_option("--output", arguments->output, "Default: MODEL's name with another extension")
        ->type_name("FILE");
    add_format_options(*command, *arguments);
    takes_force(*command, arguments->force);
    command->callback([arguments, &chosen] {
        std::erase_if(arguments->options, [](const FormatOption& option) { return option.option->count() == 0; });
        chosen = [arguments](const Session& session) { export_model(*arguments, session); };
    });
}

}  // namespace graft

#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "app/results.hpp"
#include "core/suggest.hpp"
#include "deploy/model_file.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

struct ExportArguments {
    std::string model, format, output;
    bool force = false;
};

void expect_known_format(const std::string& format) {
    const std::vector<std::string> known = {"torchscript"};
    if (format == known.front()) return;
    if (format == "onnx")
        throw ConfigError("--format onnx: this version of graft does not write it; it writes: torchscript");
    throw ConfigError("--format " + format + ": unknown" + did_you_mean(format, known) +
                      "; this version of graft writes: torchscript");
}

fs::path default_output(const fs::path& model) {
    return model.parent_path() / (model.stem().string() + ".torchscript.pt");
}

void export_model(const ExportArguments& arguments) {
    expect_known_format(arguments.format);
    const fs::path model = arguments.model;
    const fs::path output = arguments.output.empty() ? default_output(model) : fs::path(arguments.output);
    if (!arguments.force) expect_nothing_at(output.string(), "replace it with --force, or name another with --output");
    const ModelFile file = load_model(model);
    save_model(output, file.module, file.info);
    std::cout << output.string() << "\n";
}

}  // namespace

void add_export(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<ExportArguments>();
    CLI::App* command = app.add_subcommand("export", "Write a model for other programs");
    command->add_option("model", arguments->model, "The model, for example runs/NAME/model.pt")
        ->required()
        ->type_name("MODEL");
    command->add_option("--format", arguments->format, "torchscript: for any LibTorch or PyTorch program")
        ->required()
        ->type_name("FORMAT");
    command->add_option("--output", arguments->output, "Default: MODEL's name with .torchscript.pt")->type_name("FILE");
    command->add_flag("--force", arguments->force, "Replace a file that is already there");
    command->callback([arguments, &chosen] { chosen = [arguments](const Session&) { export_model(*arguments); }; });
}

}  // namespace graft

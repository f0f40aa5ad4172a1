#include <CLI/App.hpp>
#include <iostream>
#include <memory>
#include <sstream>

#include "app/commands/commands.hpp"
#include "app/option_checks.hpp"
#include "app/output_file.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/registry.hpp"
#include "core/text.hpp"
#include "export/export_int8.hpp"
#include "export/export_model.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

struct ExportArguments {
    std::string model, format, output;
    std::string weights_type = "float32";
    std::string calibrate, test;
    std::size_t calibration_images = Int8Options().calibration_images;
    bool optimize = false, force = false;
};

/// A format: its name on the command line, how its files end, what writes it.
struct FormatRow {
    std::string name, extension;
    ExportReport (*write)(ModelFile model, const fs::path& file, const ExportArguments& arguments, Reporter& reporter);
};

ExportReport write_torchscript(ModelFile model, const fs::path& file, const ExportArguments& arguments, Reporter&) {
    return export_torchscript(model, file, arguments.optimize ? TorchScriptForm::frozen : TorchScriptForm::trainable);
}

ExportReport write_onnx(ModelFile model, const fs::path& file, const ExportArguments& arguments, Reporter& reporter) {
    if (arguments.weights_type == "int8")
        return export_int8(std::move(model), file,
                           {.calibrate = arguments.calibrate,
                            .calibration_images = arguments.calibration_images,
                            .test = arguments.test},
                           reporter);
    const bool half = arguments.weights_type == "float16";
    return export_onnx(std::move(model), file, half ? WeightsType::float16 : WeightsType::float32);
}

ExportReport write_safetensors(ModelFile model, const fs::path& file, const ExportArguments&, Reporter&) {
    return export_safetensors(model, file);
}

const Registry<FormatRow>& formats() {
    static const Registry<FormatRow> table{{"torchscript", ".torchscript.pt", write_torchscript},
                                           {"onnx", ".onnx", write_onnx},
                                           {"safetensors", ".safetensors", write_safetensors}};
    return table;
}

/// Images are for int8, and int8 needs them. Throws ConfigError.
void expect_int8_options(const ExportArguments& arguments) {
    const bool int8 = arguments.weights_type == "int8";
    if (int8 && arguments.calibrate.empty())
        throw ConfigError("--weights-type int8: needs images to find the ranges of activations: --calibrate FOLDER");
    if (!int8 && !arguments.calibrate.empty()) throw ConfigError("--calibrate: is for --weights-type int8");
    if (!int8 && !arguments.test.empty()) throw ConfigError("--test: is for --weights-type int8");
}

/// The format, with options that it takes. Throws ConfigError.
const FormatRow& chosen_format(const ExportArguments& arguments) {
    const FormatRow* row = formats().find(arguments.format);  // one of them: the option takes no other
    if (arguments.optimize && row->name != "torchscript")
        throw ConfigError("--optimize: is for --format torchscript; " + row->name +
                          (row->name == "onnx" ? " is always written optimised" : " holds weights alone"));
    if (arguments.weights_type != "float32" && row->name != "onnx")
        throw ConfigError("--weights-type " + arguments.weights_type + ": is for --format onnx");
    expect_int8_options(arguments);
    return *row;
}

fs::path default_output(const fs::path& model, const FormatRow& row) {
    return model.parent_path() / (model.stem().string() + row.extension);
}

std::string short_number(double value) {
    std::ostringstream text;
    text.precision(2);
    text << value;
    return text.str();
}

void tell(const ExportReport& report, Reporter& reporter) {
    reporter.note(report.form);
    if (report.difference) {
        std::ostringstream text;
        text << "checked with OpenCV's DNN module: probabilities differ by at most " << *report.difference;
        reporter.note(text.str());
    }
    if (report.calibration && report.golden)
        reporter.note(
            "int8 puts the class first that float32 puts first on " + std::to_string(report.calibration->same_class) +
            " of " + std::to_string(report.calibration->images) + " calibration images; probabilities differ by " +
            short_number(report.calibration->mean_difference) + " on average, on the golden images by at most " +
            short_number(report.golden->largest_difference));
    if (report.accuracy)
        reporter.note("accuracy on " + std::to_string(report.accuracy->images) + " test images: float32 " +
                      four_decimals(report.accuracy->float32) + ", int8 " + four_decimals(report.accuracy->int8));
    if (!report.note.empty()) reporter.warn(report.note);
}

void export_model(const ExportArguments& arguments, const Session& session) {
    const FormatRow& row = chosen_format(arguments);
    const fs::path model = arguments.model;
    const fs::path output = arguments.output.empty() ? default_output(model, row) : fs::path(arguments.output);
    expect_free(output, arguments.force, "--output");
    TerminalReporter reporter(session.screen);
    tell(row.write(load_model(model), output, arguments, reporter), reporter);
    std::cout << output.string() << "\n";
}

}  // namespace

void add_export(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<ExportArguments>();
    CLI::App* command = app.add_subcommand("export", "Write a model for other programs");
    command->add_option("model", arguments->model, "The model, for example runs/NAME/model.pt")
        ->required()
        ->type_name("MODEL");
    takes_one_of(
        command->add_option("--format", arguments->format,
                            "torchscript: for any LibTorch or PyTorch program; onnx: for ONNX Runtime, OpenCV and "
                            "others; safetensors: the weights alone"),
        formats().names())
        ->required();
    command->add_option("--output", arguments->output, "Default: MODEL's name with another extension")
        ->type_name("FILE");
    takes_one_of(command->add_option("--weights-type", arguments->weights_type, "How an ONNX file stores weights"),
                 {"float32", "float16", "int8"})
        ->capture_default_str();
    command->add_option("--calibrate", arguments->calibrate, "int8: images to find the ranges of activations on")
        ->type_name("FOLDER");
    command->add_option("--calibration-images", arguments->calibration_images, "int8: at most so many of them")
        ->capture_default_str()
        ->type_name("N")
        ->check(integer_in(at_least(1)));
    command->add_option("--test", arguments->test, "int8: class folders to tell the accuracy on, before and after")
        ->type_name("FOLDER");
    command->add_flag("--optimize", arguments->optimize, "TorchScript: frozen, with batch norms folded");
    takes_force(*command, arguments->force);
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { export_model(*arguments, session); }; });
}

}  // namespace graft

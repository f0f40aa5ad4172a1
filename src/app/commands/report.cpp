#include "report/report.hpp"

#include <CLI/App.hpp>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/results.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "run/heat_maps.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr const char* kComparisonName = "comparison.html";

struct ReportArguments {
    std::vector<std::string> runs;
    std::string output, plots;
    bool force = false;
};

/// Beside the run's other files, or here for several runs.
fs::path report_file(const ReportArguments& arguments) {
    if (!arguments.output.empty()) return arguments.output;
    return arguments.runs.size() == 1 ? fs::path(arguments.runs.front()) / kReportName : fs::path(kComparisonName);
}

/// A report in a run folder is graft's own, and replaced by its successor. Whatever else is there stays.
void expect_report_free(const ReportArguments& arguments, const fs::path& file) {
    if (!arguments.output.empty() || arguments.runs.size() > 1 || !is_report_or_absent(file))
        expect_free(file, arguments.force, "--output");
}

void write_plots(const ReportArguments& arguments, const ReportSource& source) {
    const std::vector<PlotFile> plots = plot_files(source);
    for (const PlotFile& plot : plots) expect_free(fs::path(arguments.plots) / plot.name, arguments.force, "--plots");
    for (const PlotFile& plot : plots)
        write_file(fs::path(arguments.plots) / plot.name, plot.text, present(arguments.force));
}

void report(const ReportArguments& arguments) {
    const fs::path file = report_file(arguments);
    expect_report_free(arguments, file);
    std::vector<ReportSource> sources;
    for (const std::string& run : arguments.runs) sources.push_back(read_report_source(run));
    if (!arguments.plots.empty()) {
        if (sources.size() > 1) throw ConfigError("--plots: is for one run, not for several");
        write_plots(arguments, sources.front());
    }
    const bool one = sources.size() == 1;
    write_file(file, one ? report_of(sources.front(), heat_maps_of(sources.front().model)) : comparison_of(sources));
    std::cout << format_text("report    {}\n", file.string());
}

}  // namespace

void add_report(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<ReportArguments>();
    CLI::App* command = app.add_subcommand("report", "Write a run's report once more, or compare several runs");
    command
        ->add_option("runs", arguments->runs,
                     "Run folders, or folders that graft evaluate has written; several are compared")
        ->required()
        ->type_name("RUN");
    command
        ->add_option("--output", arguments->output,
                     "The report's file, instead of report.html in the run folder or comparison.html here")
        ->type_name("FILE");
    command->add_option("--plots", arguments->plots, "Write the curves as SVG files into this folder too")
        ->type_name("FOLDER");
    takes_force(*command, arguments->force);
    command->callback([arguments, &chosen] { chosen = [arguments](const Session&) { report(*arguments); }; });
}

}  // namespace graft

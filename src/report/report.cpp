#include "report/report.hpp"

#include <functional>
#include <string_view>

#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostThumbnails = 320;  ///< about 1.3 MB
constexpr int kRefreshSeconds = 3;
constexpr std::size_t kBeginning = 1000;  ///< of a document, that holds its generator
constexpr std::string_view kGenerator = "name=\"generator\" content=\"graft ";

std::string kicker_of(const ReportSource& source) {
    if (!source.run) return "Evaluation";
    return source.finished ? "Training run" : "Training run, not over yet";
}

Markup subtitle_of(const ReportSource& source) {
    if (!source.run) return element("p", {{"class", "soft"}}, shown(source.test->model));
    const RunRecord& run = *source.run;
    std::string text = source.task();
    if (!run.phases.empty())
        text += format_text(" · {} · {}", run.phases.back().model.backbone,
                            count_of(static_cast<std::uint64_t>(run.data.train), "training image"));
    if (!run.finished.empty()) text += " · " + run.finished;
    return element("p", {{"class", "soft"}}, text);
}

Page page_of(const ReportSource& source) {
    return {.title = source.name, .kicker = kicker_of(source), .subtitle = subtitle_of(source), .sections = {}};
}

/// Writes what `make` gives. A file that graft did not write is left alone.
void write_or_warn(const std::filesystem::path& folder, Reporter& reporter, const std::function<std::string()>& make) {
    const std::filesystem::path file = folder / kReportName;
    try {
        if (!is_report_or_absent(file)) throw Error("there is a file of this name that graft did not write");
        write_file(file, make());
    } catch (const std::exception& error) {
        reporter.warn(format_text("{} is not written: {}", file, error.what()));
    }
}

}  // namespace

std::string report_of(const ReportSource& source, const DrawHeatMaps& draw) {
    Thumbnails thumbnails(kMostThumbnails);
    Page page = page_of(source);
    page.sections = {{"verdict", "Verdict", verdict_section(source)},
                     {"card", source.run ? "What was run" : "What was evaluated", card_section(source), "Run"},
                     {"curves", "How training went", course_section(source), "Training"}};
    Markup mistakes =
        mistakes_section(source, thumbnails, draw);  // these pictures come first where there may be too many
    page.sections.push_back(
        {"confusion", "What is taken for what", confusion_section(source, thumbnails), "Confusion"});
    page.sections.push_back({"classes", "Class by class", classes_section(source), "Classes"});
    page.sections.push_back({"labels", "Label by label", labels_section(source), "Labels"});
    page.sections.push_back({"numbers", "Predicted and true", numbers_section(source), "Numbers"});
    page.sections.push_back(
        {"reliability", "Can the probabilities be trusted?", reliability_section(source), "Reliability"});
    page.sections.push_back({"mistakes", "The worst mistakes", std::move(mistakes), "Mistakes"});
    page.sections.push_back({"data", "What is odd about the data", data_section(source, thumbnails), "Data"});
    page.sections.push_back({"augmentation", "What the network saw", augmentation_section(source), "Augmentation"});
    page.sections.push_back({"time", "Where the time went", time_section(source), "Time"});
    page.sections.push_back({"use", "How to use the model", use_section(source), "Use"});
    return document_of(page);
}

std::string watched_report(const ReportSource& source) {
    Page page = page_of(source);
    page.refresh_seconds = kRefreshSeconds;
    page.sections = {{"verdict", "So far", verdict_section(source)},
                     {"curves", "How training goes", course_section(source)},
                     {"card", "What is run", card_section(source)}};
    return document_of(page);
}

std::vector<PlotFile> plot_files(const ReportSource& source) {
    std::vector<PlotFile> files;
    for (const auto plots_of : {course_plots, reliability_plots, number_plots})
        for (const NamedPlot& plot : plots_of(source)) files.push_back({plot.name + ".svg", plot.plot.file()});
    return files;
}

bool is_report_or_absent(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) return true;
    try {
        return read_beginning(file, kBeginning).find(kGenerator) != std::string::npos;
    } catch (const DataError&) {
        return false;
    }
}

void write_report_or_warn(const std::filesystem::path& folder, const ReportContext& context, Reporter& reporter) {
    write_or_warn(folder, reporter, [&] {
        ReportSource source = read_report_source(folder, context.model_hash);
        source.gates = context.gates;
        if (source.model.empty()) source.model = context.model;
        return report_of(source, context.heat_maps);
    });
}

void write_watched_report_or_warn(const std::filesystem::path& folder, const std::vector<EpochRecord>& history,
                                  Reporter& reporter) {
    write_or_warn(folder, reporter, [&] {
        ReportSource source = read_report_source(folder);
        if (source.run && !source.finished) {
            source.run->history = history;
            source.run->kept = history.empty() ? 0 : history.size() - 1;
        }
        return watched_report(source);
    });
}

}  // namespace graft

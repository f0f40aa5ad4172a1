/// @file
/// The report that people open first: a run folder's files as one HTML file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graft/core/reporter.hpp"
#include "report/heat_maps.hpp"
#include "report/source.hpp"

namespace graft {

inline constexpr const char* kReportName = "report.html";

/// The whole document. Images are read from where they lie; those that are gone are left empty.
/// @param draw is asked for the few pictures that are shown with what the model saw in them
[[nodiscard]] std::string report_of(const ReportSource& source, const DrawHeatMaps& draw = {});
/// The same of a run that goes on: curves and figures without pictures, and the browser reads it again by itself.
[[nodiscard]] std::string watched_report(const ReportSource& source);
/// Several runs side by side. @param sources at least two
[[nodiscard]] std::string comparison_of(const std::vector<ReportSource>& sources);

/// The pictures of a report as SVG files, by name: "loss.svg".
struct PlotFile {
    std::string name, text;
};
[[nodiscard]] std::vector<PlotFile> plot_files(const ReportSource& source);

/// Whether a file is a report, or there is none: what may be replaced without being asked.
[[nodiscard]] bool is_report_or_absent(const std::filesystem::path& file);

/// What the files of a folder do not say.
struct ReportContext {
    std::vector<JudgedGate> gates = {};
    std::filesystem::path model = {};  ///< of an evaluation
    std::string model_hash = {};       ///< its SHA-256 where it is known; it is computed else
    DrawHeatMaps heat_maps = {};
};
/// Writes report.html into a folder whose other files are written. The work is good without it: what goes wrong is a
/// warning.
void write_report_or_warn(const std::filesystem::path& folder, const ReportContext& context, Reporter& reporter);
/// The same while a run goes on.
void write_watched_report_or_warn(const std::filesystem::path& folder, const std::vector<EpochRecord>& history,
                                  Reporter& reporter);

}  // namespace graft

/// @file
/// Formats that a model is written in for other programs. One file each in export/exporters/, one line each in
/// export/exporters/builtin_exporters.inc.
#pragma once

#include <filesystem>
#include <string>

#include "config/fields.hpp"
#include "config/plugin.hpp"
#include "core/registry.hpp"
#include "export/export_model.hpp"
#include "graft/core/reporter.hpp"

namespace graft {

/// What is written, and where.
struct ExportContext {
    const ModelFile& model;
    std::filesystem::path file;
    Reporter& reporter;                   ///< of phases that take long
    Present present = Present::replaced;  ///< what becomes of a file that has the name
};

/// What a format gets that has the network's outputs alone: where the model decides by distance, a warning says that
/// the file does not.
[[nodiscard]] ModelFile without_vectors(const ExportContext& context);

/// A format with its options. To build it is to write the file, whole or not at all; it gives what was written.
using Exporter = Plugin<ExportReport, ExportContext>;
struct ExporterRow : PluginRow<ExportReport, ExportContext> {
    std::string extension;  ///< how its files end: ".onnx"
};

#define GRAFT_EXPORTER(name) [[nodiscard]] ExporterRow name##_row();
#include "export/exporters/builtin_exporters.inc"
#undef GRAFT_EXPORTER

/// graft's own formats.
[[nodiscard]] const Registry<ExporterRow>& builtin_exporters();

}  // namespace graft

/// The weights alone, under the names of published state dicts.
#include "export/exporter.hpp"

namespace graft {
namespace {

struct SafetensorsOptions {};
void describe(Fields&, SafetensorsOptions&) {}

ExportReport build(const SafetensorsOptions&, const ExportContext& context) {
    return export_safetensors(without_vectors(context), context.file, context.present);
}

}  // namespace

ExporterRow safetensors_row() {
    auto row = plugin_row<ExporterRow, SafetensorsOptions>("safetensors", "the weights alone");
    row.extension = ".safetensors";
    return row;
}

}  // namespace graft

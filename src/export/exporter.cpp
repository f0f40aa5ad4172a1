#include "export/exporter.hpp"

namespace graft {

const Registry<ExporterRow>& builtin_exporters() {
    static const Registry<ExporterRow> table{
#define GRAFT_EXPORTER(name) name##_row(),
#include "export/exporters/builtin_exporters.inc"
#undef GRAFT_EXPORTER
    };
    return table;
}

}  // namespace graft

#include "export/exporter.hpp"

#include "core/text.hpp"

namespace graft {

ModelFile without_vectors(const ExportContext& context) {
    if (context.model.info.references)
        context.reporter.warn(
            format_text("{}: does not hold the training images' vectors: it says nothing of distances, and answers "
                        "where model.pt says \"unknown\" by distance",
                        context.file));
    return {context.model.module, without_distance(context.model.info)};
}

const Registry<ExporterRow>& builtin_exporters() {
    static const Registry<ExporterRow> table{
#define GRAFT_EXPORTER(name) name##_row(),
#include "export/exporters/builtin_exporters.inc"
#undef GRAFT_EXPORTER
    };
    return table;
}

}  // namespace graft

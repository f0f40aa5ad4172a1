/// model.pt again, as it is or frozen.
#include "export/exporter.hpp"

namespace graft {
namespace {

struct TorchScriptOptions {
    bool optimize = false;
};
void describe(Fields& fields, TorchScriptOptions& options) {
    fields.field("optimize", options.optimize, "Frozen, with batch norms folded.");
}

ExportReport build(const TorchScriptOptions& options, const ExportContext& context) {
    return export_torchscript(context.model, context.file,
                              options.optimize ? TorchScriptForm::frozen : TorchScriptForm::trainable, context.present);
}

}  // namespace

ExporterRow torchscript_row() {
    auto row = plugin_row<ExporterRow, TorchScriptOptions>("torchscript", "for any LibTorch or PyTorch program");
    row.extension = ".torchscript.pt";
    return row;
}

}  // namespace graft

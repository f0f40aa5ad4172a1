/// ONNX with weights of 32, 16 or 8 bits.
#include "data/list/table.hpp"
#include "export/export_int8.hpp"
#include "export/exporter.hpp"

namespace graft {

enum class OnnxWeights { float32, float16, int8 };
template <>
inline constexpr auto enum_names<OnnxWeights> = std::to_array<std::string_view>({"float32", "float16", "int8"});

namespace {

struct OnnxOptions {
    OnnxWeights weights_type = OnnxWeights::float32;
    std::string ranges, test;
    std::vector<std::string> list;
    std::int64_t ranges_images = static_cast<std::int64_t>(Int8Options().ranges_images);
};
void describe(Fields& fields, OnnxOptions& options) {
    fields.choice("weights_type", options.weights_type, "How the file stores weights.");
    fields.path("ranges", options.ranges, "int8: a folder or a list of images to find the ranges of activations on.");
    fields.field("ranges_images", options.ranges_images, "int8: at most so many of them.", at_least(1));
    fields.path("test", options.test, "int8: class folders or a list to tell the accuracy on, before and after.");
    fields.field("list", options.list, "int8: how lists are read, KEY=VALUE as in /data/list of a config.");
}

/// Images are for int8, and int8 needs them.
std::vector<std::string> contradictions(const OnnxOptions& options) {
    const bool int8 = options.weights_type == OnnxWeights::int8;
    if (int8 && options.ranges.empty())
        return {"/ranges: is missing: int8 weights need images to find the ranges of activations on"};
    std::vector<std::string> problems;
    if (!int8 && !options.ranges.empty()) problems.emplace_back("/ranges: is for int8 weights");
    if (!int8 && !options.test.empty()) problems.emplace_back("/test: is for int8 weights");
    if (!options.list.empty() && !is_list(options.ranges) && !is_list(options.test))
        problems.emplace_back("/list: is for lists, and none is given: a .csv, .tsv or .jsonl file");
    return problems;
}

ExportReport build(const OnnxOptions& options, const ExportContext& context) {
    if (options.weights_type == OnnxWeights::int8)
        return export_int8(without_vectors(context), context.file,
                           {.ranges = options.ranges,
                            .ranges_images = static_cast<std::size_t>(options.ranges_images),
                            .test = options.test,
                            .list = with_assignments(recorded_list_options(context.model.info.config), options.list)},
                           context.reporter, context.present);
    const bool half = options.weights_type == OnnxWeights::float16;
    return export_onnx(without_vectors(context), context.file, half ? WeightsType::float16 : WeightsType::float32,
                       context.present);
}

}  // namespace

ExporterRow onnx_row() {
    auto row = plugin_row<ExporterRow, OnnxOptions>("onnx", "for ONNX Runtime, OpenCV and others");
    row.extension = ".onnx";
    return row;
}

}  // namespace graft

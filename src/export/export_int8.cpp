#include "export/export_int8.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <span>

#include "core/files.hpp"
#include "core/text.hpp"
#include "data/given_images.hpp"
#include "export/onnx/quantise.hpp"
#include "export/onnx/write_onnx.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"
#include "network/network_input.hpp"
#include "task/evaluator.hpp"
#include "task/task.hpp"

namespace graft {
namespace {

constexpr std::size_t kPerCall = 16;  // images; also those whose extremes count as one

namespace fs = std::filesystem;

/// At most `most` of them, evenly spaced.
std::vector<fs::path> evenly(const std::vector<fs::path>& files, std::size_t most) {
    std::vector<fs::path> chosen;
    const std::size_t count = std::min(most, files.size());
    for (std::size_t i = 0; i < count; ++i) chosen.push_back(files[i * files.size() / count]);
    return chosen;
}

std::vector<fs::path> ranges_images(const Int8Options& options, Reporter& reporter) {
    NamedImages images;
    append_images(images, options.ranges.string(), options.list, {.asked_by = AskedBy::command}, PartKind::train);
    tell(images.remarks, reporter);
    if (images.files.empty()) throw DataError(format_text("{}: there are no images to find ranges on", options.ranges));
    return evenly(images.files, options.ranges_images);
}

/// The images that test, with what is true of them; none where none are given. Before anything is computed: what is
/// wrong with them is said at once.
ImageFolder test_images(const Int8Options& options, const ModelInfo& info, Reporter& reporter) {
    if (options.test.empty()) return {};
    const TargetKind kind = builtin_tasks().find(std::string(text_of(info.task)))->targets;
    ImageFolder images =
        labelled_images(options.test, kind, info.outputs, {.list = options.list, .may_lack_split_column = true},
                        {.asked_by = AskedBy::command});
    tell(images.remarks, reporter);
    return images;
}

/// What some network gives. float32 [N,3,H,W] -> probabilities [N,K]
using Network = std::function<at::Tensor(const at::Tensor&)>;

/// What each network gives for all images, as one phase of progress. @return a tensor [N,K] for each
std::vector<at::Tensor> probabilities_of(const std::vector<Network>& networks, const std::vector<fs::path>& files,
                                         const Preprocessing& preprocessing, const char* phase, Reporter& reporter) {
    std::vector<std::vector<at::Tensor>> results(networks.size());
    reporter.start(phase, files.size(), "images");
    for (std::size_t first = 0; first < files.size(); first += kPerCall) {
        const std::size_t end = std::min(first + kPerCall, files.size());
        std::vector<at::Tensor> inputs;
        for (std::size_t i = first; i < end; ++i)
            inputs.push_back(to_network_input(
                resize_to_input(decode_image_file(files[i], {.input = preprocessing}), preprocessing)));
        const at::Tensor batch = at::cat(inputs);  // [n,3,H,W], channels-last
        for (std::size_t i = 0; i < networks.size(); ++i) results[i].push_back(networks[i](batch));
        reporter.advance(end);
    }
    reporter.finish();
    std::vector<at::Tensor> whole;
    for (const std::vector<at::Tensor>& parts : results) whole.push_back(at::cat(parts));
    return whole;
}

/// Of the golden images: what the quantised network gives beside what the model says.
Int8Comparison compare_on_golden_images(const ModelInfo& info, const Network& int8) {
    std::vector<at::Tensor> expected, found;
    for (const GoldenImage& golden : info.golden) {
        const cv::Mat rgb = decode_image(golden.encoded, golden.name);
        found.push_back(int8(to_network_input(resize_to_input(rgb, info.preprocessing))));
        expected.push_back(at::tensor(golden.outputs).unsqueeze(0));
    }
    return compare_int8(at::cat(expected), at::cat(found), info);
}

/// As `graft evaluate` measures it.
MeasuredMetric first_metric(const at::Tensor& outputs, const std::vector<Sample>& samples, const ModelInfo& info) {
    const std::unique_ptr<Evaluator> evaluator =
        make_evaluator(info.task, {.outputs = info.outputs, .thresholds = info.thresholds, .top_k = {}});
    const at::Tensor rows = outputs.contiguous();  // [N,K]
    const std::size_t count = info.outputs.size();
    for (std::size_t i = 0; i < samples.size(); ++i)
        evaluator->add(samples[i], std::span(rows.const_data_ptr<float>() + i * count, count));
    return evaluator->finish("").metrics().front();
}

Int8Quality quality_of(const Network& float32, const Network& int8, const ModelInfo& info,
                       const std::vector<Sample>& samples, Reporter& reporter) {
    std::vector<fs::path> files;
    for (const Sample& sample : samples) files.emplace_back(sample.file);
    const std::vector<at::Tensor> both =
        probabilities_of({float32, int8}, files, info.preprocessing, "testing", reporter);
    const MeasuredMetric before = first_metric(both[0], samples, info), after = first_metric(both[1], samples, info);
    return {before.name, samples.size(), before.value, after.value};
}

void expect_alike(const Int8Comparison& found, TaskKind task, const std::string& file) {
    if (found.unlikely_class * 10 <= found.images) return;
    if (task != TaskKind::classification)
        throw Error(
            format_text("{}: not written: on {} of {} images that the ranges are from, int8 gives {} that differ by "
                        "more than half{}; at most one in ten is allowed",
                        file, found.unlikely_class, found.images, name_of_outputs(task),
                        task == TaskKind::regression ? " a standard deviation" : ""));
    throw Error(
        format_text("{}: not written: on {} of {} ranges images int8 puts a class first that float32 finds less than "
                    "half as likely as its own; at most one in ten is allowed",
                    file, found.unlikely_class, found.images));
}

}  // namespace

Int8Comparison compare_int8(const at::Tensor& float32, const at::Tensor& int8) {
    const at::Tensor first = float32.argmax(1, true), chosen = int8.argmax(1, true);         // [N,1]
    const at::Tensor unlikely = float32.gather(1, chosen) < 0.5 * float32.gather(1, first);  // [N,1]
    const at::Tensor broken = at::isfinite(int8).logical_not().any(1, true);                 // [N,1]
    const at::Tensor difference = (float32 - int8).abs().nan_to_num(1, 1, 1).amax(1);        // [N]
    const auto count = [](const at::Tensor& flags) {
        return static_cast<std::size_t>(flags.sum().item<std::int64_t>());
    };
    return {.images = static_cast<std::size_t>(float32.size(0)),
            .same_class = count((first == chosen).logical_and(broken.logical_not())),
            .unlikely_class = count(unlikely.logical_or(broken)),
            .mean_difference = difference.mean().item<double>(),
            .largest_difference = difference.max().item<double>()};
}

Int8Comparison compare_int8(const at::Tensor& float32, const at::Tensor& int8, const ModelInfo& info) {
    if (info.task == TaskKind::classification) return compare_int8(float32, int8);
    const at::Tensor apart = ((float32 - int8).abs() / at::tensor(scale_of(info))).nan_to_num(1, 1, 1);  // [N,K]
    const at::Tensor unlike = info.task == TaskKind::regression
                                  ? apart > 0.1
                                  : (float32 >= at::tensor(info.thresholds)) != (int8 >= at::tensor(info.thresholds));
    const auto images_with = [](const at::Tensor& flags) {
        return static_cast<std::size_t>(flags.any(1).sum().item<std::int64_t>());
    };
    const auto images = static_cast<std::size_t>(float32.size(0));
    return {.images = images,
            .same_class = images - images_with(unlike),
            .unlikely_class = images_with(apart > 0.5),
            .mean_difference = apart.amax(1).mean().item<double>(),
            .largest_difference = apart.max().item<double>()};
}

ExportReport export_int8(ModelFile model, const std::filesystem::path& file, const Int8Options& options,
                         Reporter& reporter, Present present) {
    expect_finite(model.module, file.string());
    const ImageFolder test = test_images(options, model.info, reporter);
    const std::vector<fs::path> images = ranges_images(options, reporter);
    add_golden_images(model.info, model.module);
    const Preprocessing& preprocessing = model.info.preprocessing;
    const std::shared_ptr<torch::jit::Graph> graph = frozen_graph(model.module);
    if (quantised_values(*graph).empty())
        throw Error(file.string() +
                    ": not written: the network has no convolution or dense layer that could be quantised");
    RangeFinder ranges(*graph);
    const Network watched = [&](const at::Tensor& batch) { return ranges(batch); };
    const at::Tensor expected = probabilities_of({watched}, images, preprocessing, "finding ranges", reporter)[0];

    const std::shared_ptr<torch::jit::Graph> quantised = quantised_graph(*graph, ranges.ranges());
    GraphRun run_float32(graph), run_int8(quantised);
    const Network float32 = [&](const at::Tensor& batch) { return run_float32(batch)[0]; };
    const Network int8 = [&](const at::Tensor& batch) { return run_int8(batch)[0]; };
    const at::Tensor found = probabilities_of({int8}, images, preprocessing, "checking", reporter)[0];
    ExportReport report{
        .task = model.info.task,
        .form = format_text("ONNX, opset {}, int8, ranges from {} images", kQuantisedOpset, images.size()),
        .on_images = compare_int8(expected, found, model.info),
        .golden = compare_on_golden_images(model.info, int8)};
    expect_alike(*report.on_images, model.info.task, file.string());
    if (!test.samples.empty()) report.quality = quality_of(float32, int8, model.info, test.samples, reporter);
    OnnxModel onnx = onnx_model(*quantised, {3, preprocessing.height, preprocessing.width}, WeightsType::float32,
                                kQuantisedOpset, name_of_outputs(model.info.task));
    merge_padding(onnx);
    onnx.metadata.emplace_back(kModelInfoName, pretty(to_json(model.info)));
    write_file(file, encode(onnx), present);
    return report;
}

}  // namespace graft

#include "export/export_int8.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <functional>

#include "core/files.hpp"
#include "core/text.hpp"
#include "data/image_folder.hpp"
#include "export/onnx/quantise.hpp"
#include "export/onnx/write_onnx.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"
#include "network/network_input.hpp"

namespace graft {
namespace {

constexpr std::size_t kPerCall = 16;  // images; also those whose extremes count as one

/// At most `most` samples, evenly spaced.
std::vector<Sample> evenly(const std::vector<Sample>& samples, std::size_t most) {
    std::vector<Sample> chosen;
    const std::size_t count = std::min(most, samples.size());
    for (std::size_t i = 0; i < count; ++i) chosen.push_back(samples[i * samples.size() / count]);
    return chosen;
}

/// What some network gives. float32 [N,3,H,W] -> probabilities [N,K]
using Network = std::function<at::Tensor(const at::Tensor&)>;

/// What each network gives for all images, as one phase of progress. @return a tensor [N,K] for each
std::vector<at::Tensor> probabilities_of(const std::vector<Network>& networks, const std::vector<Sample>& samples,
                                         const Preprocessing& preprocessing, const char* phase, Reporter& reporter) {
    std::vector<std::vector<at::Tensor>> results(networks.size());
    reporter.start(phase, samples.size(), "images");
    for (std::size_t first = 0; first < samples.size(); first += kPerCall) {
        const std::size_t end = std::min(first + kPerCall, samples.size());
        std::vector<at::Tensor> inputs;
        for (std::size_t i = first; i < end; ++i)
            inputs.push_back(to_network_input(
                resize_to_input(decode_image_file(samples[i].file, {.input = preprocessing}), preprocessing)));
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

Int8Accuracy accuracy_of(const Network& float32, const Network& int8, const ModelInfo& info,
                         const std::filesystem::path& folder, Reporter& reporter) {
    const std::vector<Sample> samples = scan_image_folder(folder, info.outputs, ClassMismatch::fail).samples;
    std::vector<std::int64_t> labels;
    for (const Sample& sample : samples) labels.push_back(sample.label);
    const std::vector<at::Tensor> both =
        probabilities_of({float32, int8}, samples, info.preprocessing, "testing", reporter);
    const auto share = [&](const at::Tensor& probabilities) {
        return (probabilities.argmax(1) == at::tensor(labels)).to(at::kDouble).mean().item<double>();
    };
    return {samples.size(), share(both[0]), share(both[1])};
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
    if (!options.test.empty() && model.info.task != TaskKind::classification)
        throw ConfigError(
            "--test: class folders say of an image which one class it has; this model was taught otherwise");
    const std::vector<Sample> images = evenly(list_images(options.ranges), options.ranges_images);
    if (images.empty()) throw DataError(options.ranges.string() + ": there are no images to find ranges on");
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
    if (!options.test.empty()) report.accuracy = accuracy_of(float32, int8, model.info, options.test, reporter);
    OnnxModel onnx = onnx_model(*quantised, {3, preprocessing.height, preprocessing.width}, WeightsType::float32,
                                kQuantisedOpset, name_of_outputs(model.info.task));
    merge_padding(onnx);
    onnx.metadata.emplace_back(kModelInfoName, pretty(to_json(model.info)));
    write_file(file, encode(onnx), present);
    return report;
}

}  // namespace graft

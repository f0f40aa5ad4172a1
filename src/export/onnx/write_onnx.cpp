#include "export/onnx/write_onnx.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/remove_mutation.h>

#include "core/random.hpp"
#include "core/text.hpp"
#include "export/onnx/graph_walk.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// Noise over the whole range of pixel values, a batch for each of the two runs.
TracedValue probe(const std::vector<std::int64_t>& input_shape) {
    TracedValue images{.of_images = true, .onnx = kImagesName};
    Rng rng = Rng::stream(0, "onnx");
    for (std::size_t run = 0; run < kProbeBatches.size(); ++run) {
        std::vector<std::int64_t> shape = input_shape;
        shape.insert(shape.begin(), kProbeBatches[run]);
        const at::Tensor batch = at::empty(shape);
        float* values = batch.data_ptr<float>();
        for (std::int64_t i = 0; i < batch.numel(); ++i) values[i] = static_cast<float>(rng.uniform(0, 255));
        images.runs[run] = batch;
    }
    return images;
}

}  // namespace

std::shared_ptr<torch::jit::Graph> frozen_graph(const TorchModule& module) {
    TorchModule copy = module.deepcopy();
    copy.eval();
    const TorchModule frozen = torch::jit::freeze(copy);
    std::shared_ptr<torch::jit::Graph> graph = frozen.get_method("forward").graph()->copy();
    torch::jit::Inline(*graph);
    torch::jit::RemoveListMutation(graph);
    torch::jit::RemoveTensorMutation(graph);
    return graph;
}

OnnxModel onnx_model(torch::jit::Graph& graph, const std::vector<std::int64_t>& input_shape, WeightsType weights,
                     std::int64_t opset, const std::string& output) {
    const at::NoGradGuard no_grad;
    if (graph.inputs().size() != 2 || graph.outputs().size() != 1)
        throw Error(format_text("ONNX: the network takes {} values and gives {}; expected one tensor each",
                                graph.inputs().size() - 1, graph.outputs().size()));
    GraphBuilder builder(weights, opset);
    const TracedValue images = probe(input_shape);
    const TracedValue result = GraphWalk(builtin_operators(), builder).run(graph, {TracedValue{}, images});
    if (!result.runs[0].isTensor() || result.onnx.empty())
        throw Error("ONNX: the network's result is not one tensor that depends on its images");
    builder.enter("");
    const std::string last = builder.node("Identity", {result.onnx});
    std::vector<std::int64_t> shape = input_shape;
    shape.insert(shape.begin(), -1);
    return std::move(builder).finish({kImagesName, shape}, {output, result.shape()}, last);
}

OnnxModel onnx_model(const TorchModule& module, const std::vector<std::int64_t>& input_shape, WeightsType weights,
                     const std::string& output) {
    return onnx_model(*frozen_graph(module), input_shape, weights, kOnnxOpset, output);
}

OnnxModel onnx_model(const ModelFile& model, WeightsType weights) {
    const Preprocessing& preprocessing = model.info.preprocessing;
    OnnxModel onnx = onnx_model(model.module, {3, preprocessing.height, preprocessing.width}, weights,
                                name_of_outputs(model.info.task));
    onnx.metadata.emplace_back(kModelInfoName, pretty(to_json(model.info)));
    return onnx;
}

}  // namespace graft

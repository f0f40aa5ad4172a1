#include "export/runnable_model.hpp"

#include <memory>

#include "core/files.hpp"
#include "core/text.hpp"
#include "deploy/model_file.hpp"
#include "export/onnx/onnx_model.hpp"
#include "export/onnx/opencv_network.hpp"
#include "graft/core/errors.hpp"
#include "inference/eager_inference.hpp"
#include "network/network_input.hpp"
#include "network/torch_device.hpp"
#include "weights/format/file_kind.hpp"

namespace graft {
namespace {

RunnableModel open_onnx(const std::string& bytes, const std::string& file) {
    const OnnxSummary summary = summarise_onnx(bytes, file);
    if (summary.operators.contains("QuantizeLinear"))
        throw Error(format_text("{}: computes in int8, which OpenCV's DNN module does not; ONNX Runtime does", file));
    RunnableModel model{.file = file, .engine = "OpenCV DNN"};
    if (const auto found = summary.metadata.find(kModelInfoName); found != summary.metadata.end())
        model.info = read_model_info(found->second, file);
    expect_defined_inputs(bytes, file);
    const auto network = std::make_shared<OpenCvNetwork>(bytes, file);
    model.run = [network](const at::Tensor& input) { return (*network)(input); };
    if (model.info) expect_fits(model.run, *model.info, file);
    return model;
}

/// On the CPU as the predictor runs it, on a GPU as it is in the file.
RunnableModel open_torchscript(const std::filesystem::path& file, const Device& device) {
    if (const std::string why = why_absent(device); !why.empty())
        throw Error(format_text("{}: cannot be run on a GPU: {}", file, why));
    ModelFile loaded = load_model(file, torch_device(device));
    std::shared_ptr<const Inference> network;
    if (device.kind == DeviceKind::cpu)
        network = make_inference(loaded.module, example_input(loaded.info.preprocessing));
    else
        network = std::make_shared<EagerInference>(loaded.module, device);
    return {.file = file.string(),
            .engine = network->engine(),
            .info = std::move(loaded.info),
            .run = [network](const at::Tensor& input) { return (*network)(input); }};
}

}  // namespace

RunnableModel open_runnable_model(const std::filesystem::path& file, const Device& device) {
    if (expect_use(file, FileUse::runnable) != FileKind::onnx) return open_torchscript(file, device);
    if (device.kind != DeviceKind::cpu)
        throw Error(format_text("{}: ONNX files are run through OpenCV's DNN module, which computes on the CPU", file));
    return open_onnx(read_file(file), file.string());
}

}  // namespace graft

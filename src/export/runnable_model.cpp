#include "export/runnable_model.hpp"

#include <ATen/Context.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>

#include "core/files.hpp"
#include "deploy/model_file.hpp"
#include "export/onnx/onnx_model.hpp"
#include "export/onnx/opencv_network.hpp"
#include "graft/core/errors.hpp"
#include "inference/inference_module.hpp"
#include "network/network_input.hpp"

namespace graft {
namespace {

RunnableModel open_onnx(const std::string& bytes, const std::string& file) {
    const OnnxSummary summary = summarise_onnx(bytes, file);
    if (summary.operators.contains("QuantizeLinear"))
        throw Error(file + ": computes in int8, which OpenCV's DNN module does not; ONNX Runtime does");
    RunnableModel model{.file = file, .engine = "OpenCV DNN"};
    if (const auto found = summary.metadata.find(kModelInfoName); found != summary.metadata.end())
        model.info = read_model_info(found->second, file);
    const auto network = std::make_shared<OpenCvNetwork>(bytes, file);
    model.run = [network](const at::Tensor& input) { return (*network)(input); };
    return model;
}

RunnableModel open_torchscript(const std::filesystem::path& file) {
    ModelFile loaded = load_model(file);
    const auto network = std::make_shared<InferenceModule>(loaded.module, example_input(loaded.info.preprocessing));
    return {.file = file.string(),
            .engine = network->engine(),
            .info = std::move(loaded.info),
            .run = [network](const at::Tensor& input) { return (*network)(input); }};
}

/// As it is in the file, in full float32: convolutions on a GPU would be rounded to 10 bits otherwise.
RunnableModel open_on_cuda(const std::filesystem::path& file) {
    if (!at::globalContext().hasCUDA())
        throw Error(file.string() +
                    ": cannot be run on a GPU: this LibTorch finds none (it is one for CPUs, or there is no " +
                    "NVIDIA driver or device)");
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setAllowTF32CuBLAS(false);
    ModelFile loaded = load_model(file, c10::DeviceType::CUDA);
    const auto network = std::make_shared<TorchModule>(loaded.module);
    return {.file = file.string(),
            .engine = "CUDA",
            .info = std::move(loaded.info),
            .run = [network](const at::Tensor& input) {
                const c10::InferenceMode inference;
                return network->forward({input.to(at::kCUDA)}).toTensor().cpu();
            }};
}

}  // namespace

bool is_onnx(std::string_view bytes) {
    // A message that begins with the version, a number below 128, as every writer of ONNX files has it.
    return bytes.size() > 2 && bytes[0] == '\x08' && bytes[1] > 0 && bytes[1] < 64;
}

RunnableModel open_runnable_model(const std::filesystem::path& file, Device device) {
    const std::string bytes = read_file(file);
    if (is_onnx(bytes) && device == Device::cuda)
        throw Error(file.string() + ": ONNX files are run through OpenCV's DNN module, which computes on the CPU");
    if (device == Device::cuda) return open_on_cuda(file);
    return is_onnx(bytes) ? open_onnx(bytes, file.string()) : open_torchscript(file);
}

}  // namespace graft

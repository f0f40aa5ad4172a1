#include "export/export_model.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <sstream>

#include "core/files.hpp"
#include "core/text.hpp"
#include "export/onnx/opencv_network.hpp"
#include "export/onnx/write_onnx.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"
#include "network/architecture.hpp"
#include "network/load_state.hpp"
#include "network/network_input.hpp"
#include "network/safetensors_writer.hpp"

namespace graft {
namespace {

std::string scientific(double value) {
    std::ostringstream text;
    text.precision(1);
    text << std::scientific << value;
    return text.str();
}

/// The largest difference between the file's outputs and the model's on the golden images: of probabilities, or of
/// numbers in standard deviations.
double difference_in_opencv(const ModelFile& model, const std::string& onnx, const std::string& name) {
    OpenCvNetwork network(onnx, name);
    const at::NoGradGuard no_grad;
    TorchModule module = model.module;
    const at::Tensor scale = model.info.task == TaskKind::regression ? at::tensor(model.info.target_std)  // [K]
                                                                     : at::ones({1});
    double largest = 0;
    for (const GoldenImage& golden : model.info.golden) {
        const cv::Mat rgb = decode_image(golden.encoded, golden.name);
        const at::Tensor input = to_network_input(resize_to_input(rgb, model.info.preprocessing));
        const at::Tensor expected = module.forward({input}).toTensor();
        largest = std::max(largest, ((network(input) - expected) / scale).abs().max().item<double>());
    }
    return largest;
}

void check(const ModelFile& model, const std::string& onnx, const std::string& name, double tolerance,
           ExportReport& report) {
    if (!OpenCvNetwork::is_available()) {
        report.note = "not checked: this graft was built with an OpenCV that has no DNN module";
        return;
    }
    try {
        report.difference = difference_in_opencv(model, onnx, name);
    } catch (const Error& error) {
        report.note = "not checked: " + std::string(error.what());
        return;
    }
    if (!(*report.difference <= tolerance))
        throw Error(
            format_text("{}: not written: its {} differ from the model's by {} on the golden images; at most {} "
                        "is allowed",
                        name, name_of_outputs(model.info.task), scientific(*report.difference), scientific(tolerance)));
}

/// A name inside the classifier as published state dicts have it; "" for what they do not hold.
std::string name_in_file(const std::string& name, const std::optional<Architecture>& architecture) {
    std::string inner = name;
    for (const char* part : {"trunk.", "scion."})
        if (inner.starts_with(part)) inner.erase(0, std::string_view(part).size());
    if (inner.starts_with("normalise.") || inner.starts_with("target_") || inner == "temperature")
        return "";  // graft.json says them
    return inner.starts_with("head.") || !architecture ? inner : published_name(*architecture, inner);
}

}  // namespace

ExportReport export_onnx(ModelFile model, const std::filesystem::path& file, WeightsType weights, Present present) {
    expect_finite(model.module, file.string());
    add_golden_images(model.info, model.module);
    const OnnxModel onnx = onnx_model(model, weights);
    const bool half = weights == WeightsType::float16;
    ExportReport report{.task = model.info.task,
                        .form = format_text("ONNX, opset {}, {} weights", onnx.opset, half ? "float16" : "float32")};
    const std::string bytes = encode(onnx);
    // OpenCV reads no float16: it is shown the same network with the same values as float32.
    const std::string checked = half ? encode(onnx_model(model, WeightsType::rounded_to_float16)) : bytes;
    check(model, checked, file.string(), half ? 1e-2 : 1e-4, report);
    write_file(file, bytes, present);
    return report;
}

ExportReport export_torchscript(const ModelFile& model, const std::filesystem::path& file, TorchScriptForm form,
                                Present present) {
    if (form == TorchScriptForm::frozen) {
        save_frozen_model(file, model.module, model.info, present);
        return {.form = "TorchScript, frozen, batch norms folded"};
    }
    save_model(file, model.module, model.info, present);
    return {.form = "TorchScript"};
}

ExportReport export_safetensors(const ModelFile& model, const std::filesystem::path& file, Present present) {
    expect_finite(model.module, file.string());
    const ArchitectureRow* row = builtin_architectures().find(model.info.backbone);
    const Preprocessing& input = model.info.preprocessing;
    std::optional<Architecture> architecture;
    if (row != nullptr) architecture = row->make(input.height, input.width);
    std::vector<NamedTensor> tensors;
    const auto add = [&](const std::string& name, const at::Tensor& tensor) {
        const std::string published = name_in_file(name, architecture);
        if (!published.empty()) tensors.push_back({published, tensor.detach().cpu().contiguous()});
    };
    for (const auto& parameter : model.module.named_parameters()) add(parameter.name, parameter.value);
    if (tensors.empty())
        throw DataError(
            "the model has no parameters (a frozen one keeps them as constants): export the model.pt that "
            "training wrote");
    for (const auto& buffer : model.module.named_buffers()) add(buffer.name, buffer.value);
    Json info = to_json(model.info);
    info.erase("golden");
    write_file(file, safetensors_bytes(tensors, {{"format", "pt"}, {kModelInfoName, info.dump()}}), present);
    return {.form = format_text("safetensors, {} tensors", tensors.size())};
}

}  // namespace graft

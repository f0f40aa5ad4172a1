#include "deploy/model_file.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/grafted_model.hpp"
#include "network/load_state.hpp"
#include "weights/format/file_kind.hpp"
#include "weights/format/zip_archive.hpp"

namespace graft {
namespace {

/// A copy in eval mode, without gradients.
/// On the CPU, so that the file can be read where there is no other device.
TorchModule inference_copy(const TorchModule& classifier) {
    const at::NoGradGuard copies_are_leaves;
    TorchModule module = classifier.deepcopy();
    module.to(at::kCPU);
    module.eval();
    for (at::Tensor parameter : module.parameters()) parameter.requires_grad_(false);
    return module;
}

void save(const std::filesystem::path& file, const TorchModule& module, ModelInfo info, Present present) {
    add_golden_images(info, module);
    for (const GoldenImage& golden : info.golden)  // a frozen module has constants in the place of parameters
        if (!std::ranges::all_of(golden.outputs, [](float value) { return std::isfinite(value); }))
            throw Error(format_text("{}: not written: the network gives {} that are not finite for {}", file,
                                    name_of_outputs(info.task), golden.name));
    torch::jit::ExtraFilesMap extra{{kModelInfoName, pretty(to_json(info))}};
    if (info.references) extra.emplace(kReferencesName, bytes_of(*info.references));
    std::ostringstream bytes;
    module.save(bytes, extra);
    write_file(file, bytes.str(), present);
}

/// Throws DataError when a model that decides by distance does not say what distances are of.
void take_references(ModelFile& model, std::string_view bytes, const std::string& file) {
    if (!model.info.references) return;
    if (!model.module.find_method(kForwardWithVectors))
        throw DataError(format_text("{}: has no method {}, which gives the vectors that {} decides by", file,
                                    kForwardWithVectors, kModelInfoName));
    take_bytes(*model.info.references, bytes, file);
}

}  // namespace

void expect_fits(const Forward& network, const ModelInfo& info, const std::string& file) {
    const Preprocessing& input = info.preprocessing;
    const std::string shape = format_text("[1,3,{},{}]", input.height, input.width);
    at::Tensor output;
    try {
        output = network(at::zeros({1, 3, input.height, input.width}));
    } catch (const std::exception& error) {
        throw DataError(format_text("{}: its network does not take {}, the input that {} names: {}", file, shape,
                                    kModelInfoName, cause_in(error.what())));
    }
    const auto count = static_cast<std::int64_t>(info.outputs.size());
    const bool classes = info.task != TaskKind::regression;
    if (output.scalar_type() != at::kFloat || output.sizes() != at::IntArrayRef{1, count})
        throw DataError(
            format_text("{}: its network gives {} {} for an input of {}; {} names {}: expected float32 {}", file,
                        at::toString(output.scalar_type()), bracketed_shape(output.sizes()), shape, kModelInfoName,
                        count_of(info.outputs.size(), classes ? "class" : "target", classes ? "classes" : "targets"),
                        format_text("[1,{}]", count)));
}

void expect_finite(const TorchModule& classifier, const std::string& file) {
    if (const auto name = first_not_finite(classifier))
        throw Error(format_text("{}: not written: {} holds values that are not finite", file, *name));
}

void add_golden_images(ModelInfo& info, const TorchModule& classifier) {
    if (!info.golden.empty()) return;
    const at::NoGradGuard no_grad;
    TorchModule module = inference_copy(classifier);
    info.golden = make_golden_images(info.preprocessing,
                                     [&](const at::Tensor& input) { return module.forward({input}).toTensor(); });
}

void save_model(const std::filesystem::path& file, const TorchModule& classifier, const ModelInfo& info,
                Present present) {
    expect_finite(classifier, file.string());
    save(file, inference_copy(classifier), info, present);
}

void save_frozen_model(const std::filesystem::path& file, const TorchModule& classifier, const ModelInfo& info,
                       Present present) {
    expect_finite(classifier, file.string());
    std::vector<std::string> kept;
    if (info.references) kept.emplace_back(kForwardWithVectors);
    save(file, torch::jit::freeze(inference_copy(classifier), kept), info, present);
}

ModelFile load_model(const std::filesystem::path& file, c10::Device device) {
    const std::string name = file.string();
    expect_use(file, FileUse::model);
    std::istringstream bytes(read_archive(file));
    torch::jit::ExtraFilesMap extra{{kModelInfoName, ""}, {kReferencesName, ""}};
    ModelFile model;
    try {
        model.module = torch::jit::load(bytes, at::Device(device), extra);
    } catch (const std::exception& error) {
        throw DataError(format_text("{}: is not a model that LibTorch can open: {}", name, cause_in(error.what())));
    }
    model.info = read_model_info(extra.at(kModelInfoName), name);
    take_references(model, extra.at(kReferencesName), name);
    model.module.eval();
    const at::NoGradGuard no_grad;
    const torch::jit::GraphOptimizerEnabledGuard plain(false);  // one run is not worth optimising for
    expect_fits([&](const at::Tensor& input) { return model.module.forward({input.to(device)}).toTensor(); },
                model.info, name);
    return model;
}

}  // namespace graft

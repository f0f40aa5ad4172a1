#include "deploy/model_file.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <sstream>

#include "core/files.hpp"
#include "graft/core/errors.hpp"
#include "weights/format/file_kind.hpp"
#include "weights/format/zip_archive.hpp"

namespace graft {
namespace {

/// A copy in eval mode, without gradients.
TorchModule inference_copy(const TorchModule& classifier) {
    const at::NoGradGuard copies_are_leaves;
    TorchModule module = classifier.deepcopy();
    module.eval();
    for (at::Tensor parameter : module.parameters()) parameter.requires_grad_(false);
    return module;
}

void save(const std::filesystem::path& file, const TorchModule& module, ModelInfo info) {
    add_golden_images(info, module);
    std::ostringstream bytes;
    module.save(bytes, {{kModelInfoName, pretty(to_json(info))}});
    write_file(file, bytes.str());
}

}  // namespace

void add_golden_images(ModelInfo& info, const TorchModule& classifier) {
    if (!info.golden.empty()) return;
    const at::NoGradGuard no_grad;
    TorchModule module = inference_copy(classifier);
    info.golden = make_golden_images(info.preprocessing,
                                     [&](const at::Tensor& input) { return module.forward({input}).toTensor(); });
}

void save_model(const std::filesystem::path& file, const TorchModule& classifier, const ModelInfo& info) {
    save(file, inference_copy(classifier), info);
}

void save_frozen_model(const std::filesystem::path& file, const TorchModule& classifier, const ModelInfo& info) {
    save(file, torch::jit::freeze(inference_copy(classifier)), info);
}

ModelFile load_model(const std::filesystem::path& file, c10::Device device) {
    const std::string name = file.string();
    expect_use(file, FileUse::model);
    std::istringstream bytes(read_archive(file));
    torch::jit::ExtraFilesMap extra{{kModelInfoName, ""}};
    ModelFile model;
    try {
        model.module = torch::jit::load(bytes, at::Device(device), extra);
    } catch (const std::exception& error) {
        const std::string what = error.what();
        throw DataError(name + ": is not a model that LibTorch can open: " + what.substr(0, what.find('\n')));
    }
    model.info = read_model_info(extra.at(kModelInfoName), name);
    model.module.eval();
    return model;
}

}  // namespace graft

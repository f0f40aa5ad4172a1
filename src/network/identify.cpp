#include "network/identify.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <algorithm>

namespace graft {
namespace {

constexpr std::int64_t kUsualSize = 224;  // pixels; only a transformer's positions depend on it

/// Complete or not, then tensors that fit less those that do not.
std::pair<bool, std::int64_t> rank(const LoadReport& report) {
    const auto size = [](const std::vector<std::string>& names) { return static_cast<std::int64_t>(names.size()); };
    return {report.complete(), size(report.loaded) - size(report.missing) - size(report.unexpected) -
                                   size(report.mismatched) - size(report.repeated)};
}

}  // namespace

std::vector<ArchitectureFit> find_architectures(const StateDict& state, const Registry<ArchitectureRow>& table) {
    std::vector<ArchitectureFit> fits;
    for (const ArchitectureRow& row : table) {
        const Architecture architecture = row.make(kUsualSize, kUsualSize);
        LoadReport report = compare_state(architecture, state, {.may_be_unused = {"head.*"}});
        if (!report.loaded.empty()) fits.push_back({row.name, std::move(report)});
    }
    std::ranges::stable_sort(
        fits, [](const ArchitectureFit& a, const ArchitectureFit& b) { return rank(a.report) > rank(b.report); });
    return fits;
}

std::int64_t classes_of(const Architecture& architecture, const StateDict& state) {
    if (architecture.classifier_layers.empty()) return 0;
    const std::string prefix = find_prefix(architecture, tensors_of(architecture), state).text;
    for (const NamedTensor& entry : below_prefix(state, prefix).entries)
        if (own_name(architecture, entry.name) == architecture.classifier_layers.back().name + ".weight")
            return entry.tensor.dim() > 0 ? entry.tensor.size(0) : 0;
    return 0;
}

std::vector<StageRow> describe_stages(const Architecture& architecture, const Preprocessing& preprocessing) {
    const c10::InferenceMode inference;
    const torch::jit::GraphOptimizerEnabledGuard plain(false);  // one run is not worth optimising for
    std::vector<StageRow> rows;
    at::Tensor value = at::zeros({1, 3, preprocessing.height, preprocessing.width});
    for (const auto& [name, module] : architecture.stages) {
        TorchModule stage = module;
        stage.eval();
        value = stage.forward({value}).toTensor();
        std::int64_t parameters = 0;
        for (const at::Tensor& parameter : stage.parameters()) parameters += parameter.numel();
        rows.push_back({name, value.sizes().slice(1).vec(), parameters});
    }
    return rows;
}

}  // namespace graft

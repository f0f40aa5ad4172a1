#include "search/models/combine.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <map>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/grafted_model.hpp"
#include "network/load_state.hpp"

namespace graft {
namespace {

constexpr double kSameOutputs = 1e-5;

/// Models that answer the same question about the same pictures.
void expect_alike(std::span<const ModelFile> models, std::span<const std::string> names) {
    const ModelInfo& first = models.front().info;
    for (std::size_t i = 1; i < models.size(); ++i) {
        const ModelInfo& other = models[i].info;
        const auto refuse = [&](const std::string& what) {
            throw ConfigError(format_text("{} and {}: {}", names.front(), names[i], what));
        };
        if (other.task != first.task) refuse(format_text("one is of {}, the other of {}", first.task, other.task));
        if (other.outputs != first.outputs) refuse("their outputs differ in names or order");
        if (other.preprocessing != first.preprocessing) refuse("they take pictures of another size or preparation");
    }
}

/// What a model of several says of itself.
ModelInfo common_info(std::span<const ModelFile> models) {
    ModelInfo info = models.front().info;
    info.golden.clear();
    info.decision = {};  // was chosen for one of them
    info.references.reset();
    info.temperature = 0;
    for (const ModelFile& model : models) info.temperature += model.info.temperature;
    info.temperature /= static_cast<double>(models.size());
    for (std::size_t k = 0; k < info.thresholds.size(); ++k) {
        float sum = 0;
        for (const ModelFile& model : models) sum += model.info.thresholds[k];
        info.thresholds[k] = sum / static_cast<float>(models.size());
    }
    return info;
}

/// "(a + b) / 2" of one expression for each model.
std::string mean_of(std::size_t count, const std::function<std::string(std::size_t)>& expression) {
    std::vector<std::string> terms;
    for (std::size_t i = 1; i <= count; ++i) terms.push_back(expression(i));
    return format_text("({}) / {}", joined(terms, " + "), static_cast<double>(count));
}

TorchModule side_by_side(std::span<const ModelFile> models) {
    TorchModule whole = make_module("Ensemble");
    for (std::size_t i = 0; i < models.size(); ++i)
        whole.register_module(format_text("member{}", i + 1), models[i].module);
    whole.define("def forward(self, images):\n    return " +
                 mean_of(models.size(), [](std::size_t i) { return format_text("self.member{}.forward(images)", i); }) +
                 "\n");
    return whole;
}

bool have_one_trunk(std::span<const ModelFile> models) {
    std::string trunk;
    for (const ModelFile& model : models) {
        if (!model.module.hasattr("trunk") || !model.module.hasattr("scion")) return false;
        const std::string own = hash_of_values(model.module.attr("trunk").toModule());
        if (!trunk.empty() && own != trunk) return false;
        trunk = own;
    }
    return true;
}

/// One trunk, and a scion of each model behind it. The file does not say what follows the scores: it is tried.
TorchModule with_one_trunk(std::span<const ModelFile> models) {
    const bool classes = models.front().info.task == TaskKind::classification;
    TorchModule whole = make_module("Ensemble");
    whole.register_module("trunk", models.front().module.attr("trunk").toModule());
    for (std::size_t i = 0; i < models.size(); ++i)
        whole.register_module(format_text("scion{}", i + 1), models[i].module.attr("scion").toModule());
    const auto output = [&](std::size_t i) {
        const std::string scores =
            format_text("self.scion{}.forward(features) / {}", i, models[i - 1].info.temperature);
        return classes ? format_text("torch.softmax({}, 1)", scores) : format_text("torch.sigmoid({})", scores);
    };
    whole.define("def forward(self, images):\n    features = self.trunk.forward(images)\n    return " +
                 mean_of(models.size(), output) + "\n");
    return whole;
}

double difference(TorchModule a, TorchModule b, const Preprocessing& input) {
    const at::NoGradGuard no_grad;
    const at::Tensor images = at::rand({2, 3, input.height, input.width}) * 255;
    return (a.forward({images}).toTensor() - b.forward({images}).toTensor()).abs().max().item<double>();
}

std::map<std::string, at::Tensor> tensors_by_name(const TorchModule& module) {
    std::map<std::string, at::Tensor> tensors;
    for (const auto& [name, tensor] : named_tensors(module)) tensors.emplace(name, tensor);
    return tensors;
}

void expect_one_architecture(std::span<const ModelFile> models, std::span<const std::string> names) {
    const auto first = tensors_by_name(models.front().module);
    for (std::size_t i = 1; i < models.size(); ++i) {
        const auto other = tensors_by_name(models[i].module);
        const auto same = [](const auto& a, const auto& b) {
            return a.first == b.first && a.second.sizes() == b.second.sizes();
        };
        if (!std::ranges::equal(first, other, same))
            throw ConfigError(
                format_text("{} and {}: are not of the same architecture, so that their weights have no "
                            "average; an ensemble takes both",
                            names.front(), names[i]));
    }
}

}  // namespace

ModelFile ensemble_of(std::span<const ModelFile> models, std::span<const std::string> names) {
    expect_alike(models, names);
    ModelFile ensemble{.module = side_by_side(models), .info = common_info(models)};
    ensemble.info.backbone = format_text("ensemble of {}", models.size());
    ensemble.module.eval();
    if (models.front().info.task != TaskKind::regression && have_one_trunk(models)) {
        TorchModule shared = with_one_trunk(models);
        shared.eval();
        if (difference(shared, ensemble.module, ensemble.info.preprocessing) < kSameOutputs) ensemble.module = shared;
    }
    ensemble.info.temperature = 1;
    return ensemble;
}

ModelFile average_of(std::span<const ModelFile> models, std::span<const std::string> names) {
    expect_alike(models, names);
    expect_one_architecture(models, names);
    const at::NoGradGuard no_grad;
    ModelFile average{.module = models.front().module.deepcopy(), .info = common_info(models)};
    std::vector<std::map<std::string, at::Tensor>> all;
    for (const ModelFile& model : models) all.push_back(tensors_by_name(model.module));
    for (auto& [name, tensor] : named_tensors(average.module)) {
        if (!tensor.is_floating_point()) continue;
        at::Tensor sum = at::zeros_like(tensor, at::kDouble);
        for (const auto& tensors : all) sum += tensors.at(name);
        at::Tensor(tensor).copy_(sum / static_cast<double>(models.size()));
    }
    return average;
}

Soup greedy_soup(std::span<const ModelFile> models, std::span<const std::string> names,
                 const std::function<double(const ModelFile&)>& score) {
    expect_alike(models, names);
    expect_one_architecture(models, names);
    Soup soup;
    for (std::size_t i = 0; i < models.size(); ++i)
        soup.record.steps.push_back({.model = i, .alone = score(models[i])});
    std::ranges::stable_sort(soup.record.steps, std::greater<>(), &SoupRecord::Step::alone);
    std::vector<ModelFile> taken;
    std::vector<std::string> taken_names;
    for (SoupRecord::Step& step : soup.record.steps) {
        taken.push_back(models[step.model]);
        taken_names.push_back(names[step.model]);
        ModelFile average = average_of(taken, taken_names);
        step.together = taken.size() == 1 ? step.alone : score(average);
        step.taken = taken.size() == 1 || step.together >= soup.record.score;
        if (step.taken) {
            soup.record.score = step.together;
            soup.model = std::move(average);
        } else {
            taken.pop_back();
            taken_names.pop_back();
        }
    }
    return soup;
}

}  // namespace graft

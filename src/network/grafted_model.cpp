#include "network/grafted_model.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <iterator>

#include "core/hash.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/load_state.hpp"

namespace graft {
namespace {

bool has_parameters(const Architecture& architecture) {
    return std::ranges::any_of(architecture.stages,
                               [](const auto& stage) { return stage.second.parameters().size() > 0; });
}

/// (x - mean) / std per channel.
TorchModule make_normalise(const Preprocessing& preprocessing) {
    TorchModule module = make_module("Normalise");
    std::vector<float> mean, scale;
    for (std::size_t c = 0; c < 3; ++c) {
        mean.push_back(static_cast<float>(preprocessing.mean[c]));
        scale.push_back(static_cast<float>(1.0 / preprocessing.std[c]));
    }
    module.register_buffer("mean", at::tensor(mean).reshape({1, 3, 1, 1}));
    module.register_buffer("scale", at::tensor(scale).reshape({1, 3, 1, 1}));
    module.define("def forward(self, x):\n    return (x - self.mean) * self.scale\n");
    return module;
}

std::vector<std::int64_t> shape_of_one(const at::Tensor& batch) { return batch.sizes().slice(1).vec(); }

std::int64_t count(const TorchModule& module) {
    std::int64_t total = 0;
    for (const auto& parameter : module.parameters()) total += parameter.numel();
    return total;
}

void walk(const std::string& prefix, const TorchModule& chain, bool trainable, at::Tensor& value,
          std::vector<ModelRow>& rows) {
    for (const auto& child : chain.named_children()) {
        if (child.name == "head") {
            walk("head.", child.value, trainable, value, rows);
            continue;
        }
        TorchModule part = child.value;
        value = part.forward({value}).toTensor();
        rows.push_back({prefix + child.name, shape_of_one(value), count(part), trainable && count(part) > 0});
    }
}

/// The parts one after the other, as the scion and its head call them: `x` is what the classifier gets.
std::string source_with_vectors(const TorchModule& scion, const std::string& activation) {
    std::string source =
        format_text("def {}(self, images):\n    x = self.trunk.forward(images)\n", kForwardWithVectors);
    for (const auto& child : scion.named_children())
        if (child.name != "head") source += format_text("    x = getattr(self.scion, \"{}\").forward(x)\n", child.name);
    for (const auto& child : scion.attr("head").toModule().named_children())
        if (child.name != "classifier")
            source += format_text("    x = getattr(self.scion.head, \"{}\").forward(x)\n", child.name);
    return source + format_text(
                        "    scores = self.scion.head.classifier.forward(x)\n"
                        "    return torch.cat([{}, x], 1)\n",
                        activation);
}

NamedModules children_but(const TorchModule& module, const std::string& left_out) {
    NamedModules children;
    for (const auto& child : module.named_children())
        if (child.name != left_out) children.emplace_back(child.name, child.value);
    return children;
}

}  // namespace

std::size_t frozen_count(const Architecture& architecture, const std::string& freeze) {
    if (freeze == "none" && !has_parameters(architecture))
        throw ConfigError(
            "/backbone/freeze: expected all, got \"none\": this network has no parameters to train (a "
            "frozen module keeps them as constants)");
    if (freeze == "none") return 0;
    if (freeze == "all") return architecture.stages.size();
    for (std::size_t i = 0; i < architecture.stages.size(); ++i)
        if (architecture.stages[i].first == freeze) return i + 1;
    if (!architecture.whole_because.empty())
        throw ConfigError("/backbone/freeze: expected all or none, got \"" + freeze +
                          "\": this network is frozen whole or trained whole, because it could not be cut into "
                          "stages: " +
                          architecture.whole_because);
    std::vector<std::string> allowed = stage_names(architecture);
    allowed.insert(allowed.end(), {"all", "none"});
    throw ConfigError("/backbone/freeze: expected one of " + joined(allowed) + ", got \"" + freeze + "\"" +
                      did_you_mean(freeze, allowed));
}

std::string freeze_to_train(const Architecture& architecture, const std::string& train, const std::string& pointer) {
    if (train == "head") return "all";
    const std::vector<std::string> stages = stage_names(architecture);
    const auto found = std::ranges::find(stages, train);
    if (train != "all" && train != "norms" && found == stages.end()) {
        std::vector<std::string> allowed{"head", "norms", "all"};
        allowed.insert(allowed.end(), stages.begin(), stages.end());
        throw ConfigError(format_text("{}: expected one of {}, got \"{}\"{}", pointer, joined(allowed), train,
                                      did_you_mean(train, allowed)));
    }
    if (!has_parameters(architecture))
        throw ConfigError(
            format_text("{}: expected head, got \"{}\": this network has no parameters to train (a frozen "
                        "module keeps them as constants)",
                        pointer, train));
    return found == stages.end() || found == stages.begin() ? "none" : *std::prev(found);
}

GraftedModel graft_model(const Backbone& backbone, const Preprocessing& preprocessing, const std::string& freeze,
                         Pooling pooling, const TorchModule& head) {
    const NamedModules& stages = backbone.architecture.stages;
    const std::size_t frozen = frozen_count(backbone.architecture, freeze);
    GraftedModel model;
    NamedModules trunk{{"normalise", make_normalise(preprocessing)}}, scion;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        (i < frozen ? trunk : scion).push_back(stages[i]);
        (i < frozen ? model.frozen_stages : model.trained_stages).push_back(stages[i].first);
    }
    NamedModules& pools = frozen == stages.size() ? trunk : scion;
    pools.emplace_back("pool", make_pooling(pooling, backbone.architecture.form));
    const NamedModules& after_pooling = backbone.architecture.after_pooling;
    pools.insert(pools.end(), after_pooling.begin(), after_pooling.end());
    scion.emplace_back("head", head);
    model.trunk = make_chain("Trunk", trunk);
    model.scion = make_chain("Scion", scion);
    prepare_to_train(model);
    const c10::InferenceMode inference;
    model.feature_shape =
        shape_of_one(model.trunk.forward({at::zeros({1, 3, preprocessing.height, preprocessing.width})}).toTensor());
    return model;
}

GraftedModel graft_model(const Backbone& backbone, const Preprocessing& preprocessing, const std::string& freeze,
                         const HeadOptions& head, std::int64_t outputs, std::uint64_t seed) {
    return graft_model(backbone, preprocessing, freeze, head.pooling, draw_head(head, backbone, outputs, seed));
}

TorchModule draw_head(const HeadOptions& options, const Backbone& backbone, std::int64_t outputs, std::uint64_t seed) {
    Rng rng = Rng::stream(seed, "head");
    return make_head(options, backbone.architecture.channels, outputs, rng);
}

void prepare_to_train(const GraftedModel& model) {
    TorchModule trunk = model.trunk;
    trunk.eval();
    for (at::Tensor parameter : model.trunk.parameters()) parameter.requires_grad_(false);
    for (at::Tensor parameter : model.scion.parameters()) parameter.requires_grad_(true);
}

TorchModule compose_model(const GraftedModel& model, const std::string& activation,
                          const std::vector<std::pair<std::string, at::Tensor>>& constants, ComposedForm form) {
    TorchModule whole = make_module("Classifier");
    whole.register_module("trunk", model.trunk);
    whole.register_module("scion", model.scion);
    for (const auto& [name, tensor] : constants) whole.register_buffer(name, tensor);
    whole.define(
        format_text("def forward(self, images):\n"
                    "    scores = self.scion.forward(self.trunk.forward(images))\n"
                    "    return {}\n",
                    activation));
    if (form == ComposedForm::outputs_and_vectors) whole.define(source_with_vectors(model.scion, activation));
    return whole;
}

TorchModule with_vectors(const TorchModule& composed) {
    TorchModule module = make_module("WithVectors");
    module.register_module("model", composed);
    module.define(format_text("def forward(self, images):\n    return self.model.{}(images)\n", kForwardWithVectors));
    return module;
}

TorchModule up_to_classifier(const TorchModule& scion) {
    NamedModules parts = children_but(scion, "head");
    parts.emplace_back("head", make_chain("UpToClassifier", children_but(scion.attr("head").toModule(), "classifier")));
    return make_chain("UpToClassifier", parts);
}

NamedModules parts_up_to_scores(const TorchModule& model) {
    NamedModules parts;
    for (const char* half : {"trunk", "scion"}) {
        if (!model.hasattr(half)) return {};
        for (const auto& child : model.attr(half).toModule().named_children())
            parts.emplace_back(child.name, child.value);
    }
    return parts;
}

std::vector<std::string> stage_names(const Architecture& architecture) {
    std::vector<std::string> names;
    for (const auto& [name, stage] : architecture.stages) names.push_back(name);
    return names;
}

std::string hash_of_values(const TorchModule& module) {
    Sha256 hash;
    for (const auto& [name, tensor] : named_tensors(module)) {
        const at::Tensor values = tensor.detach().cpu().contiguous();
        hash.add(name).add("\n");
        for (const std::int64_t size : values.sizes()) hash.add(std::to_string(size) + ",");
        hash.add(std::string_view(static_cast<const char*>(values.const_data_ptr()), values.nbytes()));
    }
    return hash.hex();
}

std::vector<ModelRow> summarise(const GraftedModel& model, const Preprocessing& preprocessing) {
    const c10::InferenceMode inference;
    const bool was_training = model.scion.is_training();
    TorchModule scion = model.scion;
    scion.eval();
    std::vector<ModelRow> rows;
    at::Tensor value = at::zeros({1, 3, preprocessing.height, preprocessing.width});
    walk("", model.trunk, false, value, rows);
    walk("", model.scion, true, value, rows);
    scion.train(was_training);
    return rows;
}

}  // namespace graft

#include "network/layer_module.hpp"

#include <ATen/ops/full.h>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

Layer layer_of(TorchModule module) {
    return Layer(std::make_shared<const Layer::Parts>(Layer::Parts{std::move(module)}));
}

/// A copy: what is loaded into one network must not appear in another one made of the same layers.
NamedModules modules_of(const NamedLayers& layers) {
    NamedModules modules;
    for (const auto& [name, layer] : layers) modules.emplace_back(name, layer.parts().module.deepcopy());
    return modules;
}

/// TorchScript's own words for what is wrong with source or a name.
template <class Make>
Layer made(const char* kind, const Make& make) {
    try {
        return layer_of(make());
    } catch (const std::exception& error) {  // TorchScript's own are no c10::Error
        throw Error(std::string("a layer of the application (") + kind +
                    "): TorchScript refuses it: " + cause_in(error.what()));
    }
}

void expect(bool fine, const OwnBackbone& backbone, const std::string& problem) {
    if (!fine) throw Error("the backbone \"" + backbone.name + "\" " + problem);
}

Architecture architecture_of(const OwnBackbone& backbone, std::int64_t height, std::int64_t width) {
    const BackboneNetwork network = backbone.make(height, width);
    expect(!network.stages.empty(), backbone, "has no stages");
    expect(network.channels > 0, backbone, "does not say how many channels its last stage gives");
    for (const auto& [name, stage] : network.stages)
        expect(name != "all" && name != "none", backbone,
               "has a stage called " + name + ": that means something else in /backbone/freeze");
    return {.name = backbone.name,
            .stages = modules_of(network.stages),
            .channels = network.channels,
            .form = network.form,
            .after_pooling = modules_of(network.after_pooling),
            .renames = network.renames,
            .classifier = network.classifier,
            .classifier_layers = network.classifier_layers};
}

}  // namespace

namespace layers {

Layer conv2d(const ConvOptions& options) {
    return made("conv2d", [&] { return make_conv2d(options); });
}
Layer batch_norm(const BatchNormOptions& options) {
    return made("batch_norm", [&] { return make_batch_norm(options); });
}
Layer layer_norm(std::int64_t channels, double eps) {
    return made("layer_norm", [&] { return make_layer_norm(channels, eps); });
}
Layer linear(std::int64_t in, std::int64_t out) {
    return made("linear", [&] { return make_linear(in, out); });
}
Layer function(const std::string& expression) {
    return made("function", [&] { return make_function("Function", expression); });
}
Layer chain(const NamedLayers& children) {
    return made("chain", [&] { return make_chain("Chain", modules_of(children)); });
}

Layer source(const std::string& forward, const NamedLayers& children, const std::vector<LayerParameter>& parameters) {
    return made("source", [&] {
        TorchModule module = make_module("Layer");
        for (const auto& [name, child] : modules_of(children)) module.register_module(name, child);
        for (const LayerParameter& parameter : parameters)
            module.register_parameter(parameter.name, at::full(parameter.shape, parameter.value, at::kFloat), false);
        module.define(forward);
        return module;
    });
}

}  // namespace layers

ArchitectureRow architecture_row(const OwnBackbone& backbone) {
    expect(!backbone.name.empty() && backbone.make != nullptr, backbone, "needs a name and a function that makes it");
    return {backbone.name, backbone.summary,
            [backbone](std::int64_t height, std::int64_t width) { return architecture_of(backbone, height, width); }};
}

}  // namespace graft

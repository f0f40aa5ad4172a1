#include "network/head.hpp"

#include <unistd.h>

#include <array>
#include <string_view>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

TorchModule make_activation(Activation activation) {
    constexpr std::array<const char*, 4> kExpressions = {"torch.relu(x)", "torch.gelu(x)", "torch.silu(x)",
                                                         "torch.tanh(x)"};
    return make_function("Activation", kExpressions[static_cast<std::size_t>(activation)]);
}

/// Before it is made: what does not fit into memory ends in the system's killing the process, without a word.
void expect_to_fit(const HeadOptions& options, std::int64_t features, std::int64_t classes) {
    constexpr double kBytes = 4 * sizeof(float);  // of a parameter: its value, gradient and an optimizer's two means
    double parameters = 0;
    auto in = static_cast<double>(features);
    for (const std::int64_t units : options.hidden) {
        parameters += (in + 1) * static_cast<double>(units);
        in = static_cast<double>(units);
    }
    parameters += (in + 1) * static_cast<double>(classes);
    const auto memory = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
    if (memory <= 0 || kBytes * parameters <= memory) return;
    throw ConfigError(
        format_text("/head/hidden: training {:.1f} billion parameters takes {:.0f} GB of memory, and this "
                    "machine has {:.0f} GB",
                    parameters / 1e9, kBytes * parameters / 1e9, memory / 1e9));
}

/// What lies between the features and the classifier. @param features their number, then that of what the layers give
NamedModules hidden_layers(const HeadOptions& options, std::int64_t& features) {
    NamedModules layers;
    for (std::size_t i = 0; i < options.hidden.size(); ++i) {
        const std::string number = std::to_string(i + 1);
        layers.emplace_back("dense" + number, make_linear(features, options.hidden[i]));
        features = options.hidden[i];
        if (options.batch_norm) layers.emplace_back("batch_norm" + number, make_batch_norm({.channels = features}));
        layers.emplace_back("activation" + number, make_activation(options.activation));
        if (options.dropout > 0)
            layers.emplace_back(
                "dropout" + number,
                make_function("Dropout", "torch.dropout(x, " + std::to_string(options.dropout) + ", self.training)"));
    }
    return layers;
}

NamedModules layers_before_classifier(const HeadOptions& options, std::int64_t& features) {
    switch (options.kind) {
        case HeadKind::dense: return hidden_layers(options, features);
        case HeadKind::nearest_mean: return {{"direction", make_direction()}};
        case HeadKind::linear_probe: break;
    }
    return {};
}

}  // namespace

void describe(Fields& fields, HeadOptions& options) {
    fields.choice(
        "kind", options.kind,
        "`dense`: trained in epochs. For few images, fitted once to the features of a frozen network "
        "(docs/tasks.md): `nearest_mean`: the cosine with each class's mean feature; `linear_probe`: logistic "
        "regression, of numbers ridge regression.");
    fields.choice("pooling", options.pooling,
                  "Of a feature map: `avg` mean, `max` maximum, `avgmax` half their sum. Of a vision transformer: "
                  "`avg` class token, `max` maximum over the patches.");
    fields.field(
        "hidden", options.hidden,
        "Units of the hidden dense layers; `[]`: a linear classifier, whose weights begin at zero. This and what "
        "follows: of `dense`.",
        {.items = between(1, 65536), .shortest = 0, .longest = 16});
    fields.choice("activation", options.activation, "After each hidden layer.");
    fields.field("dropout", options.dropout, "Share of hidden outputs set to zero in training.", from_below(0, 1));
    fields.field("batch_norm", options.batch_norm, "Batch normalisation before the activation.");
    fields.field("scale", options.scale,
                 "Of `nearest_mean`: what its cosines are multiplied by before the softmax; `null`: fitted to the "
                 "training images, each held against the means of the others.",
                 above(0));
    fields.field("c", options.c,
                 "Of `linear_probe`: weight of the images' losses against half the squares of the weights, as "
                 "scikit-learn's `C`; small: simpler.",
                 above(0));
}

std::vector<std::string> contradictions(const HeadOptions& options) {
    const HeadOptions usual;
    std::vector<std::string> problems;
    const auto refuse = [&](bool is_set, const char* key, HeadKind of) {
        if (is_set && options.kind != of)
            problems.push_back(format_text("/{}: is for \"kind\": \"{}\"; expected to be left out with \"{}\"", key, of,
                                           options.kind));
    };
    refuse(options.hidden != usual.hidden && !options.hidden.empty(), "hidden", HeadKind::dense);
    refuse(options.activation != usual.activation, "activation", HeadKind::dense);
    refuse(options.dropout != 0, "dropout", HeadKind::dense);
    refuse(options.batch_norm, "batch_norm", HeadKind::dense);
    refuse(options.scale.has_value(), "scale", HeadKind::nearest_mean);
    refuse(options.c != usual.c, "c", HeadKind::linear_probe);
    return problems;
}

TorchModule make_pooling(Pooling pooling, FeatureForm form) {
    constexpr std::array<const char*, 3> kOfMap = {"torch.mean(x, [2, 3])", "torch.amax(x, [2, 3])",
                                                   "0.5 * (torch.mean(x, [2, 3]) + torch.amax(x, [2, 3]))"};
    constexpr std::array<const char*, 3> kOfTokens = {"torch.select(x, 1, 0)", "torch.amax(x[:, 1:], [1])",
                                                      "0.5 * (torch.select(x, 1, 0) + torch.amax(x[:, 1:], [1]))"};
    if (form == FeatureForm::vector && pooling != Pooling::avg)
        throw ConfigError(format_text(
            "/head/pooling: expected \"avg\", got \"{}\": this backbone gives vectors that are pooled already",
            pooling));
    if (form == FeatureForm::vector) return make_function("Pooling", "x");
    const auto& expressions = form == FeatureForm::map ? kOfMap : kOfTokens;
    return make_function("Pooling", expressions[static_cast<std::size_t>(pooling)]);
}

TorchModule make_head(const HeadOptions& options, std::int64_t features, std::int64_t classes, Rng& rng) {
    expect_to_fit(options, features, classes);
    NamedModules layers = layers_before_classifier(options, features);
    layers.emplace_back("classifier", make_linear(features, classes));
    TorchModule head = make_chain("Head", layers);
    initialise(head, rng);
    return head;
}

}  // namespace graft

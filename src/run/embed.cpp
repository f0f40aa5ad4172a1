#include "run/embed.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <cmath>

#include "core/files.hpp"
#include "core/folders.hpp"
#include "core/hash.hpp"
#include "core/names.hpp"
#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "deploy/model_file.hpp"
#include "graft/core/errors.hpp"
#include "inference/throughput.hpp"
#include "network/grafted_model.hpp"
#include "network/identify.hpp"
#include "network/network_input.hpp"
#include "network/torch_device.hpp"
#include "run/choose_weights.hpp"
#include "run/kept_vectors.hpp"
#include "run/phase_features.hpp"
#include "weights/format/file_kind.hpp"
#include "weights/store/added_weights.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;
using nlohmann::literals::operator""_json_pointer;

/// @param network float32 [N,3,H,W] -> float32 [N,C]
Embedder embedder_of(TorchModule network, const Preprocessing& preprocessing, const Device& device) {
    network.eval();
    const std::int64_t images_per_call = usual_plan(1, device).images_per_call;
    Embedder embedder{.network = make_inference(network, example_input(preprocessing),
                                                {.device = device, .images_per_call = images_per_call}),
                      .preprocessing = preprocessing};
    embedder.length = (*embedder.network)(example_input(preprocessing)).size(1);
    return embedder;
}

/// A model's trunk and scion, one part after the other, up to the head.
TorchModule without_head(const TorchModule& model, const std::string& file) {
    NamedModules parts = parts_up_to_scores(model);
    if (parts.empty())
        throw DataError(
            format_text("{}: its parts cannot be told apart, for it was exported as one frozen module; "
                        "take the model.pt of the run",
                        file));
    std::erase_if(parts, [](const auto& part) { return part.first == "head"; });
    return make_chain("Embedding", parts);
}

/// A frozen network's vectors are those that its training has kept.
void find_features(const ModelInfo& info, Embedder& embedder) {
    const ArchitectureRow* row = builtin_architectures().find(info.backbone);
    if (info.freeze != "all") {
        embedder.not_kept_because = "the model's own training has changed its stages";
    } else if (row == nullptr) {
        embedder.not_kept_because = format_text("the stages of {} are not known", info.backbone);
    } else {
        const Architecture architecture = row->make(info.preprocessing.height, info.preprocessing.width);
        const Json pooling =
            info.config.is_object() ? info.config.value("/head/pooling"_json_pointer, Json("avg")) : Json("avg");
        embedder.features =
            features_of_frozen(architecture.name, info.backbone_hash, stage_names(architecture), {embedder.length},
                               enum_named<Pooling>(pooling.get<std::string>()).value_or(Pooling::avg),
                               info.preprocessing, embedder.network->device());
    }
}

Embedder embedder_of_model(const std::string& file, const Device& device) {
    const ModelFile model = load_model(file);
    Embedder embedder = embedder_of(without_head(model.module, file), model.info.preprocessing, device);
    find_features(model.info, embedder);
    embedder.list = recorded_list_options(model.info.config);
    return embedder;
}

/// Weights, whose they are, and how pictures are prepared where the file itself says so.
struct NamedWeights {
    BackboneOptions options;
    std::optional<Preprocessing> preprocessing;
};

/// Throws DataError where the tensors are complete for no architecture.
NamedWeights identified(const std::string& file) {
    const StateDict state = read_state_dict(file);
    const std::vector<ArchitectureFit> fits = find_architectures(state, builtin_architectures());
    if (fits.empty() || !fits.front().report.complete())
        throw DataError(
            format_text("{}: are not the weights of an architecture that graft knows; \"graft inspect\" "
                        "says what is missing",
                        file));
    NamedWeights found{.options = {.name = fits.front().name, .weights = file}};
    if (const auto info = state.metadata.find(kModelInfoName); info != state.metadata.end())
        found.preprocessing = read_model_info(info->second, file, GoldenImages::left_out).preprocessing;
    return found;
}

NamedWeights weights_in(const std::string& file, FileKind kind) {
    if (const std::optional<WeightsEntry> entry = described_weights(file))
        return {.options = {.name = entry->architecture, .weights = file}};
    if (kind == FileKind::torchscript) return {.options = {.name = std::string(kTorchScript), .weights = file}};
    return identified(file);
}

NamedWeights weights_named(const std::string& name) {
    if (const std::optional<WeightsEntry> entry = find_weights(name, weights_folder()))
        return {.options = {.name = entry->architecture, .weights = name}};
    if (builtin_architectures().find(name) != nullptr) return {.options = {.name = name}};
    std::vector<std::string> names = builtin_architectures().names();
    for (const WeightsEntry& entry : weights_manifest()) names.push_back(entry.name);
    throw ConfigError(format_text("{}: there is no such file, and no weights and no architecture of that name{}", name,
                                  did_you_mean(name, names)));
}

Embedder embedder_of_weights(const NamedWeights& named, MissingWeights missing, const Device& device,
                             const std::stop_token& stop, Reporter& reporter) {
    const ChosenWeights weights = choose_weights(named.options, missing);
    const Preprocessing preprocessing = named.preprocessing.value_or(usual_preprocessing(weights.entry));
    bring_weights(weights, stop, reporter);
    const ArchitectureRow* row = builtin_architectures().find(named.options.name);
    const Backbone backbone = row == nullptr ? load_torchscript_backbone(weights.source, preprocessing)
                                             : load_backbone(*row, weights.source, 0, preprocessing);
    constexpr std::int64_t outputs = 1;  // of a head that is not used
    const GraftedModel model = graft_model(backbone, preprocessing, "all", HeadOptions{.hidden = {}}, outputs, 0);
    Embedder embedder = embedder_of(model.trunk, preprocessing, device);
    embedder.features = features_of_frozen(backbone.architecture.name, backbone.weights_hash, model.frozen_stages,
                                           model.feature_shape, Pooling::avg, preprocessing, device);
    return embedder;
}

}  // namespace

Embedder load_embedder(const std::string& source, MissingWeights missing, const std::stop_token& stop,
                       Reporter& reporter, std::string_view device) {
    const ChosenDevice chosen = choose_device(device, "device");
    const auto of_weights = [&](const NamedWeights& named) {
        return embedder_of_weights(named, missing, chosen.device, stop, reporter);
    };
    const auto load = [&] {
        std::error_code ignored;
        if (!fs::exists(source, ignored)) return of_weights(weights_named(source));
        const FileKind kind = what_is(source).kind;
        if (kind == FileKind::graft_model) return embedder_of_model(source, chosen.device);
        expect_use(source, FileUse::weights);
        return of_weights(weights_in(source, kind));
    };
    Embedder embedder = load();
    embedder.device_note = chosen.note;
    return embedder;
}

std::size_t embed_files(const Embedder& embedder, std::span<const fs::path> images, const EmbedOptions& options,
                        const std::function<void(std::size_t, const Embedding&)>& consume) {
    const DecodeOptions decoding{.max_pixels = options.max_pixels, .input = embedder.preprocessing};
    const std::size_t workers = options.workers == 0 ? embedder.network->callers() : options.workers;
    struct Made {
        Embedding embedding;
        std::optional<Fingerprint> computed_of = {};  // nothing: it was kept already, or there is none
    };
    // What a worker makes at once: a call of the network.
    const auto per_call = static_cast<std::size_t>(embedder.network->images_per_call());
    const auto part = [&](std::size_t call) {
        return images.subspan(call * per_call, std::min(per_call, images.size() - call * per_call));
    };
    /// @return [1,3,H,W]; undefined for what is kept already and for what cannot be read
    const auto read = [&](const fs::path& file, Made& made) -> at::Tensor {
        try {
            const std::string bytes = read_file(file);
            const Fingerprint content = fingerprint(bytes);
            if (options.kept != nullptr)
                if (std::optional<std::vector<float>> kept = options.kept->find(content)) {
                    made.embedding.values = std::move(*kept);
                    return {};
                }
            const cv::Mat rgb = decode_image(bytes, shown(file.string()), decoding);
            made.computed_of = content;
            return to_network_input(resize_to_input(rgb, embedder.preprocessing));
        } catch (const DataError& error) {
            made.embedding.error = error.what();
            return {};
        }
    };
    const auto make = [&](std::size_t call) {
        std::vector<Made> made(part(call).size());
        std::vector<at::Tensor> inputs;
        for (std::size_t i = 0; i < made.size(); ++i)
            if (at::Tensor input = read(part(call)[i], made[i]); input.defined()) inputs.push_back(std::move(input));
        if (inputs.empty()) return made;
        const at::Tensor rows = (*embedder.network)(inputs.size() == 1 ? inputs.front() : at::cat(inputs));  // [n,C]
        const float* values = rows.const_data_ptr<float>();
        for (Made& each : made) {
            if (!each.computed_of) continue;
            each.embedding.values.assign(values, values + rows.size(1));
            values += rows.size(1);
        }
        return made;
    };
    std::size_t finished = 0;
    ordered_map((images.size() + per_call - 1) / per_call,
                {.workers = workers,
                 .window = (per_call == 1 ? 8 : 2) * workers,
                 .on_worker_start = use_one_thread_here,
                 .stop = options.stop},
                make, [&](std::size_t, const std::vector<Made>& made) {
                    for (const Made& each : made) {
                        if (options.kept != nullptr && each.computed_of)
                            options.kept->keep(*each.computed_of, each.embedding.values);
                        consume(finished++, each.embedding);
                    }
                });
    return finished;
}

double cosine_similarity(std::span<const float> a, std::span<const float> b) {
    double product = 0, a_squared = 0, b_squared = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        product += double(a[i]) * b[i];
        a_squared += double(a[i]) * a[i];
        b_squared += double(b[i]) * b[i];
    }
    return a_squared > 0 && b_squared > 0 ? product / std::sqrt(a_squared * b_squared) : 0;
}

}  // namespace graft

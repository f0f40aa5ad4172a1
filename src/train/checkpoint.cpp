#include "train/checkpoint.hpp"

#include <torch/csrc/jit/api/module.h>
#include <torch/optim/optimizer.h>
#include <torch/serialize/input-archive.h>
#include <torch/serialize/output-archive.h>

#include <functional>
#include <sstream>
#include <string_view>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "train/weights_snapshot.hpp"

namespace graft {
namespace {

constexpr int kFormat = 2;

/// LibTorch's reader takes changed bytes for values, so a SHA-256 of the archive stands behind it.
std::string with_digest(std::string archive) {
    const std::string digest = sha256(archive);
    return std::move(archive) + digest;
}

/// How long the archive is, when the digest behind it is its own.
std::optional<std::size_t> size_of_archive(std::string_view bytes) {
    constexpr std::size_t kDigits = 64;
    const std::size_t size = bytes.size() < kDigits ? 0 : bytes.size() - kDigits;
    if (sha256(bytes.substr(0, size)) != bytes.substr(size)) return std::nullopt;
    return size;
}

std::string without_digest(std::string bytes, const std::filesystem::path& file) {
    const std::optional<std::size_t> size = size_of_archive(bytes);
    if (!size)
        throw DataError(file.string() +
                        ": the checkpoint is damaged: its content does not have the SHA-256 at its end");
    bytes.resize(*size);
    return bytes;
}

torch::serialize::OutputArchive tensors_as_archive(const std::vector<at::Tensor>& tensors) {
    torch::serialize::OutputArchive archive;
    archive.write("count", c10::IValue(static_cast<std::int64_t>(tensors.size())));
    for (std::size_t i = 0; i < tensors.size(); ++i) archive.write(std::to_string(i), tensors[i]);
    return archive;
}

/// The value of a key, null where it is absent.
Json value_at(const Json& object, const std::string& key) {
    const auto found = object.find(key);
    return found == object.end() ? Json() : *found;
}

/// Every value in which two documents differ, a line each: "  /training/epochs: 3 then, 4 now".
void add_differences(const Json& then, const Json& now, const Json::json_pointer& at, std::string& lines) {
    if (then == now) return;
    const bool lists = then.is_array() && now.is_array() && then.size() == now.size();
    for (std::size_t i = 0; lists && i < then.size(); ++i) add_differences(then[i], now[i], at / i, lines);
    if (lists) return;
    if (!then.is_object() || !now.is_object()) {
        const auto text = [](const Json& value) { return value.is_null() ? "the default" : value.dump(); };
        lines += format_text("\n  {}: {} then, {} now", at.to_string(), text(then), text(now));
        return;
    }
    Json keys = then;
    keys.update(now);
    for (const auto& [key, unused] : keys.items())
        add_differences(value_at(then, key), value_at(now, key), at / key, lines);
}

void expect_same_run(const Json& then, const Json& now, const std::filesystem::path& file) {
    std::string lines;
    add_differences(then, now, Json::json_pointer(), lines);
    if (!lines.empty())
        throw ConfigError(file.string() +
                          ": is the checkpoint of another run; resume with what it was started with:" + lines);
}

std::vector<at::Tensor> tensors_in(torch::serialize::InputArchive& parent, const std::string& key) {
    torch::serialize::InputArchive archive;
    parent.read(key, archive);
    c10::IValue count;
    archive.read("count", count);
    std::vector<at::Tensor> tensors(static_cast<std::size_t>(count.toInt()));
    for (std::size_t i = 0; i < tensors.size(); ++i) archive.read(std::to_string(i), tensors[i]);
    return tensors;
}

/// Calls `use` with the archive and with the state in it; whatever is wrong with the file becomes a DataError.
/// @param device where its tensors come to lie, whatever device they were written from
void open_checkpoint(const std::filesystem::path& file, const c10::Device& device,
                     const std::function<void(torch::serialize::InputArchive&, const Json&)>& use) {
    std::istringstream bytes(without_digest(read_file(file), file));
    try {
        torch::serialize::InputArchive archive;
        archive.load_from(bytes, device);
        c10::IValue text;
        archive.read("state", text);
        const Json state = Json::parse(text.toStringRef());
        if (state.value("format", 1) != kFormat)
            throw DataError(file.string() +
                            ": is a checkpoint of another version of graft; begin the run anew "
                            "(--overwrite), or resume it with the graft that wrote it");
        use(archive, state);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw DataError(format_text("{}: the checkpoint is damaged: {}", file, cause_in(error.what())));
    }
}

/// @param name of a callback's weights in the archive, before its number
Json callbacks_as_json(const std::vector<CallbackState>& callbacks, const char* name,
                       torch::serialize::OutputArchive& archive) {
    Json list = Json::array();
    for (std::size_t i = 0; i < callbacks.size(); ++i) {
        const auto* weights = dynamic_cast<const TensorSnapshot*>(callbacks[i].weights.get());
        list.push_back({{"values", callbacks[i].values},
                        {"weights_of", weights == nullptr ? Json(nullptr) : Json(weights->epoch())}});
        if (weights == nullptr) continue;
        auto nested = tensors_as_archive(weights->values());
        archive.write(format_text("{}{}", name, i), nested);
    }
    return list;
}

std::vector<CallbackState> callbacks_from_json(const Json& list, const char* name,
                                               torch::serialize::InputArchive& archive) {
    std::vector<CallbackState> callbacks;
    for (std::size_t i = 0; i < list.size(); ++i) {
        CallbackState callback{.values = list[i].at("values").get<std::string>()};
        if (const Json& epoch = list[i].at("weights_of"); !epoch.is_null())
            callback.weights = std::make_shared<TensorSnapshot>(tensors_in(archive, format_text("{}{}", name, i)),
                                                                epoch.get<std::int64_t>());
        callbacks.push_back(std::move(callback));
    }
    return callbacks;
}

Json state_as_json(const TrainingState& state) {
    return {{"phase", state.phase},
            {"phase_reason", state.phase_reason},
            {"epoch_of_phase", state.epoch_of_phase},
            {"finished", state.finished},
            {"reason", state.reason},
            {"learning_rates", state.learning_rates},
            {"weights_of", state.weights_of},
            {"weights_because", state.weights_because},
            {"history", to_json(state.history)}};
}

TrainingState state_from_json(const Json& json) {
    return {.phase = json.at("phase").get<std::int64_t>(),
            .epoch_of_phase = json.at("epoch_of_phase").get<std::int64_t>(),
            .history = history_from_json(json.at("history")),
            .finished = json.at("finished").get<bool>(),
            .reason = json.at("reason").get<std::string>(),
            .phase_reason = json.value("phase_reason", ""),
            .learning_rates = json.at("learning_rates"),
            .weights_of = json.at("weights_of").get<std::int64_t>(),
            .weights_because = json.at("weights_because").get<std::string>()};
}

/// Calls `put` with the lists of tensors that a part has, and their names in the archive.
template <class Part, class Put>
void for_each_list(Part& part, const Put& put) {
    put("part_average", part.average);
    put("part_before", part.before);
}

Json part_as_json(const EpochPart& part, torch::serialize::OutputArchive& archive) {
    const auto write = [&](const std::string& name, const std::vector<at::Tensor>& tensors) {
        auto nested = tensors_as_archive(tensors);
        archive.write(name, nested);
    };
    write("part_gradients", part.gradients);
    archive.write("part_measures", c10::IValue(part.measures));
    Json json = {{"batches", part.batches},
                 {"diverged", part.diverged},
                 {"learning_rate", part.learning_rate},
                 {"seconds", part.seconds}};
    for_each_list(part, [&](const char* name, const std::shared_ptr<const TensorSnapshot>& list) {
        json[name] = list != nullptr;
        if (list != nullptr) write(name, list->values());
    });
    return json;
}

EpochPart part_from_json(const Json& json, torch::serialize::InputArchive& archive) {
    EpochPart part{.batches = json.at("batches").get<std::int64_t>(),
                   .diverged = json.at("diverged").get<bool>(),
                   .learning_rate = json.at("learning_rate").get<double>(),
                   .seconds = json.at("seconds").get<double>(),
                   .gradients = tensors_in(archive, "part_gradients")};
    c10::IValue measures;
    archive.read("part_measures", measures);
    part.measures = measures.toStringRef();
    for_each_list(part, [&](const char* name, std::shared_ptr<const TensorSnapshot>& list) {
        if (json.at(name).get<bool>()) list = std::make_shared<TensorSnapshot>(tensors_in(archive, name));
    });
    return part;
}

void take_weights(torch::serialize::InputArchive& archive, const TorchModule& weights) {
    TensorSnapshot(tensors_in(archive, "weights")).restore(weights);
}

}  // namespace

std::filesystem::path previous_of(const std::filesystem::path& checkpoint) {
    return checkpoint.parent_path() / "previous.pt";
}

void save_checkpoint(const std::filesystem::path& file, const Json& run_identity, const TrainingState& state,
                     const TorchModule& weights, const torch::optim::Optimizer& optimizer) {
    torch::serialize::OutputArchive archive, optimizer_archive;
    Json json = {{"format", kFormat}, {"identity", run_identity}};
    json.update(state_as_json(state));
    json["callbacks"] = callbacks_as_json(state.callbacks, "callback", archive);
    json["phase_callbacks"] = callbacks_as_json(state.phase_callbacks, "phase_callback", archive);
    if (state.average) {
        json["averaged"] = true;
        auto average = tensors_as_archive(state.average->values());
        archive.write("average", average);
    }
    if (state.part) json["part"] = part_as_json(*state.part, archive);
    archive.write("state", c10::IValue(json.dump()));
    auto values = tensors_as_archive(TensorSnapshot(weights).values());
    archive.write("weights", values);
    optimizer.save(optimizer_archive);
    archive.write("optimizer", optimizer_archive);
    std::ostringstream bytes;
    archive.save_to(bytes);
    write_file_keeping(file, with_digest(bytes.str()), previous_of(file));
}

TrainingState load_checkpoint(const std::filesystem::path& file, const Json& run_identity, const TorchModule& weights) {
    TrainingState state;
    open_checkpoint(file, at::kCPU, [&](torch::serialize::InputArchive& archive, const Json& json) {
        expect_same_run(json.at("identity"), run_identity, file);
        state = state_from_json(json);
        state.callbacks = callbacks_from_json(json.at("callbacks"), "callback", archive);
        state.phase_callbacks =
            callbacks_from_json(json.value("phase_callbacks", Json::array()), "phase_callback", archive);
        if (json.value("averaged", false))
            state.average = std::make_shared<TensorSnapshot>(tensors_in(archive, "average"));
        if (json.contains("part")) state.part = part_from_json(json.at("part"), archive);
        take_weights(archive, weights);
    });
    return state;
}

void load_optimizer(const std::filesystem::path& file, torch::optim::Optimizer& optimizer) {
    const c10::Device device = optimizer.param_groups().front().params().front().device();
    open_checkpoint(file, device, [&](torch::serialize::InputArchive& archive, const Json&) {
        torch::serialize::InputArchive optimizer_archive;
        archive.read("optimizer", optimizer_archive);
        optimizer.load(optimizer_archive);
    });
}

bool is_whole_checkpoint(const std::filesystem::path& file) { return size_of_archive(read_file(file)).has_value(); }

void expect_checkpoint_of(const std::filesystem::path& file, const Json& run_identity) {
    open_checkpoint(file, at::kCPU, [&](torch::serialize::InputArchive&, const Json& json) {
        expect_same_run(json.at("identity"), run_identity, file);
    });
}

}  // namespace graft

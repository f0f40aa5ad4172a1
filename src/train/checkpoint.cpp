#include "train/checkpoint.hpp"

#include <torch/csrc/jit/api/module.h>
#include <torch/optim/optimizer.h>
#include <torch/serialize/input-archive.h>
#include <torch/serialize/output-archive.h>

#include <functional>
#include <limits>
#include <sstream>
#include <string_view>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "graft/core/errors.hpp"
#include "train/weights_snapshot.hpp"

namespace graft {
namespace {

Json history_as_json(const std::vector<EpochRecord>& history) {
    Json rows = Json::array();
    for (const EpochRecord& row : history) {
        Json metrics = Json::array();
        for (const auto& [name, value] : row.metrics) metrics.push_back({name, value});  // NaN becomes null
        rows.push_back({{"epoch", row.epoch},
                        {"learning_rate", row.learning_rate},
                        {"seconds", row.seconds},
                        {"metrics", metrics}});
    }
    return rows;
}

std::vector<EpochRecord> history_from_json(const Json& rows) {
    std::vector<EpochRecord> history;
    for (const Json& row : rows) {
        EpochRecord record{.epoch = row.at("epoch").get<std::int64_t>(),
                           .learning_rate = row.at("learning_rate").get<double>(),
                           .seconds = row.at("seconds").get<double>()};
        for (const Json& metric : row.at("metrics"))
            record.metrics.emplace_back(metric.at(0).get<std::string>(), metric.at(1).is_null()
                                                                             ? std::numeric_limits<double>::quiet_NaN()
                                                                             : metric.at(1).get<double>());
        history.push_back(std::move(record));
    }
    return history;
}

/// LibTorch's reader takes changed bytes for values, so a SHA-256 of the archive stands behind it.
std::string with_digest(std::string archive) {
    const std::string digest = sha256(archive);
    return std::move(archive) + digest;
}

std::string without_digest(std::string bytes, const std::filesystem::path& file) {
    constexpr std::size_t kDigits = 64;
    const std::size_t size = bytes.size() < kDigits ? 0 : bytes.size() - kDigits;
    if (sha256(std::string_view(bytes).substr(0, size)) != std::string_view(bytes).substr(size))
        throw DataError(file.string() +
                        ": the checkpoint is damaged: its content does not have the SHA-256 at its end");
    bytes.resize(size);
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
        lines += "\n  " + at.to_string() + ": " + then.dump() + " then, " + now.dump() + " now";
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
void open_checkpoint(const std::filesystem::path& file,
                     const std::function<void(torch::serialize::InputArchive&, const Json&)>& use) {
    std::istringstream bytes(without_digest(read_file(file), file));
    try {
        torch::serialize::InputArchive archive;
        archive.load_from(bytes);
        c10::IValue text;
        archive.read("state", text);
        use(archive, Json::parse(text.toStringRef()));
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        const std::string what = error.what();
        throw DataError(file.string() + ": the checkpoint is damaged: " + what.substr(0, what.find('\n')));
    }
}

}  // namespace

void save_checkpoint(const std::filesystem::path& file, const Json& run_identity, const TrainingState& state,
                     const TorchModule& scion, const torch::optim::Optimizer& optimizer) {
    torch::serialize::OutputArchive archive, optimizer_archive;
    Json callbacks = Json::array();
    for (std::size_t i = 0; i < state.callbacks.size(); ++i) {
        const auto* weights = dynamic_cast<const TensorSnapshot*>(state.callbacks[i].weights.get());
        callbacks.push_back({{"values", state.callbacks[i].values}, {"has_weights", weights != nullptr}});
        if (weights != nullptr) {
            auto nested = tensors_as_archive(weights->values());
            archive.write("callback" + std::to_string(i), nested);
        }
    }
    const Json json = {{"identity", run_identity},
                       {"next_epoch", state.next_epoch},
                       {"finished", state.finished},
                       {"reason", state.reason},
                       {"history", history_as_json(state.history)},
                       {"callbacks", callbacks}};
    archive.write("state", c10::IValue(json.dump()));
    auto values = tensors_as_archive(TensorSnapshot(scion).values());
    archive.write("scion", values);
    optimizer.save(optimizer_archive);
    archive.write("optimizer", optimizer_archive);
    std::ostringstream bytes;
    archive.save_to(bytes);
    write_file(file, with_digest(bytes.str()));
}

TrainingState load_checkpoint(const std::filesystem::path& file, const Json& run_identity, const TorchModule& scion,
                              torch::optim::Optimizer& optimizer) {
    TrainingState state;
    open_checkpoint(file, [&](torch::serialize::InputArchive& archive, const Json& json) {
        expect_same_run(json.at("identity"), run_identity, file);
        state.next_epoch = json.at("next_epoch").get<std::int64_t>();
        state.finished = json.at("finished").get<bool>();
        state.reason = json.at("reason").get<std::string>();
        state.history = history_from_json(json.at("history"));
        for (std::size_t i = 0; i < json.at("callbacks").size(); ++i) {
            const Json& saved = json.at("callbacks").at(i);
            CallbackState callback{.values = saved.at("values").get<std::string>()};
            if (saved.at("has_weights").get<bool>())
                callback.weights =
                    std::make_shared<TensorSnapshot>(tensors_in(archive, "callback" + std::to_string(i)));
            state.callbacks.push_back(std::move(callback));
        }
        TensorSnapshot(tensors_in(archive, "scion")).restore(scion);
        torch::serialize::InputArchive optimizer_archive;
        archive.read("optimizer", optimizer_archive);
        optimizer.load(optimizer_archive);
    });
    return state;
}

void expect_checkpoint_of(const std::filesystem::path& file, const Json& run_identity) {
    open_checkpoint(file, [&](torch::serialize::InputArchive&, const Json& json) {
        expect_same_run(json.at("identity"), run_identity, file);
    });
}

}  // namespace graft

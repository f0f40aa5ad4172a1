#include "weights/format/unwrap.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr std::array<std::string_view, 3> kWrappers = {"state_dict", "model_state_dict", "model"};
constexpr std::array<std::string_view, 2> kPrefixes = {"module.", "_orig_mod."};
constexpr int kDeepestWrapping = 3;
constexpr std::size_t kKeysShown = 8;

[[noreturn]] void fail(std::string_view where, const std::string& problem) {
    throw DataError(std::string(where) + ": " + problem);
}

bool holds_a_tensor(const PickleDict& dict) {
    return std::ranges::any_of(dict.items, [](const auto& item) { return as<TensorLayout>(item.second) != nullptr; });
}

/// `"a", "b", 3 more`.
std::string keys_of(const PickleDict& dict) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : dict.items) {
        if (keys.size() == kKeysShown) {
            keys.push_back(std::to_string(dict.items.size() - kKeysShown) + " more");
            break;
        }
        const PickleText* const text = as<PickleText>(key);
        keys.push_back(text ? "\"" + printable(text->text) + "\"" : std::string(kind_of(key)));
    }
    return joined(keys);
}

/// The one dict in `dict` under a customary key, and that key.
PickleDict::Item unwrap(const PickleDict& dict, std::string_view where) {
    std::vector<PickleDict::Item> found;
    for (const PickleDict::Item& item : dict.items) {
        const PickleText* const key = as<PickleText>(item.first);
        const bool customary = key != nullptr && std::ranges::find(kWrappers, key->text) != kWrappers.end();
        if (customary && as<PickleDict>(item.second) != nullptr) found.push_back(item);
    }
    if (found.empty())
        fail(where, "holds no state dict: its keys are " + (dict.items.empty() ? "none" : keys_of(dict)) +
                        "; expected tensors, or a dict under \"state_dict\", \"model_state_dict\" or \"model\"");
    if (found.size() > 1)
        fail(where, "holds more than one state dict: \"" + as<PickleText>(found[0].first)->text + "\" and \"" +
                        as<PickleText>(found[1].first)->text + "\"; save the one you mean alone");
    return found.front();
}

std::vector<NamedLayout> tensors_of(const PickleDict& dict, std::string_view where, std::vector<std::string>& notes) {
    std::vector<NamedLayout> tensors;
    std::unordered_set<std::string_view> names;
    for (const auto& [key, value] : dict.items) {
        const PickleText* const name = as<PickleText>(key);
        if (name == nullptr) fail(where, "has a state dict with " + std::string(kind_of(key)) + " among its names");
        const std::string shown = "\"" + printable(name->text) + "\"";
        if (!names.insert(name->text).second) fail(where, "has two entries named " + shown);
        const TensorLayout* const layout = as<TensorLayout>(value);
        if (layout != nullptr)
            tensors.push_back({name->text, *layout});
        else if (name->text.ends_with("_extra_state"))  // of torch.nn.Module.get_extra_state: anything, no weights
            notes.push_back("left out " + shown + ": " + std::string(kind_of(value)));
        else
            fail(where, "entry " + shown + " is " + std::string(kind_of(value)) + ", not a tensor");
    }
    return tensors;
}

void drop_common_prefix(std::vector<NamedLayout>& tensors, std::string_view prefix, std::vector<std::string>& notes) {
    const auto has_prefix = [&](const NamedLayout& tensor) {
        return tensor.name.starts_with(prefix) && tensor.name.size() > prefix.size();
    };
    if (!std::ranges::all_of(tensors, has_prefix)) return;
    for (NamedLayout& tensor : tensors) tensor.name.erase(0, prefix.size());
    notes.push_back("dropped the prefix \"" + std::string(prefix) + "\" of every name");
}

}  // namespace

std::vector<NamedLayout> state_dict_of(const PickleValue& root, std::string_view where,
                                       std::vector<std::string>& notes) {
    PickleValue value = root;
    for (int depth = 0;; ++depth) {
        const PickleDict* const dict = as<PickleDict>(value);
        if (dict == nullptr) fail(where, "holds " + std::string(kind_of(value)) + ", not a state dict");
        if (holds_a_tensor(*dict)) {
            std::vector<NamedLayout> tensors = tensors_of(*dict, where, notes);
            for (const std::string_view prefix : kPrefixes) drop_common_prefix(tensors, prefix, notes);
            return tensors;
        }
        if (depth == kDeepestWrapping) fail(where, "wraps its state dict too deeply");
        const PickleDict::Item inner = unwrap(*dict, where);
        notes.push_back("taken from \"" + as<PickleText>(inner.first)->text + "\" of a checkpoint with the keys " +
                        keys_of(*dict));
        value = inner.second;
    }
}

}  // namespace graft

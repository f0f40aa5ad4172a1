#include "weights/format/unwrap.hpp"

#include <algorithm>
#include <deque>
#include <unordered_set>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "weights/format/name_texts.hpp"

namespace graft {
namespace {

constexpr int kDeepestWrapping = 4;
constexpr int kDeepestModule = 64;
constexpr std::size_t kMostLookedAt = 10'000;  // dicts and lists
constexpr std::size_t kLongestList = 16;  // a tuple of a few things may hold a state dict, a list of samples does not
constexpr std::size_t kByFar = 10;        // times as many tensors

using Items = std::vector<PickleDict::Item>;

std::string keys_of(const Items& items) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : items)
        keys.push_back(as<PickleText>(key) != nullptr ? in_quotes(text_in(key)) : kind_of(key));
    return keys.empty() ? "none" : some_of(keys);
}

const PickleValue* find(const Items& items, std::string_view key) {
    const auto found = std::ranges::find_if(
        items, [&](const auto& item) { return as<PickleText>(item.first) != nullptr && text_in(item.first) == key; });
    return found == items.end() ? nullptr : &found->second;
}

/// What a pickled torch.nn.Module keeps in its __dict__; nullptr for anything else.
const Items* module_state(const PickleValue& value) {
    const PickleObject* const object = as<PickleObject>(value);
    const Items* const state = object == nullptr ? nullptr : items_of(object->state);
    return state != nullptr && find(*state, "_parameters") && find(*state, "_modules") ? state : nullptr;
}

/// A dict that is more tensors than anything else. The state of an optimizer is none: it has groups of parameters.
bool is_state_dict(const Items& items) {
    std::size_t tensors = 0, arrays = 0;
    for (const auto& [key, value] : items) {
        const TensorLayout* const tensor = as<TensorLayout>(value);
        tensors += tensor != nullptr && as<PickleText>(key) != nullptr ? 1 : 0;
        arrays += tensor != nullptr && !tensor->sizes.empty() ? 1 : 0;
    }
    return arrays > 0 && 2 * tensors >= items.size();
}

bool is_optimizer(const Items& items) { return find(items, "param_groups") || find(items, "hypers"); }

/// A state dict, or a pickled module that holds one.
struct Candidate {
    PickleValue value;
    std::string path;  ///< "" for the whole
    std::size_t tensors = 0;
};

/// A value to look at, and how it was come to.
struct Place {
    PickleValue value;
    std::string path;
    int depth = 0;

    [[nodiscard]] Place below(const PickleValue& inner, const std::string& key) const {
        return {inner, path.empty() ? key : format_text("{}/{}", path, key), depth + 1};
    }
};

/// The tensors of a pickled module, named as its state_dict() would.
void add_module(const Items& state, const std::string& prefix, int depth, Items& tensors, PickleArena& names) {
    if (depth == kDeepestModule) return;
    names.charge(sizeof(Items));  // modules that share modules could be walked for ever
    for (const char* group : {"_parameters", "_buffers"}) {
        const PickleValue* const held = find(state, group);
        const Items* const items = held == nullptr ? nullptr : items_of(*held);
        if (items == nullptr) continue;
        for (const auto& [key, value] : *items)
            if (as<TensorLayout>(value) != nullptr)
                tensors.emplace_back(names.make(PickleText{prefix + std::string(text_in(key))}, prefix.size()), value);
    }
    const Items* const modules = items_of(*find(state, "_modules"));
    if (modules == nullptr) return;
    for (const auto& [key, value] : *modules)
        if (const Items* const inner = module_state(value))
            add_module(*inner, format_text("{}{}.", prefix, text_in(key)), depth + 1, tensors, names);
}

Items module_tensors(const Items& state, std::string_view where, PickleArena& names) {
    Items tensors;
    try {
        add_module(state, "", 0, tensors, names);
    } catch (const DataError&) {
        fail(where, "holds a module that is nested without end");
    }
    return tensors;
}

/// Looks for candidates breadth first, each value once.
class Search {
public:
    Search(const PickleValue& root, std::string_view where, PickleArena& names)
        : where_(where), names_(names), places_{{root, "", 0}} {
        while (!places_.empty() && looked_at_ < kMostLookedAt) {
            const Place place = places_.front();
            places_.pop_front();
            look_at(place);
        }
    }

    [[nodiscard]] std::vector<Candidate> found() && { return std::move(found_); }

private:
    void look_at(const Place& place) {
        if (const Items* const state = module_state(place.value)) {
            if (is_new(state)) add(place, module_tensors(*state, where_, names_).size());
        } else if (const Items* const items = items_of(place.value)) {
            if (is_new(items)) look_into(place, *items);
        } else if (const PickleTuple* const tuple = as<PickleTuple>(place.value)) {
            if (is_new(tuple)) look_into(place, tuple->items);
        } else if (const PickleList* const list = as<PickleList>(place.value)) {
            if (is_new(list)) look_into(place, list->items);
        } else if (const PickleObject* const object = as<PickleObject>(place.value)) {
            if (const Items* const inside = items_of(object->state); inside != nullptr && is_new(inside))
                look_into(place, *inside);  // a Learner's model, for example
        }
    }

    void look_into(const Place& place, const Items& items) {
        if (is_optimizer(items)) return;
        if (is_state_dict(items)) return add(place, tensors_in(items));
        if (place.depth == kDeepestWrapping) return;
        for (const auto& [key, value] : items)
            if (as<PickleText>(key) != nullptr) add_place(place, value, printable(text_in(key)));
    }

    void look_into(const Place& place, const std::vector<PickleValue>& items) {
        if (items.size() > kLongestList || place.depth == kDeepestWrapping) return;
        for (std::size_t i = 0; i < items.size(); ++i) add_place(place, items[i], format_text("{}", i));
    }

    void add_place(const Place& place, const PickleValue& inner, const std::string& key) {
        const bool may_hold_some = as<PickleDict>(inner) != nullptr || as<PickleObject>(inner) != nullptr ||
                                   as<PickleTuple>(inner) != nullptr || as<PickleList>(inner) != nullptr;
        if (may_hold_some && places_.size() < kMostLookedAt) places_.push_back(place.below(inner, key));
    }

    static std::size_t tensors_in(const Items& items) {
        return static_cast<std::size_t>(
            std::ranges::count_if(items, [](const auto& item) { return as<TensorLayout>(item.second) != nullptr; }));
    }

    void add(const Place& place, std::size_t tensors) {
        if (tensors > 0) found_.push_back({place.value, place.path, tensors});
    }

    bool is_new(const void* node) {
        ++looked_at_;
        return seen_.insert(node).second;
    }

    std::string_view where_;
    PickleArena& names_;
    std::deque<Place> places_;
    std::unordered_set<const void*> seen_;
    std::size_t looked_at_ = 0;
    std::vector<Candidate> found_;
};

std::string listed(const std::vector<Candidate>& candidates) {
    std::vector<std::string> texts;
    for (const Candidate& candidate : candidates)
        texts.push_back(format_text("{} ({})", in_quotes(candidate.path), count_of(candidate.tensors, "tensor")));
    return some_of(texts);
}

/// The candidate of that path, else the only one whose path ends in it.
const Candidate& named(const std::vector<Candidate>& candidates, const std::string& key, std::string_view where) {
    const Candidate* ending = nullptr;
    std::size_t endings = 0;
    for (const Candidate& candidate : candidates) {
        if (candidate.path == key) return candidate;
        if (!candidate.path.ends_with("/" + key)) continue;
        ending = &candidate;
        ++endings;
    }
    if (endings == 1) return *ending;
    fail(where, format_text("has no state dict under the key {}; those that hold tensors are {}", in_quotes(key),
                            candidates.empty() ? "none" : listed(candidates)));
}

/// The one that is meant: the whole, or the only one that is not much smaller than the largest.
const Candidate& only_one(const std::vector<Candidate>& candidates, std::string_view where) {
    if (candidates.front().path.empty()) return candidates.front();
    const std::size_t most = std::ranges::max(candidates, {}, &Candidate::tensors).tensors;
    std::vector<Candidate> large;
    std::ranges::copy_if(candidates, std::back_inserter(large),
                         [&](const Candidate& candidate) { return candidate.tensors * kByFar > most; });
    if (large.size() > 1)
        fail(where,
             format_text("holds several state dicts: {}; choose one with \"weights_key\" beside /backbone/weights "
                         "in a config, or with --key",
                         listed(large)));
    return *std::ranges::find(candidates, large.front().path, &Candidate::path);
}

std::vector<NamedLayout> tensors_of(const Items& items, std::string_view where, std::vector<std::string>& notes) {
    std::vector<NamedLayout> tensors;
    std::unordered_set<std::string_view> names;
    std::vector<std::string> left_out;
    for (const auto& [key, value] : items) {
        if (as<PickleText>(key) == nullptr) fail(where, "has a state dict with " + kind_of(key) + " among its names");
        const std::string_view name = text_in(key);
        if (!names.insert(name).second) fail(where, "has two entries named " + in_quotes(name));
        if (const TensorLayout* const layout = as<TensorLayout>(value))
            tensors.push_back({std::string(name), *layout});
        else
            left_out.push_back(format_text("{} is {}", in_quotes(name), kind_of(value)));
    }
    if (!left_out.empty()) notes.push_back("left out what is no tensor: " + some_of(left_out));
    return tensors;
}

/// "model" of {"model": …, "epoch": …}.
std::string taken_from(const Candidate& candidate, const PickleValue& root) {
    const Items* const items = items_of(root);
    const std::string among = items == nullptr ? "" : ", among " + keys_of(*items);
    return format_text("taken from {}{}", in_quotes(candidate.path), among);
}

}  // namespace

std::vector<NamedLayout> state_dict_of(const PickleValue& root, const WeightsChoice& choice, std::string_view where,
                                       std::vector<std::string>& notes) {
    constexpr std::size_t most_names = 64 << 20;  // bytes
    PickleArena names(most_names, where);         // of the tensors of modules
    const std::vector<Candidate> candidates = Search(root, where, names).found();
    if (candidates.empty() && items_of(root) == nullptr) fail(where, "holds " + kind_of(root) + ", not a state dict");
    if (candidates.empty() && choice.key.empty())
        fail(where, format_text("holds no state dict: its keys are {}; expected tensors, or a dict of them",
                                keys_of(*items_of(root))));
    const Candidate& chosen = choice.key.empty() ? only_one(candidates, where) : named(candidates, choice.key, where);
    if (!chosen.path.empty()) notes.push_back(taken_from(chosen, root));
    const Items* const module = module_state(chosen.value);
    if (module == nullptr) return tensors_of(*items_of(chosen.value), where, notes);
    notes.push_back(format_text("taken from {}, a pickled module, which was not built", kind_of(chosen.value)));
    return tensors_of(module_tensors(*module, where, names), where, notes);
}

std::vector<NamedLayout> chosen_tensors(const Pickle& pickle, const WeightsChoice& choice, std::string_view where,
                                        std::vector<std::string>& notes) {
    std::vector<NamedLayout> tensors = state_dict_of(pickle.root, choice, where, notes);
    tidy_names(tensors, choice.prefix, where, notes);
    if (!pickle.strangers.empty())
        notes.push_back(format_text("skipped Python objects, which graft never builds: {}", some_of(pickle.strangers)));
    return tensors;
}

}  // namespace graft

#include "weights/format/pickle_construct.hpp"

#include "core/text.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostDimensions = 64;  // torch's own limit
constexpr std::size_t kLongestKey = 256;     // keys are small numbers or addresses; copied with every tensor

std::int64_t integer(const PickleValue& value, const char* what, const ByteReader& in) {
    const auto* const number = std::get_if<std::int64_t>(&value);
    if (number == nullptr) in.fail(std::string(what) + " must be an int, found " + kind_of(value));
    return *number;
}

std::vector<std::int64_t> integers(const PickleValue& value, const char* what, const ByteReader& in) {
    const PickleTuple* const tuple = as<PickleTuple>(value);
    const PickleList* const list = as<PickleList>(value);
    if (tuple == nullptr && list == nullptr) in.fail(std::string(what) + " must be a tuple, found " + kind_of(value));
    const std::vector<PickleValue>& items = tuple != nullptr ? tuple->items : list->items;
    if (items.size() > kMostDimensions)
        in.fail(format_text("{} has {} dimensions, allowed are {}", what, items.size(), kMostDimensions));
    std::vector<std::int64_t> numbers;
    for (const PickleValue& item : items) numbers.push_back(integer(item, what, in));
    return numbers;
}

/// `OrderedDict()` or `OrderedDict([(key, value), …])`.
PickleValue ordered_dict(const PickleTuple& arguments, PickleArena& arena, const ByteReader& in) {
    PickleDict dict;
    if (arguments.items.empty()) return arena.make(std::move(dict));
    const PickleList* const pairs = as<PickleList>(arguments.items.front());
    if (arguments.items.size() != 1 || pairs == nullptr) in.fail("an OrderedDict is made from a list of pairs only");
    const std::size_t bytes = pairs->items.size() * sizeof(PickleDict::Item);
    arena.charge(bytes);
    for (const PickleValue& item : pairs->items) {
        const PickleTuple* const tuple = as<PickleTuple>(item);
        const PickleList* const list = as<PickleList>(item);
        const std::vector<PickleValue>* const pair = tuple != nullptr ? &tuple->items : list ? &list->items : nullptr;
        if (pair == nullptr || pair->size() != 2) in.fail("an OrderedDict is made from a list of pairs only");
        dict.items.emplace_back(pair->front(), pair->back());
    }
    return arena.make(std::move(dict));
}

/// `_rebuild_tensor_v2(storage, offset, sizes, strides[, requires_grad, hooks[, metadata]])`.
PickleValue tensor(const PickleTuple& arguments, PickleArena& arena, const ByteReader& in) {
    const std::vector<PickleValue>& items = arguments.items;
    if (items.size() < 4 || items.size() > 7)
        in.fail(format_text("a tensor is described by 4 to 7 values, found {}", items.size()));
    if (as<PickleObject>(items[0]) != nullptr) return items[0];  // of a type that graft does not know
    const StorageReference* const storage = as<StorageReference>(items[0]);
    if (storage == nullptr) in.fail("a tensor needs a storage, found " + kind_of(items[0]));
    if (items.size() == 7) {
        const PickleDict* const metadata = as<PickleDict>(items[6]);
        const bool none = std::holds_alternative<PickleNone>(items[6]);
        if (!none && (metadata == nullptr || !metadata->items.empty()))
            return make_object("a tensor with a negation or conjugation bit", arena);
    }
    TensorLayout layout{*storage, integer(items[1], "a tensor's offset", in), integers(items[2], "a tensor's size", in),
                        integers(items[3], "a tensor's stride", in)};
    const std::size_t bytes = 2 * sizeof(std::int64_t) * layout.sizes.size() + storage->key.size();
    return arena.make(std::move(layout), bytes);
}

/// `_rebuild_parameter(tensor, requires_grad, hooks)`, `Parameter(tensor)`, or `Parameter()` that `set_state` fills.
PickleValue parameter(const PickleTuple& arguments, PickleArena& arena, const ByteReader& in) {
    if (arguments.items.empty()) return arena.make(TensorLayout{});
    if (as<PickleObject>(arguments.items.front()) != nullptr) return arguments.items.front();
    if (as<TensorLayout>(arguments.items.front()) == nullptr)
        in.fail("a parameter needs a tensor, found " + kind_of(arguments.items.front()));
    return arguments.items.front();
}

/// `_rebuild_from_type_v2(function, type, arguments, state)`: the tensor alone.
PickleValue subclass(const PickleTuple& arguments, PickleArena& arena, const ByteReader& in) {
    if (arguments.items.size() != 4) in.fail("a tensor of a class is described by 4 values");
    const auto* const function = std::get_if<const PickleGlobal*>(&arguments.items[0]);
    const PickleTuple* const inner = as<PickleTuple>(arguments.items[2]);
    if (function == nullptr || inner == nullptr) return make_object("a tensor of a class", arena);
    if ((*function)->meaning == PickleMeaning::rebuild_tensor) return tensor(*inner, arena, in);
    if ((*function)->meaning == PickleMeaning::rebuild_parameter) return parameter(*inner, arena, in);
    return make_object("a tensor of a class", arena);
}

/// An object of the class that is the first argument.
PickleValue new_object(const PickleTuple& arguments, PickleArena& arena) {
    if (arguments.items.empty()) return make_object("object", arena);
    if (const PickleObject* const type = as<PickleObject>(arguments.items.front()))
        return arena.make(PickleObject{.name = type->name});
    const auto* const global = std::get_if<const PickleGlobal*>(&arguments.items.front());
    if (global != nullptr && (*global)->meaning == PickleMeaning::ordered_dict) return arena.make(PickleDict{});
    return make_object("object", arena);
}

}  // namespace

PickleObject* make_object(const std::string& name, PickleArena& arena) {
    return arena.make(PickleObject{.name = arena.make(PickleText{name}, name.size())});
}

PickleValue construct(const PickleValue& callable, const PickleTuple& arguments, PickleArena& arena,
                      const ByteReader& in) {
    if (const PickleObject* const type = as<PickleObject>(callable))
        return arena.make(PickleObject{.name = type->name});
    const auto* const global = std::get_if<const PickleGlobal*>(&callable);
    if (global == nullptr) in.fail("calls " + kind_of(callable) + ", which is no Python name");
    switch ((*global)->meaning) {
        case PickleMeaning::ordered_dict: return ordered_dict(arguments, arena, in);
        case PickleMeaning::default_dict: return arena.make(PickleDict{});
        case PickleMeaning::rebuild_tensor: return tensor(arguments, arena, in);
        case PickleMeaning::rebuild_parameter: return parameter(arguments, arena, in);
        case PickleMeaning::rebuild_subclass: return subclass(arguments, arena, in);
        case PickleMeaning::new_object: return new_object(arguments, arena);
        case PickleMeaning::size:
            if (arguments.items.size() == 1 && as<PickleTuple>(arguments.items.front()) != nullptr)
                return arguments.items.front();
            in.fail("a torch.Size is made from one tuple");
        case PickleMeaning::storage_type: break;
    }
    return make_object(format_text("{}.{}", (*global)->module, (*global)->name), arena);
}

void set_state(const PickleValue& object, const PickleValue& state, const ByteReader& in) {
    if (as<PickleDict>(object) != nullptr) return;  // for example the _metadata of a state dict
    if (PickleObject* const stranger = as<PickleObject>(object)) {
        stranger->state = state;
        return;
    }
    TensorLayout* const layout = as<TensorLayout>(object);
    const PickleTuple* const attributes = as<PickleTuple>(state);
    if (layout == nullptr || attributes == nullptr)
        in.fail("sets attributes of " + kind_of(object) + ", allowed are those of dicts and parameters");
    if (attributes->items.size() == 3) return;            // (requires_grad, volatile, hooks)
    const bool has_data = attributes->items.size() == 5;  // (data, …) of a Variable
    const TensorLayout* const data = has_data ? as<TensorLayout>(attributes->items.front()) : nullptr;
    if (data == nullptr) in.fail("sets attributes of a tensor that are not those of a parameter");
    *layout = *data;
}

PickleValue persistent_storage(const PickleValue& id, PickleArena& arena, const ByteReader& in) {
    const PickleTuple* const fields = as<PickleTuple>(id);
    const std::string_view what = fields && !fields->items.empty() ? text_in(fields->items.front()) : "";
    if (what == "module" && fields->items.size() > 1) return fields->items[1];  // its source follows
    if (what != "storage" || fields->items.size() < 5 || fields->items.size() > 6)
        in.fail("has a persistent id that is no storage of PyTorch");
    const std::vector<PickleValue>& items = fields->items;
    if (as<PickleObject>(items[1]) != nullptr) return items[1];  // of numbers that graft does not know
    const auto* const type = std::get_if<const PickleGlobal*>(&items[1]);
    if (type == nullptr || (*type)->meaning != PickleMeaning::storage_type)
        in.fail("has a storage whose type is " + kind_of(items[1]));
    const PickleText* const key = as<PickleText>(items[2]);
    if (key == nullptr || key->text.empty() || key->text.size() > kLongestKey)
        in.fail("has a storage whose key is " + kind_of(items[2]) + ", expected a short text");
    StorageReference storage{key->text, (*type)->type, integer(items[4], "a storage's size", in)};
    storage.view_count = storage.count;
    if (items.size() == 6 && !std::holds_alternative<PickleNone>(items[5])) {
        const PickleTuple* const view = as<PickleTuple>(items[5]);  // (key, offset, elements)
        if (view == nullptr || view->items.size() != 3) in.fail("has a storage view that is no (key, offset, size)");
        storage.view_offset = integer(view->items[1], "a storage view's offset", in);
        storage.view_count = integer(view->items[2], "a storage view's size", in);
    }
    const std::size_t bytes = storage.key.size();
    return arena.make(std::move(storage), bytes);
}

}  // namespace graft

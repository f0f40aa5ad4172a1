/// @file
/// What a pickle can hold once it was read without executing anything: plain values that live in an arena, so that
/// sharing, cycles and deep nesting in a hostile file cost nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "weights/format/tensor_layout.hpp"

namespace graft {

/// What graft understands a Python name to mean.
enum class PickleMeaning {
    ordered_dict,
    default_dict,
    size,               ///< torch.Size: a tuple
    rebuild_tensor,     ///< a tensor from a storage, an offset, sizes and strides
    rebuild_parameter,  ///< the tensor of a parameter
    rebuild_subclass,   ///< a tensor whose class is somebody's own, from one of the two above and its arguments
    new_object,         ///< an object of the class that is its first argument
    storage_type,
};

/// A Python name of the table.
struct PickleGlobal {
    std::string_view module, name;
    PickleMeaning meaning;
    ElementType type = ElementType::float32;  ///< of a storage_type
};

/// The row of `module.name`, or nullptr when graft knows nothing of it.
[[nodiscard]] const PickleGlobal* find_pickle_global(std::string_view module, std::string_view name);

struct PickleNone {};
struct PickleText;
struct PickleBytes;
struct PickleBigInteger;
struct PickleList;
struct PickleTuple;
struct PickleDict;
struct PickleObject;

/// A value; pointers look into the arena of the Pickle that the value came with.
using PickleValue = std::variant<PickleNone, bool, std::int64_t, double, const PickleGlobal*, PickleText*, PickleBytes*,
                                 PickleBigInteger*, PickleList*, PickleTuple*, PickleDict*, PickleObject*,
                                 StorageReference*, TensorLayout*>;

struct PickleText {
    std::string text;  ///< UTF-8
};
struct PickleBytes {
    std::string bytes;
};
/// An integer beyond 64 bits, two's complement, little-endian, as in the file.
struct PickleBigInteger {
    std::string bytes;
};
struct PickleList {
    std::vector<PickleValue> items;
};
struct PickleTuple {
    std::vector<PickleValue> items;
};
/// A dict or a collections.OrderedDict: both keep the order of the file, and a key written twice is there twice.
struct PickleDict {
    using Item = std::pair<PickleValue, PickleValue>;
    std::vector<Item> items;
};
/// A stranger: a class, a function or an object of Python that is not in the table of names. It is neither imported nor
/// called nor built; what the file would have set in it is kept as plain values.
struct PickleObject {
    const PickleText* name = nullptr;     ///< "argparse.Namespace": of the class or the function
    PickleValue state;                    ///< what __setstate__ or __dict__ would have got
    std::vector<PickleDict::Item> items;  ///< of a class that is a kind of dict
};

/// The value as a `Node` (PickleText, PickleDict, TensorLayout, …), or nullptr when it is something else.
template <class Node>
[[nodiscard]] Node* as(const PickleValue& value) {
    Node* const* const node = std::get_if<Node*>(&value);
    return node == nullptr ? nullptr : *node;
}

/// The items of a dict, or of a stranger that is a kind of dict and has some; nullptr for anything else.
[[nodiscard]] const std::vector<PickleDict::Item>* items_of(const PickleValue& value);

/// The text of a text; "" for anything else.
[[nodiscard]] std::string_view text_in(const PickleValue& value);

/// "a dict", "a tensor", "an int", "a Python object (argparse.Namespace)", … for messages.
[[nodiscard]] std::string kind_of(const PickleValue& value);

/// Owns the nodes of one pickle within a budget of memory.
class PickleArena {
public:
    /// Nodes may take up to `budget` bytes together; `where` names the file in the message when they want more.
    PickleArena(std::size_t budget, std::string_view where) : budget_(budget), where_(where) {}

    /// A new node; its address stays valid for the life of the arena, also when the arena is moved.
    template <class Node>
    Node* make(Node node, std::size_t extra_bytes = 0) {
        charge(sizeof(Node) + extra_bytes);
        return &std::get<std::deque<Node>>(nodes_).emplace_back(std::move(node));
    }
    /// Counts bytes that a node will take. Throws DataError when the budget is spent.
    void charge(std::size_t bytes);

    /// Every storage that the pickle names, in the order of the file.
    [[nodiscard]] const std::deque<StorageReference>& storages() const {
        return std::get<std::deque<StorageReference>>(nodes_);
    }

private:
    std::tuple<std::deque<PickleText>, std::deque<PickleBytes>, std::deque<PickleBigInteger>, std::deque<PickleList>,
               std::deque<PickleTuple>, std::deque<PickleDict>, std::deque<PickleObject>, std::deque<StorageReference>,
               std::deque<TensorLayout>>
        nodes_;
    std::size_t budget_;
    std::string where_;
};

}  // namespace graft

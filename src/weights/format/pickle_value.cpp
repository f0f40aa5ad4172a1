#include "weights/format/pickle_value.hpp"

#include <array>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

const std::vector<PickleDict::Item>* items_of(const PickleValue& value) {
    if (const PickleDict* const dict = as<PickleDict>(value)) return &dict->items;
    const PickleObject* const object = as<PickleObject>(value);
    return object != nullptr && !object->items.empty() ? &object->items : nullptr;
}

std::string_view text_in(const PickleValue& value) {
    const PickleText* const text = as<PickleText>(value);
    return text == nullptr ? std::string_view() : text->text;
}

std::string kind_of(const PickleValue& value) {
    if (const PickleObject* const object = as<PickleObject>(value))
        return format_text("a Python object ({})", printable(object->name->text));
    constexpr std::array<std::string_view, std::variant_size_v<PickleValue>> kinds = {
        "None",       "a bool", "an int",  "a float", "a Python type",   "a text",    "bytes",
        "a huge int", "a list", "a tuple", "a dict",  "a Python object", "a storage", "a tensor"};
    return std::string(kinds.at(value.index()));
}

void PickleArena::charge(std::size_t bytes) {
    if (bytes > budget_) throw DataError(where_ + ": describes more values than a weights file of its size can");
    budget_ -= bytes;
}

}  // namespace graft

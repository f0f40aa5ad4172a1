#include "weights/format/pickle_value.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using enum PickleMeaning;

constexpr auto kGlobals = std::to_array<PickleGlobal>({
    {"collections", "OrderedDict", ordered_dict},
    {"collections", "defaultdict", default_dict},
    {"torch", "Size", size},
    {"torch._utils", "_rebuild_tensor", rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v2", rebuild_tensor},
    {"torch._utils", "_rebuild_parameter", rebuild_parameter},
    {"torch._utils", "_rebuild_parameter_with_state", rebuild_parameter},
    {"torch.nn.parameter", "Parameter", rebuild_parameter},
    {"torch._tensor", "_rebuild_from_type_v2", rebuild_subclass},
    {"copyreg", "_reconstructor", new_object},
    {"copy_reg", "_reconstructor", new_object},
    {"copyreg", "__newobj__", new_object},
    {"copyreg", "__newobj_ex__", new_object},
    {"torch", "FloatStorage", storage_type, ElementType::float32},
    {"torch", "DoubleStorage", storage_type, ElementType::float64},
    {"torch", "HalfStorage", storage_type, ElementType::float16},
    {"torch", "BFloat16Storage", storage_type, ElementType::bfloat16},
    {"torch", "LongStorage", storage_type, ElementType::int64},
    {"torch", "IntStorage", storage_type, ElementType::int32},
    {"torch", "ShortStorage", storage_type, ElementType::int16},
    {"torch", "CharStorage", storage_type, ElementType::int8},
    {"torch", "ByteStorage", storage_type, ElementType::uint8},
    {"torch", "BoolStorage", storage_type, ElementType::boolean},
});

}  // namespace

const PickleGlobal* find_pickle_global(std::string_view module, std::string_view name) {
    const auto row = std::ranges::find_if(
        kGlobals, [&](const PickleGlobal& global) { return global.module == module && global.name == name; });
    return row == kGlobals.end() ? nullptr : &*row;
}

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

#include "weights/format/pickle_globals.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace graft {
namespace {

using enum PickleMeaning;

constexpr std::array<PickleGlobal, 16> kGlobals = {{
    {"collections", "OrderedDict", ordered_dict},
    {"torch", "Size", size},
    {"torch._utils", "_rebuild_tensor", rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v2", rebuild_tensor},
    {"torch._utils", "_rebuild_parameter", rebuild_parameter},
    {"torch.nn.parameter", "Parameter", rebuild_parameter},
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
}};

}  // namespace

const PickleGlobal* find_pickle_global(std::string_view module, std::string_view name) {
    const auto row = std::ranges::find_if(
        kGlobals, [&](const PickleGlobal& global) { return global.module == module && global.name == name; });
    return row == kGlobals.end() ? nullptr : &*row;
}

std::string refused_global(std::string_view module, std::string_view name) {
    return "names the Python object " + printable(module) + "." + printable(name) +
           "; graft never runs code from a weights file. Only tensors in dicts are read: save them alone with "
           "torch.save(model.state_dict(), path)";
}

}  // namespace graft

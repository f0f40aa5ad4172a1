/// @file
/// The Python names that a state dict may mention. A name is only looked up in this table; nothing is imported or
/// called.
#pragma once

#include <string>
#include <string_view>

#include "weights/format/tensor_layout.hpp"

namespace graft {

/// What graft understands a Python name to mean.
enum class PickleMeaning {
    ordered_dict,
    size,               ///< torch.Size: a tuple
    rebuild_tensor,     ///< a tensor from a storage, an offset, sizes and strides
    rebuild_parameter,  ///< the tensor of a parameter
    storage_type,
};

/// A Python name of the table.
struct PickleGlobal {
    std::string_view module, name;
    PickleMeaning meaning;
    ElementType type = ElementType::float32;  ///< of a storage_type
};

/// The row of `module.name`, or nullptr when a weights file has no business naming it.
[[nodiscard]] const PickleGlobal* find_pickle_global(std::string_view module, std::string_view name);

/// The message for a name that is not in the table, starting with "names the Python object <module>.<name>".
[[nodiscard]] std::string refused_global(std::string_view module, std::string_view name);

}  // namespace graft

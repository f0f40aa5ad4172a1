/// @file
/// The Python names that graft understands in a weights file. A name is only looked up in this table; nothing is
/// imported or called.
#pragma once

#include <string_view>

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

}  // namespace graft

/// @file
/// How a weights file describes its tensors: strided windows on named storages. Plain numbers, no torch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/enum_names.hpp"

namespace graft {

enum class ElementType { float32, float64, float16, bfloat16, int64, int32, int16, int8, uint8, boolean };
/// As PyTorch spells them.
template <>
inline constexpr auto enum_names<ElementType> = std::to_array<std::string_view>({"float32", "float64", "float16",
                                                                                 "bfloat16", "int64", "int32", "int16",
                                                                                 "int8", "uint8", "bool"});

[[nodiscard]] std::int64_t bytes_per_element(ElementType type);

/// A storage, or a window on it, as a tensor names it. Unchecked numbers from the file.
struct StorageReference {
    std::string key;  ///< which storage of the file
    ElementType type = ElementType::float32;
    std::int64_t count = 0;        ///< elements of the whole storage
    std::int64_t view_offset = 0;  ///< first element of the window
    std::int64_t view_count = 0;   ///< elements of the window
};

/// A tensor as the file describes it: element [i, j, …] is at offset + i·strides[0] + j·strides[1] + … of the window.
struct TensorLayout {
    StorageReference storage;
    std::int64_t offset = 0;
    std::vector<std::int64_t> sizes, strides;  ///< of equal length
};

/// A tensor of a file with its name.
struct NamedLayout {
    std::string name;
    TensorLayout layout;
};

/// The strides of a contiguous tensor (row-major). The product of `sizes` must not overflow.
[[nodiscard]] std::vector<std::int64_t> contiguous_strides(const std::vector<std::int64_t>& sizes);

/// Throws DataError naming `where` and the tensor when any element lies outside the storage of `storage_bytes` bytes,
/// or when the numbers are negative, overflow, or disagree with the storage. Returns the bytes that the tensor has once
/// it is contiguous.
std::int64_t expect_inside_storage(const NamedLayout& tensor, std::size_t storage_bytes, std::string_view where);

}  // namespace graft

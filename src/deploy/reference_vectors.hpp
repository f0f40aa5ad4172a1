/// @file
/// Vectors of training images that a model keeps, to say how far from them another image is (Sun et al. 2022,
/// "Out-of-distribution detection with deep nearest neighbors").
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "config/fields.hpp"

namespace graft {

/// The record of a model file that holds them.
constexpr const char* kReferencesName = "references.f16";

struct ReferenceVectors {
    std::int64_t neighbour = 1;           ///< an image's distance is that to the so manieth nearest of them
    std::int64_t images = 0, length = 0;  ///< M, C
    at::Tensor stored;                    ///< float16 [M,C], as in the file; undefined where graft.json alone was read
    at::Tensor rows;                      ///< float32 [M,C], the same at length 1
};
void describe(Fields& fields, ReferenceVectors& references);

/// @param vectors float32 [M,C], as the network gives them
/// @param neighbour in [1, M]
[[nodiscard]] ReferenceVectors make_reference_vectors(const at::Tensor& vectors, std::int64_t neighbour);

/// [M,C] row by row, little-endian.
[[nodiscard]] std::string bytes_of(const ReferenceVectors& references);
/// The vectors that graft.json has told of. @param file stands in the message
/// @throws DataError when there are not as many numbers, or when they are not finite
void take_bytes(ReferenceVectors& references, std::string_view bytes, const std::string& file);

/// Between vectors of length 1, in [0, 2]. @param vector float32 [C], of any length
[[nodiscard]] float distance_from(const ReferenceVectors& references, const at::Tensor& vector);

}  // namespace graft

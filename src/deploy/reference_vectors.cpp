#include "deploy/reference_vectors.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mv.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <functional>
#include <numeric>
#include <vector>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr double kMostReferences = 1'000'000, kLongestVector = 1'000'000;

/// float32 [N,C] -> the same at length 1; 0 stays 0.
at::Tensor at_length_one(const at::Tensor& vectors) {
    return vectors / vectors.norm(2, {-1}, /*keepdim=*/true).clamp_min(1e-12);
}

/// What float16 makes of the vectors is what counts, before the file is written as after it is read.
void take_stored(ReferenceVectors& references, at::Tensor stored) {
    references.stored = std::move(stored);
    references.rows = at_length_one(references.stored.to(at::kFloat)).contiguous();
}

}  // namespace

void describe(Fields& fields, ReferenceVectors& references) {
    fields.field(required("images"), references.images, "", between(1, kMostReferences));
    fields.field(required("length"), references.length, "", between(1, kLongestVector));
    fields.field(required("neighbour"), references.neighbour, "", between(1, kMostReferences));
}

ReferenceVectors make_reference_vectors(const at::Tensor& vectors, std::int64_t neighbour) {
    assert(vectors.dim() == 2 && neighbour >= 1 && neighbour <= vectors.size(0));
    const c10::InferenceMode inference;
    ReferenceVectors references{
        .neighbour = neighbour, .images = vectors.size(0), .length = vectors.size(1), .stored = {}, .rows = {}};
    take_stored(references, at_length_one(vectors).to(at::kHalf).contiguous());
    return references;
}

std::string bytes_of(const ReferenceVectors& references) {
    return {static_cast<const char*>(references.stored.const_data_ptr()), references.stored.nbytes()};
}

void take_bytes(ReferenceVectors& references, std::string_view bytes, const std::string& file) {
    const c10::InferenceMode inference;
    at::Tensor stored = at::empty({references.images, references.length}, at::kHalf);  // [M,C]
    if (bytes.size() != stored.nbytes())
        throw DataError(format_text("{}: {} has {} bytes; the {} vectors of {} numbers that graft.json names have {}",
                                    file, kReferencesName, bytes.size(), references.images, references.length,
                                    stored.nbytes()));
    std::memcpy(stored.mutable_data_ptr(), bytes.data(), bytes.size());
    if (!stored.isfinite().all().item<bool>())
        throw DataError(format_text("{}: {} holds numbers that are not finite", file, kReferencesName));
    take_stored(references, std::move(stored));
}

float distance_from(const ReferenceVectors& references, const at::Tensor& vector) {
    const c10::InferenceMode inference;
    const at::Tensor direction = at_length_one(vector);                          // [C]
    const at::Tensor cosines = at::mv(references.rows, direction).contiguous();  // [M]
    const float* values = cosines.const_data_ptr<float>();
    std::vector<std::int64_t> nearest(static_cast<std::size_t>(cosines.numel()));
    std::iota(nearest.begin(), nearest.end(), 0);
    const auto chosen = nearest.begin() + references.neighbour - 1;
    std::ranges::nth_element(nearest, chosen, std::greater(), [&](std::int64_t row) { return values[row]; });
    // Of the difference itself: from the cosine, small distances would be rounded away.
    return (references.rows[*chosen] - direction).norm().item<float>();
}

}  // namespace graft

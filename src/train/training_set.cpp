#include "train/training_set.hpp"

#include <ATen/ops/from_blob.h>

#include <cstdint>
#include <numeric>

namespace graft {

at::Tensor rows_of(const at::Tensor& all, const Batch& batch) {
    std::vector<std::int64_t> rows(batch.samples.begin(), batch.samples.end());
    return all.index_select(0, at::from_blob(rows.data(), {static_cast<std::int64_t>(rows.size())}, at::kLong));
}

at::Tensor targets_of(const TrainingSet& set, const Batch& batch) { return rows_of(set.targets, batch); }

at::Tensor weights_of(const TrainingSet& set, const Batch& batch) {
    return set.weights.defined() ? rows_of(set.weights, batch) : at::Tensor();
}

std::vector<std::size_t> in_their_order(std::size_t size) {
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    return order;
}

}  // namespace graft

#include "features/feature_rows.hpp"

#include "graft/core/errors.hpp"

namespace graft {

void FeatureRows::for_each_batch(std::span<const std::size_t> order, std::int64_t epoch, std::size_t batch_size,
                                 const std::function<void(const Batch&)>& consume) {
    std::size_t first = 0;
    for (const std::size_t end : batch_ends(order.size(), batch_size)) {
        if (stop_.stop_requested()) throw Interrupted("interrupted");
        Batch batch = features_.empty_batch(order, first, end);
        for (std::size_t i = first; i < end; ++i) features_.read(rows_[order[i]], epoch, features_.room_in(batch, i));
        consume(batch);
        first = end;
    }
}

}  // namespace graft

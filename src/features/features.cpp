#include "features/features.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <numeric>

#include "core/ordered_map.hpp"
#include "graft/core/errors.hpp"
#include "model/network_input.hpp"

namespace graft {
namespace {

std::vector<std::int64_t> batch_shape(std::int64_t count, const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> sizes{count};
    sizes.insert(sizes.end(), shape.begin(), shape.end());
    return sizes;
}

/// Where each batch ends; see Features::for_each_batch.
std::vector<std::size_t> batch_ends(std::size_t count, std::size_t batch_size) {
    std::vector<std::size_t> ends;
    for (std::size_t end = batch_size; end < count; end += batch_size) ends.push_back(end);
    if (!ends.empty() && count - ends.back() == 1) ends.pop_back();
    if (count > 0) ends.push_back(count);
    return ends;
}

}  // namespace

void describe(Fields& fields, FeatureOptions& options) {
    fields.field("views", options.views,
                 "Augmented views per image: epoch e reads view e mod `views`. `null`: one per epoch, the same as "
                 "without keeping features; fewer views are faster.",
                 at_least(1));
    fields.field("keep_at_most_gb", options.keep_at_most_gb,
                 "Disk space that a run's features may take, in GB. Beyond it they are computed anew each epoch.",
                 at_least(0));
}

Features::Features(std::vector<Sample> samples, std::int64_t views, std::vector<std::int64_t> feature_shape,
                   std::shared_ptr<const ViewRenderer> renderer, std::shared_ptr<const InferenceModule> trunk,
                   WorkOptions work)
    : samples_(std::move(samples)),
      views_(views),
      shape_(std::move(feature_shape)),
      size_(static_cast<std::size_t>(
          std::accumulate(shape_.begin(), shape_.end(), std::int64_t{1}, std::multiplies<>()))),
      renderer_(std::move(renderer)),
      trunk_(std::move(trunk)),
      work_(std::move(work)) {}

std::uint64_t Features::bytes() const {
    return samples_.size() * static_cast<std::uint64_t>(std::max<std::int64_t>(views_, 1)) * size_ * sizeof(float);
}

void Features::keep_in(const std::filesystem::path& folder) {
    const auto rows = samples_.size() * static_cast<std::size_t>(std::max<std::int64_t>(views_, 1));
    store_ = std::make_unique<FeatureStore>(folder, rows, size_);
}

std::optional<std::int64_t> Features::view_of(std::int64_t epoch) const {
    if (views_ == 0) return std::nullopt;
    return epoch % views_;
}

std::size_t Features::row_of(std::size_t sample, std::int64_t epoch) const {
    return static_cast<std::size_t>(view_of(epoch).value_or(0)) * samples_.size() + sample;
}

at::Tensor Features::compute(std::size_t sample, std::int64_t epoch) const {
    return (*trunk_)(to_network_input(renderer_->render(samples_[sample], view_of(epoch))));
}

void Features::for_each_feature(std::span<const std::size_t> order, std::int64_t epoch,
                                const std::function<void(std::size_t, const at::Tensor&)>& consume) const {
    const OrderedMapOptions options{.workers = work_.workers,
                                    .window = 8 * work_.workers,
                                    .on_worker_start = use_one_thread_here,
                                    .stop = work_.stop};
    const std::size_t done = ordered_map(
        order.size(), options, [&](std::size_t i) { return compute(order[i], epoch); }, consume);
    if (done < order.size()) throw Interrupted("interrupted");
}

void Features::prepare(std::int64_t epoch, Reporter& reporter) {
    if (!store_) return;
    std::vector<std::size_t> absent;
    for (std::size_t i = 0; i < samples_.size(); ++i)
        if (!store_->has(row_of(i, epoch))) absent.push_back(i);
    if (absent.empty()) return;
    const auto view = view_of(epoch);
    reporter.start(view ? "features, view " + std::to_string(*view + 1) + "/" + std::to_string(views_) : "features",
                   absent.size(), "images");
    for_each_feature(absent, epoch, [&](std::size_t i, const at::Tensor& feature) {
        store_->write(row_of(absent[i], epoch), {feature.const_data_ptr<float>(), size_});
        reporter.advance(i + 1);
    });
    reporter.finish();
}

void Features::for_each_batch(std::span<const std::size_t> order, std::int64_t epoch, std::size_t batch_size,
                              const std::function<void(Batch)>& consume) {
    const std::vector<std::size_t> ends = batch_ends(order.size(), batch_size);
    std::size_t current = 0;
    Batch batch;
    const auto begin_batch = [&](std::size_t first) {
        const auto count = static_cast<std::int64_t>(ends[current] - first);
        batch = {at::empty(batch_shape(count, shape_)), at::empty({count}, at::kLong), first};
    };
    /// Takes the feature of position i of the order; hands a full batch over.
    const auto take = [&](std::size_t i, const auto& fill) {
        if (i == 0) begin_batch(0);
        const std::size_t place = i - batch.first;
        fill(std::span<float>(batch.features.data_ptr<float>() + place * size_, size_));
        batch.labels.data_ptr<std::int64_t>()[place] = samples_[order[i]].label;
        if (i + 1 < ends[current]) return;
        consume(std::move(batch));
        if (++current < ends.size()) begin_batch(i + 1);
    };
    if (!store_)
        return for_each_feature(order, epoch, [&](std::size_t i, const at::Tensor& feature) {
            take(i, [&](std::span<float> to) { std::copy_n(feature.const_data_ptr<float>(), size_, to.data()); });
        });
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (work_.stop.stop_requested()) throw Interrupted("interrupted");
        take(i, [&](std::span<float> to) { store_->read(row_of(order[i], epoch), to); });
    }
}

}  // namespace graft

#include "features/features.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <string_view>
#include <utility>

#include "core/ordered_map.hpp"
#include "graft/core/errors.hpp"
#include "network/network_input.hpp"

namespace graft {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kViewsPerDecoding = 4;
constexpr std::size_t kBatchesAhead = 3;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

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

/// What a worker made of a few samples.
struct Features::Made {
    std::vector<at::Tensor> features;  ///< of each sample, of each view that was asked for
    double picture_seconds = 0, trunk_seconds = 0;
};

void describe(Fields& fields, FeatureOptions& options) {
    fields.field("views", options.views,
                 "Augmented views per image: epoch e reads view e mod `views`. `null`: one per epoch, the same as "
                 "without keeping features; fewer views are faster and vary the images less (docs/features.md).",
                 at_least(1));
    fields.choice("keep", options.keep,
                  "`shared`: in the cache folder, where later runs find them; `run`: while the run lasts; `none`: "
                  "nowhere, they are computed anew in each epoch.");
    fields.choice("type", options.type,
                  "How kept numbers are stored; `float16` takes half the room and rounds to 11 bits.");
    fields.field(
        "limit_gb", options.limit_gb,
        "What kept features may take on disk, in GB. Those of earlier runs that were not used for longest make "
        "room; where a run's own are too many, they are computed anew in each epoch.",
        at_least(0));
}

PassRecord& PassRecord::operator+=(const PassRecord& other) {
    images += other.images;
    computed += other.computed;
    found += other.found;
    seconds += other.seconds;
    trunk_seconds += other.trunk_seconds;
    picture_seconds += other.picture_seconds;
    return *this;
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
      work_(std::move(work)),
      rows_(static_cast<std::size_t>(std::max<std::int64_t>(views, 1))) {}

std::uint64_t Features::bytes(FeatureType type) const {
    return samples_.size() * rows_.size() * row_bytes(size_, type);
}

void Features::keep_in(LeasedSpace space) { kept_ = std::move(space); }

std::optional<std::int64_t> Features::view_of(std::int64_t epoch) const {
    if (views_ == 0) return std::nullopt;
    return epoch % views_;
}

/// What a feature depends on besides what the space is of: the bytes of the file and, for a view, the numbers drawn.
Fingerprint Features::key_of(const Sample& sample, std::optional<std::int64_t> view) const {
    std::array<std::uint64_t, 4> parts = {sample.content.words[0], sample.content.words[1], 0, 0};
    if (view) parts = {parts[0], parts[1], sample.id, static_cast<std::uint64_t>(*view)};
    return fingerprint({reinterpret_cast<const char*>(parts.data()), view ? sizeof parts : sizeof parts / 2});
}

Features::Made Features::make(std::span<const Wanted> wanted) const {
    Made made;
    std::vector<at::Tensor> inputs;  // [1,3,H,W] each
    auto mark = Clock::now();
    const auto run_network = [&] {
        if (inputs.empty()) return;
        made.picture_seconds += seconds_since(std::exchange(mark, Clock::now()));
        const at::Tensor features = (*trunk_)(inputs.size() == 1 ? inputs.front() : at::cat(inputs));  // [n,…]
        for (const at::Tensor& feature : features.unbind()) made.features.push_back(feature);
        inputs.clear();
        made.trunk_seconds += seconds_since(std::exchange(mark, Clock::now()));
    };
    for (const Wanted& one : wanted) {
        const Sample& sample = samples_[one.sample];
        const ReducedImage picture = renderer_->load(sample);
        for (const std::optional<std::int64_t>& view : one.views) {
            inputs.push_back(to_network_input(renderer_->render(picture, sample, view)));
            if (static_cast<std::int64_t>(inputs.size()) == trunk_->images_per_call()) run_network();
        }
    }
    run_network();
    return made;
}

/// Finds the rows of views [first_view, last_view) and returns what there is none of.
std::vector<Features::Wanted> Features::look_up(std::size_t first_view, std::size_t last_view) {
    std::vector<Wanted> wanted;
    for (std::size_t row = first_view; row < last_view; ++row) rows_[row].resize(samples_.size());
    for (std::size_t i = 0; i < samples_.size(); ++i) {
        Wanted missing{.sample = i};
        for (std::size_t row = first_view; row < last_view; ++row) {
            const auto view = view_of(static_cast<std::int64_t>(row));
            if (const auto place = kept_.space->find(key_of(samples_[i], view)))
                rows_[row][i] = *place;
            else
                missing.views.push_back(view);
        }
        record_.found += static_cast<std::int64_t>(last_view - first_view - missing.views.size());
        if (!missing.views.empty()) wanted.push_back(std::move(missing));
    }
    return wanted;
}

void Features::prepare(std::int64_t epoch, Reporter& reporter) {
    const auto first = static_cast<std::size_t>(view_of(epoch).value_or(0));
    if (!kept_.space || !rows_[first].empty() || samples_.empty()) return;
    std::size_t last = first + 1;
    while (last < rows_.size() && last < first + kViewsPerDecoding && rows_[last].empty()) ++last;
    const std::vector<Wanted> wanted = look_up(first, last);
    if (!wanted.empty()) {
        try {
            fill(wanted, reporter);
        } catch (...) {
            for (std::size_t row = first; row < last; ++row) rows_[row].clear();
            throw;
        }
    }
}

void Features::fill(const std::vector<Wanted>& wanted, Reporter& reporter) {
    std::size_t total = 0, done = 0;
    for (const Wanted& one : wanted) total += one.views.size();
    reporter.start("features", total, views_ > 0 ? "views" : "images");
    run_pass(wanted, [&](const Wanted& one, std::size_t v, std::span<const float> values) {
        rows_[static_cast<std::size_t>(one.views[v].value_or(0))][one.sample] =
            kept_.space->append(key_of(samples_[one.sample], one.views[v]), values);
        reporter.advance(++done);
    });
    reporter.finish();
}

void Features::run_pass(const std::vector<Wanted>& wanted, const ConsumeFeature& consume) {
    const auto per_item = static_cast<std::size_t>(trunk_->images_per_call());
    const std::size_t items = (wanted.size() + per_item - 1) / per_item;
    const auto part = [&](std::size_t item) {
        return std::span(wanted).subspan(item * per_item, std::min(per_item, wanted.size() - item * per_item));
    };
    const OrderedMapOptions options{.workers = work_.workers,
                                    .window = 8 * work_.workers,
                                    .on_worker_start = use_one_thread_here,
                                    .stop = work_.stop};
    const auto start = Clock::now();
    const std::size_t finished = ordered_map(
        items, options, [&](std::size_t item) { return make(part(item)); },
        [&](std::size_t item, const Made& made) {
            record_.picture_seconds += made.picture_seconds;
            record_.trunk_seconds += made.trunk_seconds;
            auto feature = made.features.begin();
            for (const Wanted& one : part(item)) {
                ++record_.images;
                for (std::size_t v = 0; v < one.views.size(); ++v, ++feature, ++record_.computed)
                    consume(one, v, {feature->const_data_ptr<float>(), size_});
            }
        });
    record_.seconds += seconds_since(start);
    if (finished < items) throw Interrupted("interrupted");
}

Batch Features::empty_batch(std::size_t first, std::size_t count) const {
    const auto size = static_cast<std::int64_t>(count);
    return {at::empty(batch_shape(size, shape_)), at::empty({size}, at::kLong), first};
}

void Features::for_each_batch(std::span<const std::size_t> order, std::int64_t epoch, std::size_t batch_size,
                              const std::function<void(Batch)>& consume) {
    const std::vector<std::size_t> ends = batch_ends(order.size(), batch_size);
    const auto begin_of = [&](std::size_t batch) { return batch == 0 ? 0 : ends[batch - 1]; };
    const auto room_for = [&](Batch& batch, std::size_t position) {
        const std::size_t place = position - batch.first;
        batch.labels.data_ptr<std::int64_t>()[place] = samples_[order[position]].label;
        return std::span<float>(batch.features.data_ptr<float>() + place * size_, size_);
    };
    if (kept_.space) {
        const std::vector<std::uint64_t>& rows = rows_[static_cast<std::size_t>(view_of(epoch).value_or(0))];
        const auto read = [&](std::size_t b) {
            Batch batch = empty_batch(begin_of(b), ends[b] - begin_of(b));
            for (std::size_t i = begin_of(b); i < ends[b]; ++i) kept_.space->read(rows[order[i]], room_for(batch, i));
            return batch;
        };
        const OrderedMapOptions one_ahead{.workers = 1, .window = kBatchesAhead, .stop = work_.stop};
        const std::size_t done =
            ordered_map(ends.size(), one_ahead, read, [&](std::size_t, Batch batch) { consume(std::move(batch)); });
        if (done < ends.size()) throw Interrupted("interrupted");
        return;
    }
    std::vector<Wanted> wanted;
    for (const std::size_t sample : order) wanted.push_back({sample, {view_of(epoch)}});
    std::size_t current = 0, position = 0;
    Batch batch;
    run_pass(wanted, [&](const Wanted&, std::size_t, std::span<const float> values) {
        if (position == begin_of(current)) batch = empty_batch(position, ends[current] - position);
        std::ranges::copy(values, room_for(batch, position).begin());
        if (++position < ends[current]) return;
        consume(std::move(batch));
        ++current;
    });
}

}  // namespace graft

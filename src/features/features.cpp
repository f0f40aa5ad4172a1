#include "features/features.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr std::size_t kViewsPerDecoding = 4;
constexpr std::size_t kBatchesAhead = 3;
constexpr std::size_t kMostAhead = 128;  // images

/// A feature was computed, and cannot be kept.
class CannotKeep : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

std::vector<std::int64_t> batch_shape(std::int64_t count, const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> sizes{count};
    sizes.insert(sizes.end(), shape.begin(), shape.end());
    return sizes;
}

}  // namespace

std::vector<std::size_t> batch_ends(std::size_t samples, std::size_t batch_size) {
    std::vector<std::size_t> ends;
    for (std::size_t end = batch_size; end < samples; end += batch_size) ends.push_back(end);
    if (!ends.empty() && samples - ends.back() == 1) ends.pop_back();
    if (samples > 0) ends.push_back(samples);
    return ends;
}

void describe(Fields& fields, FeatureOptions& options) {
    fields.field("views", options.views,
                 "Augmented views per image: epoch e reads view e mod `views`; `null`: one per epoch. Fewer are faster "
                 "and vary the images less (docs/features.md).",
                 at_least(1));
    fields.choice("keep", options.keep,
                  "`shared`: in the cache folder, for later runs; `run`: while the run lasts; `none`: computed anew in "
                  "each epoch.");
    fields.choice("type", options.type, "Of kept numbers; `float16` takes half the room and rounds to 11 bits.");
    fields.field("limit_gb", options.limit_gb,
                 "GB that kept features may take. The least recently used make room; where a run's own are more, they "
                 "are computed anew in each epoch.",
                 at_least(0));
}

Fingerprint key_of_plain_feature(const Fingerprint& content) {
    return fingerprint({reinterpret_cast<const char*>(content.words.data()), sizeof content.words});
}

Features::Features(std::vector<Sample> samples, std::int64_t views, std::vector<std::int64_t> feature_shape,
                   FeaturePass pass)
    : samples_(std::move(samples)),
      views_(views),
      shape_(std::move(feature_shape)),
      size_(static_cast<std::size_t>(
          std::accumulate(shape_.begin(), shape_.end(), std::int64_t{1}, std::multiplies<>()))),
      pass_(std::move(pass)),
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
    if (!view) return key_of_plain_feature(sample.content);
    const std::array<std::uint64_t, 4> parts = {sample.content.words[0], sample.content.words[1], sample.id,
                                                static_cast<std::uint64_t>(*view)};
    return fingerprint({reinterpret_cast<const char*>(parts.data()), sizeof parts});
}

/// Finds the features of views [first, last) that are kept; what is missing remains to be computed.
std::vector<PassItem> Features::look_up(std::size_t first_view, std::size_t last_view) {
    std::vector<PassItem> missing;
    for (std::size_t row = first_view; row < last_view; ++row) rows_[row].resize(samples_.size());
    for (std::size_t i = 0; i < samples_.size(); ++i) {
        PassItem item{.sample = i};
        for (std::size_t row = first_view; row < last_view; ++row) {
            const auto view = view_of(static_cast<std::int64_t>(row));
            if (const auto place = kept_.space->find(key_of(samples_[i], view)))
                rows_[row][i] = *place;
            else
                item.views.push_back(view);
        }
        record_.found += static_cast<std::int64_t>(last_view - first_view - item.views.size());
        if (!item.views.empty()) missing.push_back(std::move(item));
    }
    return missing;
}

void Features::prepare(std::int64_t epoch, Reporter& reporter) {
    const auto first = static_cast<std::size_t>(view_of(epoch).value_or(0));
    if (!kept_.space || !rows_[first].empty() || samples_.empty()) return;
    std::size_t last = first + 1;
    while (last < rows_.size() && last < first + kViewsPerDecoding && rows_[last].empty()) ++last;
    const std::vector<PassItem> missing = look_up(first, last);
    if (missing.empty()) return;
    try {
        fill(missing, reporter);
    } catch (const CannotKeep& error) {
        reporter.finish();
        reporter.warn(
            format_text("features can no longer be kept ({}): they are computed anew in each epoch", error.what()));
        kept_ = {};
    } catch (...) {
        for (std::size_t row = first; row < last; ++row) rows_[row].clear();
        throw;
    }
}

std::uint64_t Features::append(const Fingerprint& key, std::span<const float> values) {
    try {
        return kept_.space->append(key, values);
    } catch (const Error& error) {
        throw CannotKeep(error.what());
    }
}

void Features::fill(const std::vector<PassItem>& missing, Reporter& reporter) {
    std::size_t total = 0, done = 0;
    for (const PassItem& item : missing) total += item.views.size();
    reporter.start("features", total, views_ > 0 ? "views" : "images");
    pass_.run(samples_, missing, record_, [&](const PassItem& item, std::size_t v, std::span<const float> values) {
        rows_[static_cast<std::size_t>(item.views[v].value_or(0))][item.sample] =
            append(key_of(samples_[item.sample], item.views[v]), values);
        reporter.advance(++done);
    });
    reporter.finish();
}

Batch Features::empty_batch(std::span<const std::size_t> order, std::size_t first, std::size_t end) const {
    return {at::empty(batch_shape(static_cast<std::int64_t>(end - first), shape_)), order.subspan(first, end - first),
            first};
}

std::span<float> Features::room_in(Batch& batch, std::size_t position) const {
    return {batch.features.data_ptr<float>() + (position - batch.first) * size_, size_};
}

void Features::read(std::size_t sample, std::int64_t epoch, std::span<float> values) const {
    kept_.space->read(rows_[static_cast<std::size_t>(view_of(epoch).value_or(0))][sample], values);
}

void Features::for_each_batch(std::span<const std::size_t> order, std::int64_t epoch, std::size_t batch_size,
                              const ConsumeBatch& consume) {
    const std::vector<std::size_t> ends = batch_ends(order.size(), batch_size);
    if (kept_.space)
        read_batches(order, epoch, ends, consume);
    else
        compute_batches(order, epoch, ends, consume);
}

void Features::read_batches(std::span<const std::size_t> order, std::int64_t epoch,
                            const std::vector<std::size_t>& ends, const ConsumeBatch& consume) {
    const auto read_batch = [&](std::size_t b) {
        Batch batch = empty_batch(order, b == 0 ? 0 : ends[b - 1], ends[b]);
        for (std::size_t i = batch.first; i < ends[b]; ++i) read(order[i], epoch, room_in(batch, i));
        return batch;
    };
    const OrderedMapOptions one_ahead{.workers = 1, .window = kBatchesAhead, .stop = pass_.stop()};
    const std::size_t done =
        ordered_map(ends.size(), one_ahead, read_batch, [&](std::size_t, const Batch& batch) { consume(batch); });
    if (done < ends.size()) throw Interrupted("interrupted");
}

void Features::compute_batches(std::span<const std::size_t> order, std::int64_t epoch,
                               const std::vector<std::size_t>& ends, const ConsumeBatch& consume) {
    std::vector<PassItem> items;
    for (const std::size_t sample : order) items.push_back({sample, {view_of(epoch)}});
    std::size_t current = 0, position = 0;
    Batch batch;
    const std::size_t two_batches =
        ends.empty() ? 0 : std::min(2 * ends.front(), kMostAhead);  // made while the one before them is consumed
    pass_.run(
        samples_, items, record_,
        [&](const PassItem&, std::size_t, std::span<const float> values) {
            const std::size_t first = current == 0 ? 0 : ends[current - 1];
            if (position == first) batch = empty_batch(order, first, ends[current]);
            std::ranges::copy(values, room_in(batch, position).begin());
            if (++position < ends[current]) return;
            consume(batch);
            ++current;
        },
        two_batches);
}

}  // namespace graft

/// @file
/// What the grafted part trains on: the trunk's output for (image, view), computed once and kept, or computed anew
/// each time where keeping would take too much room. Either way the numbers are the same.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "config/fields.hpp"
#include "features/feature_cache.hpp"
#include "features/feature_pass.hpp"
#include "features/feature_source.hpp"
#include "graft/core/reporter.hpp"

namespace graft {

/// Where features are kept.
enum class FeatureKeeping {
    shared,  ///< in the machine's cache: later runs find them
    run,     ///< while the run lasts
    none,    ///< nowhere: they are computed anew in each epoch
};
template <>
inline constexpr auto enum_names<FeatureKeeping> = std::to_array<std::string_view>({"shared", "run", "none"});

struct FeatureOptions {
    std::optional<std::int64_t> views = 5;  ///< views per image; epoch e reads view e mod views; nothing: one per epoch
    FeatureKeeping keep = FeatureKeeping::shared;
    FeatureType type = FeatureType::float32;
    double limit_gb = 20;  ///< what kept features, those of earlier runs included, may take on disk
};
void describe(Fields& fields, FeatureOptions& options);

/// What the feature of a plain picture is found by, in the space of its network and preprocessing.
/// @param content of the image's file
[[nodiscard]] Fingerprint key_of_plain_feature(const Fingerprint& content);

/// The features of one list of samples.
class Features final : public FeatureSource {
public:
    /// @param views number of views that are kept; 0: the plain picture alone (validation, no augmentation)
    /// @param feature_shape of one image, as GraftedModel::feature_shape
    Features(std::vector<Sample> samples, std::int64_t views, std::vector<std::int64_t> feature_shape,
             FeaturePass pass);

    [[nodiscard]] std::span<const Sample> samples() const { return samples_; }
    /// How many numbers a feature has.
    [[nodiscard]] std::size_t size() const { return size_; }
    /// What keeping every view would take on disk, bytes.
    [[nodiscard]] std::uint64_t bytes(FeatureType type) const;
    /// From now on features are looked for in `space` and kept there. Every sample's content must be known.
    void keep_in(LeasedSpace space);

    [[nodiscard]] std::size_t count() const override { return samples_.size(); }
    /// Of the views that follow, some are computed too: views of one image share its decoding. Where they cannot be
    /// kept, on a full disk for example, a warning says so, and from then on they are computed anew in each epoch. What
    /// was computed when a stop is requested stays.
    void prepare(std::int64_t epoch, Reporter& reporter) override;
    void for_each_batch(std::span<const std::size_t> order, std::int64_t epoch, std::size_t batch_size,
                        const std::function<void(const Batch&)>& consume) override;

    [[nodiscard]] bool kept() const { return kept_.space != nullptr; }
    /// Reads the feature of a sample in an epoch that is prepared. Only where features are kept; may run beside itself.
    void read(std::size_t sample, std::int64_t epoch, std::span<float> values) const;
    [[nodiscard]] Batch empty_batch(std::span<const std::size_t> order, std::size_t first, std::size_t end) const;
    /// Where the feature of a position in the order goes.
    [[nodiscard]] std::span<float> room_in(Batch& batch, std::size_t position) const;

    [[nodiscard]] std::int64_t views() const override { return static_cast<std::int64_t>(rows_.size()); }
    /// All passes so far, added up.
    [[nodiscard]] const PassRecord& record() const { return record_; }
    [[nodiscard]] std::stop_token stop() const override { return pass_.stop(); }

private:
    using ConsumeBatch = std::function<void(const Batch&)>;
    [[nodiscard]] std::optional<std::int64_t> view_of(std::int64_t epoch) const;
    [[nodiscard]] Fingerprint key_of(const Sample& sample, std::optional<std::int64_t> view) const;
    [[nodiscard]] std::vector<PassItem> look_up(std::size_t first_view, std::size_t last_view);
    void fill(const std::vector<PassItem>& missing, Reporter& reporter);
    [[nodiscard]] std::uint64_t append(const Fingerprint& key, std::span<const float> values);
    void read_batches(std::span<const std::size_t> order, std::int64_t epoch, const std::vector<std::size_t>& ends,
                      const ConsumeBatch& consume);
    void compute_batches(std::span<const std::size_t> order, std::int64_t epoch, const std::vector<std::size_t>& ends,
                         const ConsumeBatch& consume);

    std::vector<Sample> samples_;
    std::int64_t views_;
    std::vector<std::int64_t> shape_;
    std::size_t size_;  ///< floats of one feature
    FeaturePass pass_;
    LeasedSpace kept_;  ///< empty: nothing is kept
    std::vector<std::vector<std::uint64_t>>
        rows_;  ///< [view][sample] where the feature lies; [] until it was looked up
    PassRecord record_;
};

}  // namespace graft

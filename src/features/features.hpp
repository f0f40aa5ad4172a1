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

#include "data/view_renderer.hpp"
#include "features/feature_cache.hpp"
#include "graft/core/reporter.hpp"
#include "inference/inference_module.hpp"

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

/// How the workers run.
struct WorkOptions {
    std::size_t workers = 1;
    std::stop_token stop;
};

/// Part of an epoch.
struct Batch {
    at::Tensor features;    ///< float32 [N,…]
    at::Tensor labels;      ///< int64 [N]
    std::size_t first = 0;  ///< position in the order that was asked for
};

/// How a pass over images went.
struct PassRecord {
    std::int64_t images = 0;     ///< that were decoded
    std::int64_t computed = 0;   ///< features that went through the trunk
    std::int64_t found = 0;      ///< features that were there already
    double seconds = 0;          ///< wall time
    double trunk_seconds = 0;    ///< time that workers spent in the network, summed over them
    double picture_seconds = 0;  ///< time that workers spent on reading, decoding and rendering, summed over them

    PassRecord& operator+=(const PassRecord& other);
};

/// The features of one list of samples.
class Features {
public:
    /// @param views number of views that are kept; 0: the plain picture alone (validation, no augmentation)
    /// @param feature_shape of one image, as GraftedModel::feature_shape
    Features(std::vector<Sample> samples, std::int64_t views, std::vector<std::int64_t> feature_shape,
             std::shared_ptr<const ViewRenderer> renderer, std::shared_ptr<const InferenceModule> trunk,
             WorkOptions work);

    [[nodiscard]] std::span<const Sample> samples() const { return samples_; }
    /// How many numbers a feature has.
    [[nodiscard]] std::size_t size() const { return size_; }
    /// What keeping every view would take on disk, bytes.
    [[nodiscard]] std::uint64_t bytes(FeatureType type) const;
    /// From now on features are looked for in `space` and kept there. Every sample's content must be known.
    void keep_in(LeasedSpace space);

    /// Makes sure that the features an epoch reads are kept, where they are kept at all. One line of progress. Of the
    /// views that follow, some are computed too: views of one image share its decoding.
    /// @throws Interrupted when a stop is requested; what was computed so far stays
    void prepare(std::int64_t epoch, Reporter& reporter);

    /// Calls `consume` with batches of `batch_size` samples in the given order of indices; what is left at the end is a
    /// smaller batch, except that a single left-over sample joins the batch before it (batch norm cannot train on one).
    /// @throws Interrupted when a stop is requested
    void for_each_batch(std::span<const std::size_t> order, std::int64_t epoch, std::size_t batch_size,
                        const std::function<void(Batch)>& consume);

    /// All passes so far, added up.
    [[nodiscard]] const PassRecord& record() const { return record_; }

private:
    /// A sample, and the views of it that there are no features of yet.
    struct Wanted {
        std::size_t sample = 0;
        std::vector<std::optional<std::int64_t>> views;
    };
    struct Made;
    using ConsumeFeature = std::function<void(const Wanted& one, std::size_t view, std::span<const float> values)>;

    [[nodiscard]] std::optional<std::int64_t> view_of(std::int64_t epoch) const;
    [[nodiscard]] Fingerprint key_of(const Sample& sample, std::optional<std::int64_t> view) const;
    [[nodiscard]] std::vector<Wanted> look_up(std::size_t first_view, std::size_t last_view);
    [[nodiscard]] Made make(std::span<const Wanted> wanted) const;
    void run_pass(const std::vector<Wanted>& wanted, const ConsumeFeature& consume);
    void fill(const std::vector<Wanted>& wanted, Reporter& reporter);
    [[nodiscard]] Batch empty_batch(std::size_t first, std::size_t count) const;

    std::vector<Sample> samples_;
    std::int64_t views_;
    std::vector<std::int64_t> shape_;
    std::size_t size_;  ///< floats of one feature
    std::shared_ptr<const ViewRenderer> renderer_;
    std::shared_ptr<const InferenceModule> trunk_;
    WorkOptions work_;
    LeasedSpace kept_;  ///< empty: nothing is kept
    std::vector<std::vector<std::uint64_t>>
        rows_;  ///< [view][sample] where the feature lies; [] until it was looked up
    PassRecord record_;
};

}  // namespace graft

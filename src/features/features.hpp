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
#include "features/feature_store.hpp"
#include "graft/core/reporter.hpp"
#include "model/inference.hpp"

namespace graft {

struct FeatureOptions {
    std::optional<std::int64_t> views;  ///< views per image; epoch e reads view e mod views; nothing: one per epoch
    double keep_at_most_gb = 16;        ///< what kept features may take on disk; beyond it they are computed anew
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

/// The features of one list of samples.
class Features {
public:
    /// @param views number of views that are kept; 0: the plain picture alone (validation, no augmentation)
    /// @param feature_shape of one image, as GraftedModel::feature_shape
    Features(std::vector<Sample> samples, std::int64_t views, std::vector<std::int64_t> feature_shape,
             std::shared_ptr<const ViewRenderer> renderer, std::shared_ptr<const InferenceModule> trunk,
             WorkOptions work);

    [[nodiscard]] std::span<const Sample> samples() const { return samples_; }
    /// What keeping every view would take on disk, bytes.
    [[nodiscard]] std::uint64_t bytes() const;
    /// From now on features are kept in an unnamed file in `folder`.
    void keep_in(const std::filesystem::path& folder);

    /// Makes sure that the features an epoch reads are kept, where they are kept at all. One line of progress.
    /// @throws Interrupted when a stop is requested; what was computed so far stays
    void prepare(std::int64_t epoch, Reporter& reporter);

    /// Calls `consume` with batches of `batch_size` samples in the given order of indices; what is left at the end is a
    /// smaller batch, except that a single left-over sample joins the batch before it (batch norm cannot train on one
    /// sample).
    /// @throws Interrupted when a stop is requested
    void for_each_batch(std::span<const std::size_t> order, std::int64_t epoch, std::size_t batch_size,
                        const std::function<void(Batch)>& consume);

private:
    [[nodiscard]] std::optional<std::int64_t> view_of(std::int64_t epoch) const;
    [[nodiscard]] std::size_t row_of(std::size_t sample, std::int64_t epoch) const;
    [[nodiscard]] at::Tensor compute(std::size_t sample, std::int64_t epoch) const;
    void for_each_feature(std::span<const std::size_t> order, std::int64_t epoch,
                          const std::function<void(std::size_t, const at::Tensor&)>& consume) const;

    std::vector<Sample> samples_;
    std::int64_t views_;
    std::vector<std::int64_t> shape_;
    std::size_t size_;  ///< floats of one feature
    std::shared_ptr<const ViewRenderer> renderer_;
    std::shared_ptr<const InferenceModule> trunk_;
    WorkOptions work_;
    std::unique_ptr<FeatureStore> store_;
};

}  // namespace graft

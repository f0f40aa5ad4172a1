#include "train/fit.hpp"

#include <ATen/ops/cat.h>

#include <vector>

namespace graft {

Fit fit_of(const HeadOptions& options) {
    switch (options.kind) {
        case HeadKind::nearest_mean: return nearest_mean_fit(options.scale);
        case HeadKind::linear_probe: return linear_probe_fit(options.c);
        case HeadKind::dense: break;
    }
    return {};
}

FitData data_to_fit(const TrainingSet& set) {
    constexpr std::size_t kBatch = 1024;
    FeatureSource& features = *set.features;
    const std::int64_t views = features.views();
    FitData data{.targets = at::cat(std::vector<at::Tensor>(static_cast<std::size_t>(views), set.targets)),
                 .stop = features.stop()};
    if (set.weights.defined())
        data.weights = at::cat(std::vector<at::Tensor>(static_cast<std::size_t>(views), set.weights));
    std::vector<at::Tensor> rows;
    for (std::int64_t view = 0; view < views; ++view)
        features.for_each_batch(in_their_order(features.count()), view, kBatch,
                                [&](const Batch& batch) { rows.push_back(batch.features.clone()); });
    data.features = at::cat(rows);
    return data;
}

}  // namespace graft

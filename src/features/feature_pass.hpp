/// @file
/// A pass over images: rendered and run through the trunk on all cores, handed over in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "data/view_renderer.hpp"
#include "inference/inference.hpp"

namespace graft {

/// How the workers run.
struct WorkOptions {
    std::size_t workers = 1;
    std::stop_token stop;
};

/// How passes over images went.
struct PassRecord {
    std::int64_t images = 0;     ///< that were decoded
    std::int64_t computed = 0;   ///< features that went through the trunk
    std::int64_t found = 0;      ///< features that were there already
    double seconds = 0;          ///< wall time
    double trunk_seconds = 0;    ///< time that workers spent in the network, summed over them
    double picture_seconds = 0;  ///< time that workers spent on reading, decoding and rendering, summed over them

    PassRecord& operator+=(const PassRecord& other);
};

/// An image whose features are asked for.
struct PassItem {
    std::size_t sample = 0;                          ///< index
    std::vector<std::optional<std::int64_t>> views;  ///< which; nothing: the plain picture
};

/// Computes features. Two seams: the renderer makes pictures of samples, the trunk makes features of pictures.
class FeaturePass {
public:
    /// @param values the feature of `item.views[view]`
    using Consume = std::function<void(const PassItem& item, std::size_t view, std::span<const float> values)>;

    FeaturePass(std::shared_ptr<const ViewRenderer> renderer, std::shared_ptr<const Inference> trunk, WorkOptions work);

    /// Calls `consume` with the features of all items, in order, on the calling thread. Views of one image share its
    /// decoding; an error belongs to an image and is thrown when its turn comes.
    /// @param record is added to
    /// @param ahead how many images may be made before they are consumed, at least
    /// @throws Interrupted when a stop is requested
    void run(std::span<const Sample> samples, std::span<const PassItem> items, PassRecord& record,
             const Consume& consume, std::size_t ahead = 0) const;

    [[nodiscard]] const std::stop_token& stop() const { return work_.stop; }

private:
    struct Made;
    [[nodiscard]] Made make(std::span<const Sample> samples, std::span<const PassItem> items) const;

    std::shared_ptr<const ViewRenderer> renderer_;
    std::shared_ptr<const Inference> trunk_;
    WorkOptions work_;
};

}  // namespace graft

#include "features/feature_pass.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>

#include <algorithm>
#include <utility>

#include "core/clock.hpp"
#include "core/ordered_map.hpp"
#include "graft/core/errors.hpp"
#include "network/network_input.hpp"

namespace graft {
namespace {

/// Measures what a worker does, one thing after the other.
class LapTimer {
public:
    double lap() { return seconds_since(std::exchange(mark_, Clock::now())); }

private:
    Clock::time_point mark_ = Clock::now();
};

/// How many calls of a worker may wait for their turn: what they made of many images is much memory.
std::size_t calls_ahead(std::size_t images_per_call) { return images_per_call <= 4 ? 8 : 2; }

}  // namespace

/// What a worker made of a few samples.
struct FeaturePass::Made {
    std::vector<at::Tensor> features;  ///< of each item, of each view that was asked for
    double picture_seconds = 0, trunk_seconds = 0;
};

PassRecord& PassRecord::operator+=(const PassRecord& other) {
    images += other.images;
    computed += other.computed;
    found += other.found;
    seconds += other.seconds;
    trunk_seconds += other.trunk_seconds;
    picture_seconds += other.picture_seconds;
    return *this;
}

FeaturePass::FeaturePass(std::shared_ptr<const ViewRenderer> renderer, std::shared_ptr<const Inference> trunk,
                         WorkOptions work)
    : renderer_(std::move(renderer)), trunk_(std::move(trunk)), work_(std::move(work)) {}

FeaturePass::Made FeaturePass::make(std::span<const Sample> samples, std::span<const PassItem> items) const {
    Made made;
    std::vector<at::Tensor> inputs;  // [1,3,H,W] each
    LapTimer timer;
    const auto run_network = [&] {
        if (inputs.empty()) return;
        made.picture_seconds += timer.lap();
        const at::Tensor features = (*trunk_)(inputs.size() == 1 ? inputs.front() : at::cat(inputs));  // [n,…]
        for (const at::Tensor& feature : features.unbind()) made.features.push_back(feature);
        inputs.clear();
        made.trunk_seconds += timer.lap();
    };
    for (const PassItem& item : items) {
        const Sample& sample = samples[item.sample];
        const LoadedPicture picture = renderer_->load(sample);
        for (const std::optional<std::int64_t> view : item.views) {
            inputs.push_back(to_network_input(renderer_->render(picture, sample, view)));
            if (static_cast<std::int64_t>(inputs.size()) == trunk_->images_per_call()) run_network();
        }
    }
    run_network();
    return made;
}

void FeaturePass::run(std::span<const Sample> samples, std::span<const PassItem> items, PassRecord& record,
                      const Consume& consume, std::size_t ahead) const {
    const auto per_call = static_cast<std::size_t>(trunk_->images_per_call());
    const std::size_t calls = (items.size() + per_call - 1) / per_call;
    const auto part = [&](std::size_t call) {
        return items.subspan(call * per_call, std::min(per_call, items.size() - call * per_call));
    };
    const OrderedMapOptions options{.workers = work_.workers,
                                    .window = std::max(calls_ahead(per_call) * work_.workers, ahead / per_call),
                                    .on_worker_start = use_one_thread_here,
                                    .stop = work_.stop};
    const auto start = Clock::now();
    const std::size_t finished = ordered_map(
        calls, options, [&](std::size_t call) { return make(samples, part(call)); },
        [&](std::size_t call, const Made& made) {
            record.picture_seconds += made.picture_seconds;
            record.trunk_seconds += made.trunk_seconds;
            auto feature = made.features.begin();
            for (const PassItem& item : part(call)) {
                ++record.images;
                for (std::size_t v = 0; v < item.views.size(); ++v, ++feature, ++record.computed)
                    consume(item, v, {feature->const_data_ptr<float>(), static_cast<std::size_t>(feature->numel())});
            }
        });
    record.seconds += seconds_since(start);
    if (finished < calls) throw Interrupted("interrupted");
}

}  // namespace graft

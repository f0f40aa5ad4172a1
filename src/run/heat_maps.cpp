#include "run/heat_maps.hpp"

#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "deploy/model_file.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/threads.hpp"
#include "image/decode/decode.hpp"

namespace graft {
namespace {

/// Reads the model when it is first asked.
class Artist {
public:
    Artist(std::filesystem::path model, std::size_t workers)
        : model_(std::move(model)), workers_(workers_or_cores(workers)) {}

    HeatMaps draw(std::span<const HeatRequest> requests) {
        if (!explainer_) {
            const ModelFile file = load_model(model_);
            preprocessing_ = file.info.preprocessing;
            explainer_.emplace(file.module, preprocessing_);
        }
        if (explainer_->method() == ExplanationMethod::occlusion) return {.pictures = {}, .why_not = costs_too_much()};
        HeatMaps maps;
        ordered_map(
            requests.size(), {.workers = workers_, .window = 2 * workers_, .on_worker_start = use_one_thread_here},
            [&](std::size_t i) {
                return explained_image(*explainer_, preprocessing_, requests[i].file, kDefaultMaxPixels,
                                       requests[i].output);
            },
            [&](std::size_t, cv::Mat picture) { maps.pictures.push_back(std::move(picture)); });
        return maps;
    }

private:
    [[nodiscard]] std::string costs_too_much() const {
        return format_text(
            "this network has no feature map before its pooling; graft predict {} IMAGE --explain "
            "FOLDER covers a picture place by place instead, which takes fifty times as long as a "
            "prediction",
            model_.string());
    }

    std::filesystem::path model_;
    std::size_t workers_;
    Preprocessing preprocessing_;
    std::optional<Explainer> explainer_;
};

}  // namespace

cv::Mat explained_image(const Explainer& explainer, const Preprocessing& preprocessing,
                        const std::filesystem::path& image, std::int64_t max_pixels,
                        std::optional<std::int64_t> output) {
    try {
        const cv::Mat picture = resize_to_input(
            decode_image_file(image, {.max_pixels = max_pixels, .input = preprocessing}), preprocessing);
        return heat_overlay(picture, explainer.explain(picture, output).map);
    } catch (const DataError&) {
        return {};
    }
}

DrawHeatMaps heat_maps_of(const std::filesystem::path& model, std::size_t workers) {
    return [artist = std::make_shared<Artist>(model, workers)](std::span<const HeatRequest> requests) -> HeatMaps {
        try {
            return artist->draw(requests);
        } catch (const std::exception& error) {  // a report without them is better than none
            return {.pictures = {}, .why_not = error.what()};
        }
    };
}

}  // namespace graft

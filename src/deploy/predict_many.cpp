// The calls of a Predictor that are made of its other calls.
#include <algorithm>
#include <opencv2/core.hpp>
#include <thread>

#include "core/ordered_map.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/threads.hpp"
#include "graft/deploy/predictor.hpp"

namespace graft {

std::vector<Prediction> Predictor::predict_files(std::span<const std::filesystem::path> images,
                                                 std::size_t workers) const {
    std::vector<Prediction> predictions(images.size());
    predict_files(
        images, [&](std::size_t index, const Prediction& prediction) { predictions[index] = prediction; }, workers);
    return predictions;
}

std::vector<Prediction> Predictor::predict_pixels(std::span<const cv::Mat> pixels, ColourOrder order,
                                                  std::size_t workers) const {
    if (workers == 0) workers = std::max(1U, std::thread::hardware_concurrency());
    const OrderedMapOptions options{.workers = workers, .window = 8 * workers, .on_worker_start = use_one_thread_here};
    const auto classify = [&](std::size_t i) -> Prediction {
        try {
            return {predict_pixels(pixels[i], order), ""};
        } catch (const DataError& error) {
            return {{}, error.what()};
        }
    };
    std::vector<Prediction> predictions(pixels.size());
    ordered_map(pixels.size(), options, classify,
                [&](std::size_t index, Prediction prediction) { predictions[index] = std::move(prediction); });
    return predictions;
}

void Predictor::warm_up() const {
    const cv::Mat grey(64, 64, CV_8UC3, cv::Scalar::all(127));  // [64,64], as good as any
    (void)predict_pixels(grey, ColourOrder::rgb);
}

}  // namespace graft

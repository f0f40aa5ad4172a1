#include "graft/deploy/predictor.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <thread>

#include "core/ordered_map.hpp"
#include "core/ranking.hpp"
#include "deploy/model_file.hpp"
#include "graft/core/errors.hpp"
#include "image/decode.hpp"
#include "model/inference.hpp"
#include "model/network_input.hpp"

namespace graft {

struct Predictor::Parts {
    ModelInfo info;
    InferenceModule network;

    explicit Parts(ModelFile file)
        : info(std::move(file.info)), network(file.module, example_input(info.preprocessing)) {}

    /// @param rgb [H,W] CV_8UC3, RGB
    [[nodiscard]] std::vector<float> classify(const cv::Mat& rgb) const {
        const at::Tensor probabilities = network(to_network_input(resize_to_input(rgb, info.preprocessing)));  // [1,K]
        const float* values = probabilities.const_data_ptr<float>();
        return {values, values + probabilities.numel()};
    }
};

Predictor::Predictor(const std::filesystem::path& model) : parts_(std::make_unique<Parts>(load_model(model))) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

const std::vector<std::string>& Predictor::classes() const { return parts_->info.classes; }
const std::string& Predictor::engine() const { return parts_->network.engine(); }
const std::string& Predictor::engine_note() const { return parts_->network.note(); }

std::vector<float> Predictor::predict_file(const std::filesystem::path& image) const {
    return parts_->classify(decode_image_file(image));
}

std::vector<float> Predictor::predict_encoded(std::string_view bytes, const std::string& name) const {
    return parts_->classify(decode_image(bytes, name));
}

std::vector<float> Predictor::predict_pixels(const cv::Mat& pixels, ColourOrder order) const {
    if (pixels.empty() || pixels.type() != CV_8UC3)
        throw DataError("a picture of type " + cv::typeToString(pixels.type()) + " and size " +
                        std::to_string(pixels.cols) + "x" + std::to_string(pixels.rows) +
                        ": expected CV_8UC3 and at least one pixel");
    if (order == ColourOrder::rgb) return parts_->classify(pixels);
    cv::Mat rgb;
    cv::cvtColor(pixels, rgb, cv::COLOR_BGR2RGB);
    return parts_->classify(rgb);
}

std::size_t Predictor::predict_files(std::span<const std::filesystem::path> images,
                                     const std::function<void(std::size_t, const Prediction&)>& consume,
                                     std::size_t workers, std::stop_token stop) const {
    if (workers == 0) workers = std::max(1U, std::thread::hardware_concurrency());
    const OrderedMapOptions options{
        .workers = workers, .window = 8 * workers, .on_worker_start = use_one_thread_here, .stop = stop};
    const auto classify = [&](std::size_t i) -> Prediction {
        try {
            return {predict_file(images[i]), ""};
        } catch (const DataError& error) {
            return {{}, error.what()};
        }
    };
    return ordered_map(images.size(), options, classify, consume);
}

std::string Predictor::description() const {
    Json json = to_json(parts_->info);
    json.erase("golden");
    return pretty(json);
}

std::vector<ClassProbability> Predictor::top(std::span<const float> probabilities, std::size_t count) const {
    std::vector<ClassProbability> top;
    for (const std::size_t index : top_indices(probabilities, count))
        top.push_back({classes()[index], probabilities[index]});
    return top;
}

}  // namespace graft

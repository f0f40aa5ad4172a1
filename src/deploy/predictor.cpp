#include "graft/deploy/predictor.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <thread>

#include "core/ordered_map.hpp"
#include "core/ranking.hpp"
#include "deploy/model_file.hpp"
#include "graft/core/errors.hpp"
#include "image/decode.hpp"
#include "model/calibration.hpp"
#include "model/inference.hpp"
#include "model/network_input.hpp"

namespace graft {

namespace {

/// The calibrated plan, or one image per call on every core.
InferencePlan plan_for(const ModelFile& file, const PredictorOptions& options) {
    const Preprocessing& input = file.info.preprocessing;
    const auto measure = [&] { return calibrate(file.module, example_input(input), Precision::float32); };
    SilentReporter silent;
    return Calibrations(options.calibrations)
        .find_or_measure(network_name(file.info.backbone, file.info.backbone_hash, "", input, "float32"),
                         static_cast<std::int64_t>(options.expected_images), measure, silent)
        .value_or(InferencePlan{.workers = std::max(1U, std::thread::hardware_concurrency())});
}

std::vector<float> values_of(const at::Tensor& row) {
    const float* values = row.const_data_ptr<float>();
    return {values, values + row.numel()};
}

}  // namespace

struct Predictor::Parts {
    ModelInfo info;
    InferencePlan plan;
    InferenceModule network;                 // one image per call
    std::optional<InferenceModule> several;  // as many as the plan says, where that is faster

    Parts(ModelFile file, const PredictorOptions& options)
        : plan(plan_for(file, options)), network(file.module, example_input(file.info.preprocessing)) {
        info = std::move(file.info);
        if (plan.images_per_call > 1)
            several.emplace(file.module, example_input(info.preprocessing),
                            InferenceOptions{.images_per_call = plan.images_per_call});
    }

    /// @param rgb [H,W] CV_8UC3, RGB. @return float32 [1,3,h,w]
    [[nodiscard]] at::Tensor input_of(const cv::Mat& rgb) const {
        return to_network_input(resize_to_input(rgb, info.preprocessing));
    }
    /// @param rgb [H,W] CV_8UC3, RGB
    [[nodiscard]] std::vector<float> classify(const cv::Mat& rgb) const { return values_of(network(input_of(rgb))); }

    /// Decodes and classifies a few files; a bad one is a Prediction with an error.
    [[nodiscard]] std::vector<Prediction> classify(std::span<const std::filesystem::path> files) const {
        std::vector<Prediction> predictions(files.size());
        std::vector<std::size_t> readable;
        std::vector<at::Tensor> inputs;
        for (std::size_t i = 0; i < files.size(); ++i) {
            try {
                inputs.push_back(input_of(decode_image_file(files[i])));
                readable.push_back(i);
            } catch (const DataError& error) {
                predictions[i].error = error.what();
            }
        }
        if (inputs.empty()) return predictions;
        const InferenceModule& fitting = inputs.size() > 1 && several ? *several : network;
        const at::Tensor probabilities = fitting(at::cat(inputs));  // [n,K]
        for (std::size_t row = 0; row < readable.size(); ++row)
            predictions[readable[row]].probabilities = values_of(probabilities[static_cast<std::int64_t>(row)]);
        return predictions;
    }
};

Predictor::Predictor(const std::filesystem::path& model, const PredictorOptions& options)
    : parts_(std::make_unique<Parts>(load_model(model), options)) {}
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
    if (workers == 0) workers = parts_->plan.workers;
    const auto per_call = static_cast<std::size_t>(parts_->plan.images_per_call);
    const OrderedMapOptions options{
        .workers = workers, .window = 8 * workers, .on_worker_start = use_one_thread_here, .stop = stop};
    const auto files_of = [&](std::size_t call) {
        return images.subspan(call * per_call, std::min(per_call, images.size() - call * per_call));
    };
    const auto consume_all = [&](std::size_t call, const std::vector<Prediction>& predictions) {
        for (std::size_t i = 0; i < predictions.size(); ++i) consume(call * per_call + i, predictions[i]);
    };
    const std::size_t calls =
        ordered_map((images.size() + per_call - 1) / per_call, options,
                    [&](std::size_t call) { return parts_->classify(files_of(call)); }, consume_all);
    return std::min(calls * per_call, images.size());
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

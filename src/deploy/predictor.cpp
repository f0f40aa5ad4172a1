#include "graft/deploy/predictor.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <thread>

#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "deploy/model_file.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"
#include "image/test_views.hpp"
#include "inference/inference.hpp"
#include "inference/throughput.hpp"
#include "network/grafted_model.hpp"
#include "network/network_input.hpp"
#include "network/torch_device.hpp"

namespace graft {
namespace {

/// What the predictor runs: the model, with its vectors where it decides by their distance.
TorchModule what_runs(const ModelFile& file) { return file.info.references ? with_vectors(file.module) : file.module; }

/// @return [H,W] CV_8UC3, RGB. Throws DataError for another type or an empty picture.
cv::Mat rgb_of(const cv::Mat& pixels, ColourOrder order) {
    if (pixels.empty() || pixels.type() != CV_8UC3)
        throw DataError(format_text("a picture of type {} and size {}x{}: expected CV_8UC3 and at least one pixel",
                                    cv::typeToString(pixels.type()), pixels.cols, pixels.rows));
    if (order == ColourOrder::rgb) return pixels;
    cv::Mat rgb;
    cv::cvtColor(pixels, rgb, cv::COLOR_BGR2RGB);
    return rgb;
}

Decision decision_for(const ModelInfo& info, const PredictorOptions& options) {
    Decision decision = info.decision;
    if (info.task != TaskKind::classification) return {};
    decision.min_confidence = options.min_confidence.value_or(decision.min_confidence);
    decision.min_margin = options.min_margin.value_or(decision.min_margin);
    if (options.max_distance && !info.references)
        throw ConfigError(
            "max_distance: the model knows no distances; train it with /decision/known_share or "
            "/decision/max_distance");
    if (options.max_distance) decision.max_distance = options.max_distance;
    return decision;
}

using Consume = std::function<void(std::size_t, const Prediction&)>;
using PictureOf = std::function<cv::Mat(std::size_t)>;  ///< [H,W] CV_8UC3, RGB; throws DataError where there is none

}  // namespace

class Predictor::Parts {
public:
    Parts(std::filesystem::path path, ModelFile file, const PredictorOptions& options)
        : model(std::move(path)),
          device(choose_device(options.device, "device")),
          network(make_inference(what_runs(file), example_input(file.info.preprocessing), {.device = device.device})),
          info(std::move(file.info)),
          augmentation(options.test_time_augmentation),
          decoding{.max_pixels = options.max_pixels, .input = info.preprocessing},
          decision(decision_for(info, options)),
          throughput_(options.throughput) {
        if (!options.throughput.empty() || usual_plan(1, device.device).images_per_call > 1)
            module_ = what_runs({std::move(file.module), info});
    }

    const std::filesystem::path model;
    const ChosenDevice device;
    const std::shared_ptr<const Inference> network;  ///< one image per call
    const ModelInfo info;
    const TestTimeAugmentation augmentation;
    const DecodeOptions decoding;
    const Decision decision;

    /// @param rgb [H,W] CV_8UC3, RGB
    [[nodiscard]] Prediction classify(const cv::Mat& rgb) const {
        const std::vector<at::Tensor> inputs = inputs_of(rgb);
        return prediction_of(mean_over_views((*network)(inputs.size() == 1 ? inputs.front() : at::cat(inputs)))[0]);
    }

    /// Makes and classifies pictures [0, count) on `workers` threads and hands the results over in order.
    std::size_t classify_all(std::size_t count, const PictureOf& picture_of, const Consume& consume,
                             std::size_t workers, std::stop_token stop) const {
        const Many many = for_many(count);
        if (workers == 0) workers = many.workers;
        const auto per_call = static_cast<std::size_t>(many.network->images_per_call());
        const OrderedMapOptions options{
            .workers = workers, .window = 8 * workers, .on_worker_start = use_one_thread_here, .stop = stop};
        const auto classify_some = [&](std::size_t call) {
            const std::size_t first = call * per_call;
            return classify(*many.network, first, std::min(per_call, count - first), picture_of);
        };
        const auto consume_some = [&](std::size_t call, const std::vector<Prediction>& predictions) {
            for (std::size_t i = 0; i < predictions.size(); ++i) consume(call * per_call + i, predictions[i]);
        };
        const std::size_t calls = ordered_map((count + per_call - 1) / per_call, options, classify_some, consume_some);
        return std::min(calls * per_call, count);
    }

private:
    struct Many {
        std::size_t workers;
        std::shared_ptr<const Inference> network;
    };

    /// How many images are classified: as measured, else as usual on every core. A network that nobody has
    /// measured is measured as soon as enough images have been asked for.
    [[nodiscard]] Many for_many(std::size_t images) const {
        const std::scoped_lock lock(mutex_);
        asked_for_ += images;
        if (!plan_) plan_ = plan_of_file();
        const InferencePlan plan = plan_.value_or(usual_plan(network->callers(), device.device));
        if (plan.images_per_call == 1 || images == 1) return {plan.workers, network};
        if (!several_ || several_->images_per_call() != plan.images_per_call)
            several_ = make_inference(module_, example_input(info.preprocessing),
                                      {.device = device.device, .images_per_call = plan.images_per_call});
        return {plan.workers, several_};
    }
    [[nodiscard]] std::optional<InferencePlan> plan_of_file() const {
        const auto measure = [&] {
            return measure_throughput(module_, example_input(info.preprocessing), {.device = device.device});
        };
        SilentReporter silent;
        return ThroughputFile(throughput_)
            .find_or_measure(network_name(info.backbone, info.backbone_hash, "", info.preprocessing, Precision::float32,
                                          device.device),
                             static_cast<std::int64_t>(asked_for_), measure, silent);
    }

    /// @param rgb [H,W] CV_8UC3, RGB. @return of each view float32 [1,3,h,w]
    [[nodiscard]] std::vector<at::Tensor> inputs_of(const cv::Mat& rgb) const {
        std::vector<at::Tensor> inputs;
        for (const cv::Mat& picture : test_views(rgb, augmentation, info.preprocessing))
            inputs.push_back(to_network_input(picture));
        return inputs;
    }
    /// @param outputs float32 [n * views, …]. @return float32 [n, …]
    [[nodiscard]] at::Tensor mean_over_views(const at::Tensor& outputs) const {
        const auto views = static_cast<std::int64_t>(view_count(augmentation));
        return views == 1 ? outputs : outputs.unflatten(0, {-1, views}).mean(1);
    }
    /// Pictures [first, first + count) in one call; one that cannot be made is a Prediction with an error.
    [[nodiscard]] std::vector<Prediction> classify(const Inference& with, std::size_t first, std::size_t count,
                                                   const PictureOf& picture_of) const {
        std::vector<Prediction> predictions(count);
        std::vector<std::size_t> readable;
        std::vector<at::Tensor> inputs;
        for (std::size_t i = 0; i < count; ++i) {
            try {
                std::ranges::move(inputs_of(picture_of(first + i)), std::back_inserter(inputs));
                readable.push_back(i);
            } catch (const DataError& error) {
                predictions[i].error = error.what();
            }
        }
        if (inputs.empty()) return predictions;
        const at::Tensor values = mean_over_views((inputs.size() > 1 ? with : *network)(at::cat(inputs)));  // [n,K]
        for (std::size_t row = 0; row < readable.size(); ++row)
            predictions[readable[row]] = prediction_of(values[static_cast<std::int64_t>(row)]);
        return predictions;
    }

    /// @param row float32 [K], or [K+C] where the network gives vectors too
    [[nodiscard]] Prediction prediction_of(const at::Tensor& row) const {
        const float* values = row.const_data_ptr<float>();
        const auto outputs = static_cast<std::int64_t>(info.outputs.size());
        Prediction prediction{.values = {values, values + outputs}, .error = {}};
        if (info.references) prediction.distance = distance_from(*info.references, row.slice(0, outputs));
        return prediction;
    }

    const std::filesystem::path throughput_;
    TorchModule module_;                         // as it was loaded, where throughput is measured
    mutable std::mutex mutex_;                   // guards all below
    mutable std::optional<InferencePlan> plan_;  // once it is known
    mutable std::shared_ptr<const Inference>
        several_;                        // as many images per call as the plan says, once that is asked for
    mutable std::size_t asked_for_ = 0;  // images, of all lists
};

Predictor::Predictor(const std::filesystem::path& model, const PredictorOptions& options)
    : parts_(std::make_unique<Parts>(model, load_model(model), options)) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

std::string_view Predictor::task() const { return text_of(parts_->info.task); }
const std::vector<std::string>& Predictor::outputs() const { return parts_->info.outputs; }
const std::vector<std::string>& Predictor::classes() const {
    static const std::vector<std::string> none;
    return parts_->info.task == TaskKind::regression ? none : parts_->info.outputs;
}
const std::vector<float>& Predictor::thresholds() const { return parts_->info.thresholds; }
const std::filesystem::path& Predictor::model() const { return parts_->model; }
TestTimeAugmentation Predictor::test_time_augmentation() const { return parts_->augmentation; }
double Predictor::temperature() const { return parts_->info.temperature; }
const Decision& Predictor::decision() const { return parts_->decision; }
std::string Predictor::device() const { return text_of(parts_->device.device); }
const std::string& Predictor::device_note() const { return parts_->device.note; }
const std::string& Predictor::engine() const { return parts_->network->engine(); }
const std::string& Predictor::engine_note() const { return parts_->network->note(); }

std::vector<float> Predictor::predict_file(const std::filesystem::path& image) const {
    return prediction_of_file(image).values;
}

std::vector<float> Predictor::predict_encoded(std::string_view bytes, const std::string& name) const {
    return prediction_of_encoded(bytes, name).values;
}

std::vector<float> Predictor::predict_pixels(const cv::Mat& pixels, ColourOrder order) const {
    return prediction_of_pixels(pixels, order).values;
}

Prediction Predictor::prediction_of_file(const std::filesystem::path& image) const {
    return parts_->classify(decode_image_file(image, parts_->decoding));
}

Prediction Predictor::prediction_of_encoded(std::string_view bytes, const std::string& name) const {
    return parts_->classify(decode_image(bytes, name, parts_->decoding));
}

Prediction Predictor::prediction_of_pixels(const cv::Mat& pixels, ColourOrder order) const {
    return parts_->classify(rgb_of(pixels, order));
}

std::size_t Predictor::predict_files(std::span<const std::filesystem::path> images, const Consume& consume,
                                     std::size_t workers, std::stop_token stop) const {
    const auto picture_of = [&](std::size_t i) { return decode_image_file(images[i], parts_->decoding); };
    return parts_->classify_all(images.size(), picture_of, consume, workers, std::move(stop));
}

std::vector<Prediction> Predictor::predict_files(std::span<const std::filesystem::path> images,
                                                 std::size_t workers) const {
    std::vector<Prediction> predictions(images.size());
    predict_files(
        images, [&](std::size_t index, const Prediction& prediction) { predictions[index] = prediction; }, workers);
    return predictions;
}

std::vector<Prediction> Predictor::predict_pixels(std::span<const cv::Mat> pixels, ColourOrder order,
                                                  std::size_t workers) const {
    std::vector<Prediction> predictions(pixels.size());
    parts_->classify_all(
        pixels.size(), [&](std::size_t i) { return rgb_of(pixels[i], order); },
        [&](std::size_t index, const Prediction& prediction) { predictions[index] = prediction; }, workers, {});
    return predictions;
}

void Predictor::warm_up() const {
    const cv::Mat grey(64, 64, CV_8UC3, cv::Scalar::all(127));  // [64,64], as good as any
    (void)predict_pixels(grey, ColourOrder::rgb);
}

std::string Predictor::description() const {
    Json json = to_json(parts_->info);
    json.erase("golden");
    return pretty(json);
}

}  // namespace graft

/// @file
/// A trained model, ready to use: decode, preprocess and forward exactly as in training and evaluation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "graft/core/export.hpp"
#include "graft/image/test_time_augmentation.hpp"
#include "graft/record/decision.hpp"

namespace graft {

/// One class and how likely it is.
struct ClassProbability {
    std::string name;
    float probability = 0;
};

/// The result for one of many images: what Predictor::predict_file gives, or why there is nothing.
struct Prediction {
    std::vector<float> values;  ///< [K], in the order of Predictor::outputs(); empty when `error` is not
    std::string error;
    std::optional<float> distance = {};  ///< to the training images, in [0, 2], where the model decides by it
};

/// The order of the three channels of a cv::Mat; OpenCV's own functions give BGR.
enum class ColourOrder { bgr, rgb };

/// How a Predictor computes. The default is right for single images.
struct PredictorOptions {
    /// A file that says with how many workers and images per call networks run fastest on this machine (`graft train`
    /// keeps one in its cache folder). A network that is not in it is measured and added when lists ask for so many
    /// images that the few seconds come back. Empty: one worker per core, one image per call.
    std::filesystem::path throughput;
    /// Where the network computes: "cpu"; "cuda" or "cuda:1", a GPU, with a LibTorch that is built with CUDA; "auto": a
    /// GPU where there is one. No GPU has ever run it (docs/gpu.md).
    std::string device = "cpu";
    /// Images of more pixels are refused before they are decoded: they may be made to fill the memory. A pixel of more
    /// than three bytes counts for more.
    std::int64_t max_pixels = 128'000'000;
    /// Test-time augmentation: the probabilities are the mean over these pictures of an image.
    TestTimeAugmentation test_time_augmentation = TestTimeAugmentation::none;
    /// Of classification: when the answer is "unknown", instead of what the model says of itself.
    std::optional<double> min_confidence = {}, min_margin = {}, max_distance = {};
};

/// Loads model.pt and says of images what it was taught. What the K values of an image are depends on the task:
///
/// | task           | values                                                                    |
/// |----------------|---------------------------------------------------------------------------|
/// | classification | probabilities of the classes; their sum is 1                              |
/// | multi_label    | a probability for each class, each for itself; any number may be likely   |
/// | regression     | numbers, in the units of the data that it was trained on                  |
///
/// Thread-safe: one object serves all threads of an application.
class GRAFT_EXPORT Predictor {
public:
    /// @throws DataError when the file is not a graft model; ConfigError for a device that is not there, and for a
    ///         max_distance of a model that knows no distances
    explicit Predictor(const std::filesystem::path& model, const PredictorOptions& options = {});
    ~Predictor();
    Predictor(Predictor&&) noexcept;
    Predictor& operator=(Predictor&&) noexcept;

    /// "classification", "multi_label" or "regression".
    [[nodiscard]] std::string_view task() const;
    /// What the K values are of: the classes, or the names of a regression's numbers.
    [[nodiscard]] const std::vector<std::string>& outputs() const;
    /// The same where they are classes; empty for a regression.
    [[nodiscard]] const std::vector<std::string>& classes() const;
    /// Of multi_label: an image has a class whose probability is at least this. [K]; else empty.
    [[nodiscard]] const std::vector<float>& thresholds() const;

    /// The values [K] of an image file. Throws DataError when it cannot be decoded.
    [[nodiscard]] std::vector<float> predict_file(const std::filesystem::path& image) const;
    /// The same for an encoded image (JPEG, PNG, …) in memory; `name` stands in error messages.
    [[nodiscard]] std::vector<float> predict_encoded(std::string_view bytes, const std::string& name) const;
    /// The same for pixels. @param pixels [H,W] CV_8UC3. Throws DataError for another type or an empty picture.
    [[nodiscard]] std::vector<float> predict_pixels(const cv::Mat& pixels, ColourOrder order) const;

    /// The same three with the distance beside the values, for answer(); they throw as those do.
    [[nodiscard]] Prediction prediction_of_file(const std::filesystem::path& image) const;
    [[nodiscard]] Prediction prediction_of_encoded(std::string_view bytes, const std::string& name) const;
    [[nodiscard]] Prediction prediction_of_pixels(const cv::Mat& pixels, ColourOrder order) const;

    /// Classifies many files on `workers` threads (0: as measured, else one per core) and hands the results over in
    /// order, on the calling thread. A bad file is a Prediction with an error. Memory does not grow with the number of
    /// files.
    /// @return how many were handed over: all, or fewer when a stop was requested
    std::size_t predict_files(std::span<const std::filesystem::path> images,
                              const std::function<void(std::size_t index, const Prediction&)>& consume,
                              std::size_t workers = 0, std::stop_token stop = {}) const;

    /// The same for files that are few enough to have all results at once: one each, in order.
    [[nodiscard]] std::vector<Prediction> predict_files(std::span<const std::filesystem::path> images,
                                                        std::size_t workers = 0) const;
    /// Classifies pictures in memory on `workers` threads (0: as measured, else one per core): one result each, in
    /// order. A picture that predict_pixels would not take is a Prediction with an error.
    /// @param pixels each [H,W] CV_8UC3, of any sizes
    [[nodiscard]] std::vector<Prediction> predict_pixels(std::span<const cv::Mat> pixels, ColourOrder order,
                                                         std::size_t workers = 0) const;

    /// Classifies a grey picture, so that LibTorch makes now what it makes at the first call of a thread (buffers,
    /// helper threads), and the first real picture takes no longer than others. The constructor compiles the network.
    void warm_up() const;

    /// The file that was loaded, and what the probabilities are means over.
    [[nodiscard]] const std::filesystem::path& model() const;
    [[nodiscard]] TestTimeAugmentation test_time_augmentation() const;

    /// What class scores are divided by before softmax, inside of the network; 1: they are not.
    [[nodiscard]] double temperature() const;
    /// When the answer is "unknown"; it never is in other tasks than classification.
    [[nodiscard]] const Decision& decision() const;
    /// Of classification: the likeliest class, or nothing where the answer is "unknown". Throws Error in other tasks.
    [[nodiscard]] std::optional<ClassProbability> answer(const Prediction& prediction) const;
    /// The same of probabilities alone. Throws Error too where decision().max_distance needs the distance.
    [[nodiscard]] std::optional<ClassProbability> answer(std::span<const float> probabilities) const;

    /// The `count` likeliest classes of some probabilities [K], likeliest first. Throws Error for a regression.
    [[nodiscard]] std::vector<ClassProbability> top(std::span<const float> probabilities, std::size_t count) const;
    /// The classes that an image has, likeliest first: of multi_label those that reach their thresholds, of
    /// classification the likeliest one, or none where the answer is "unknown". Throws Error for a regression.
    [[nodiscard]] std::vector<ClassProbability> found(const Prediction& prediction) const;
    /// The same of probabilities alone. Throws Error too where decision().max_distance needs the distance.
    [[nodiscard]] std::vector<ClassProbability> found(std::span<const float> probabilities) const;

    /// What the model says of itself, JSON: classes or targets, preprocessing, backbone, the config it was trained with
    /// (docs/model-format.md), without the golden images.
    [[nodiscard]] std::string description() const;

    /// Where the network computes: "cpu", "cuda", "cuda:1".
    [[nodiscard]] std::string device() const;
    /// What "auto" chose and why, or which GPU was asked for; "" for the CPU.
    [[nodiscard]] const std::string& device_note() const;
    /// How the network runs on this machine: "oneDNN graph" or "folded"; on a GPU "frozen".
    [[nodiscard]] const std::string& engine() const;
    /// Why it does not run fused, or "".
    [[nodiscard]] const std::string& engine_note() const;

private:
    class GRAFT_HIDDEN Parts;
    std::unique_ptr<const Parts> parts_;
};

}  // namespace graft

/// @file
/// Models for other programs. What is written has been checked first, where this machine can.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/files.hpp"
#include "deploy/model_file.hpp"
#include "export/onnx/graph_builder.hpp"

namespace graft {

/// An int8 file beside the model that it was made from, on images.
struct Int8Comparison {
    std::size_t images = 0;
    std::size_t same_class = 0;      ///< both put the same class first, or agree otherwise (compare_int8)
    std::size_t unlikely_class = 0;  ///< int8's first is less than half as likely in float32 as float32's first
    double mean_difference = 0;      ///< of an image's largest difference of a probability
    double largest_difference = 0;
};

/// How good the model is in both forms, by the first figure of an evaluation.
struct Int8Quality {
    std::string metric;  ///< "accuracy", "mean_average_precision", "mae"
    std::size_t images = 0;
    double float32 = 0, int8 = 0;
};

/// What was written, for people.
struct ExportReport {
    TaskKind task = TaskKind::classification;
    std::string form;                  ///< "ONNX, opset 10, float32 weights"
    std::optional<double> difference;  ///< largest difference from model.pt, on the golden images: of
                                       ///< a probability, or of a number in standard deviations
    std::string note;                  ///< why there is none, or ""
    std::optional<Int8Comparison> on_images,
        golden;                          ///< of an int8 file: on the images of the ranges, on the golden ones
    std::optional<Int8Quality> quality;  ///< of an int8 file, where there were test images
};

/// Writes an ONNX file once OpenCV's DNN module, where it is there and can run the graph, gives the probabilities of
/// the model on its golden images: to 1e-4, with float16 weights to 1e-2.
/// @throws Error when an operator cannot be written or the probabilities differ; then the file has not changed
ExportReport export_onnx(ModelFile model, const std::filesystem::path& file, WeightsType weights,
                         Present present = Present::replaced);

/// Writes model.pt again, as it is or frozen (see save_frozen_model).
enum class TorchScriptForm { trainable, frozen };
ExportReport export_torchscript(const ModelFile& model, const std::filesystem::path& file, TorchScriptForm form,
                                Present present = Present::replaced);

/// Writes the weights alone as a safetensors file: the backbone's under the names that they have in published state
/// dicts (torchvision's for ResNets), the head's as head.dense1.weight and so on.
/// @throws DataError when the model is frozen and so has no parameters
ExportReport export_safetensors(const ModelFile& model, const std::filesystem::path& file,
                                Present present = Present::replaced);

}  // namespace graft

/// @file
/// A model as an ONNX file that computes in 8 bits.
#pragma once

#include <filesystem>

#include "data/list/list_options.hpp"
#include "export/export_model.hpp"
#include "graft/core/reporter.hpp"

namespace graft {

struct Int8Options {
    /// A folder or a list of images that the ranges of activations are found on; of a list with parts, what trains.
    std::filesystem::path ranges;
    std::size_t ranges_images = 128;  ///< at most so many of them, evenly spaced; more than 0
    /// A folder of class folders or a list to tell on how good the model is; of a list with parts, what tests. Empty:
    /// none.
    std::filesystem::path test;
    ListOptions list = {};  ///< how lists are read
};

/// Writes an ONNX file with quantised operators (see export/onnx/quantise.hpp), once what it computes has been compared
/// with the model on the ranges images: at most one in ten may get a class first that the model finds less than
/// half as likely as its own first. No other engine is asked: LibTorch computes with the numbers that the file holds.
/// @throws DataError when there are no images, or one cannot be read; Error as export_onnx, when nothing can be
///         quantised, or when the comparison fails. Then the file has not changed.
ExportReport export_int8(ModelFile model, const std::filesystem::path& file, const Int8Options& options,
                         Reporter& reporter, Present present = Present::replaced);

/// @param float32 probabilities [N,K], and `int8` of the same images
[[nodiscard]] Int8Comparison compare_int8(const at::Tensor& float32, const at::Tensor& int8);
/// The same of any task. Of several classes per image "the same" is the same classes found, of numbers a difference of
/// at most a tenth of a standard deviation; what differs by more than half (of a probability, of a standard deviation)
/// is unlikely.
[[nodiscard]] Int8Comparison compare_int8(const at::Tensor& float32, const at::Tensor& int8, const ModelInfo& info);

}  // namespace graft

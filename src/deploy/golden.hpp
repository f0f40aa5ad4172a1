/// @file
/// Golden images: a few small encoded pictures that a model file carries, with what became of them when it was saved,
/// so that another machine can replay decode -> input tensor -> outputs and see where it differs, if it does.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.hpp"
#include "config/json.hpp"
#include "core/enum_names.hpp"
#include "image/preprocessing.hpp"

namespace graft {

/// A list of floats that must be there.
void describe_floats(Fields& fields, const char* key, std::vector<float>& values, const ListLimits& limits);

/// Values as a digest of all of them, and some of them: the digest says whether, the samples how much they differ.
struct GoldenValues {
    std::string sha256;
    std::vector<float> samples;  ///< evenly spaced, the first value first
};

struct GoldenImage {
    std::string name;            ///< "drawing.jpg"
    std::string encoded;         ///< bytes of the file
    GoldenValues pixels;         ///< decoded: [H,W,3] u8, RGB
    GoldenValues input;          ///< of the network: [3,H,W] f32, RGB, 0..255
    std::vector<float> outputs;  ///< probabilities, or the numbers of a regression. [K]
};

/// What the outputs are, and so what they are called in graft.json.
enum class GoldenOutputs { probabilities, values };
template <>
inline constexpr auto enum_names<GoldenOutputs> = std::to_array<std::string_view>({"probabilities", "values"});

/// float32 [1,3,H,W] -> outputs float32 [1,K]
using Forward = std::function<at::Tensor(const at::Tensor&)>;

/// A PNG with transparency and one smaller than the input, a JPEG larger than it: decoding, blending, enlarging,
/// shrinking and the network all take part. Drawn by graft, the same ones every time.
[[nodiscard]] std::vector<GoldenImage> make_golden_images(const Preprocessing& preprocessing, const Forward& forward);

/// @param rgb [H,W] CV_8UC3
[[nodiscard]] GoldenValues golden_pixels(const cv::Mat& rgb);
/// @param input float32 [1,3,H,W], any memory format
[[nodiscard]] GoldenValues golden_input(const at::Tensor& input);

/// The largest difference on a scale of 0 to 1, of values that reach 255. Where only the digests differ it is one step
/// of 255, the smallest that there can be; where the numbers of values differ it is 1.
[[nodiscard]] double difference(const GoldenValues& one, const GoldenValues& other);

[[nodiscard]] Json to_json(const GoldenImage& image, GoldenOutputs outputs = GoldenOutputs::probabilities);
/// @param count the number of outputs
/// @throws DataError "/<key>: <what is wrong>" when something is missing or malformed
[[nodiscard]] GoldenImage golden_from_json(const Json& json, std::size_t count,
                                           GoldenOutputs outputs = GoldenOutputs::probabilities);

}  // namespace graft

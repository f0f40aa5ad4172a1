/// @file
/// Where in a picture a network finds what speaks for a class, and what speaks against it.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>

#include "core/enum_names.hpp"
#include "image/preprocessing.hpp"
#include "network/layers.hpp"

namespace graft {

enum class ExplanationMethod {
    map,        ///< from the feature map before pooling: the network runs once, its head once per place
    occlusion,  ///< the picture is covered place by place, and the network runs for each
};
template <>
inline constexpr auto enum_names<ExplanationMethod> = std::to_array<std::string_view>({"map", "occlusion"});

struct Explanation {
    std::int64_t output = 0;  ///< whose score it is about
    cv::Mat map;              ///< [h,w] CV_32FC1: what each place adds to the score; below 0: takes away
};

/// Explains the scores of one network, which are its values before the activation.
///
/// Of a map, a place adds what the score of the map with nothing but this place is more than that of an empty map
/// (Recipro-CAM without its neighbourhoods, Byun and Lee 2022). Where the head is a mean and a linear layer, these are
/// the exact shares of the class activation map (Zhou et al. 2016). Networks without such a map (transformers, frozen
/// exports) are explained by occlusion: what the score loses when a seventh of each side is covered in the mean
/// colour. Of a frozen export it is the probability, for its scores are not to be had.
class Explainer {
public:
    /// @param model float32 [N,3,H,W], RGB, 0..255 -> [N,K], as model.pt holds it
    Explainer(const TorchModule& model, const Preprocessing& preprocessing);

    [[nodiscard]] ExplanationMethod method() const { return method_; }

    /// @param picture [height,width] CV_8UC3, RGB, as resize_to_input gives it
    /// @param output whose score; nothing: the highest
    [[nodiscard]] Explanation explain(const cv::Mat& picture, std::optional<std::int64_t> output = {}) const;

private:
    [[nodiscard]] Explanation explain_map(const at::Tensor& input, std::optional<std::int64_t> output) const;
    [[nodiscard]] Explanation explain_by_occlusion(const at::Tensor& input, std::optional<std::int64_t> output) const;

    NamedModules before_, after_;  // pooling is the first of `after_`
    Preprocessing preprocessing_;
    ExplanationMethod method_ = ExplanationMethod::map;
};

/// The picture, greyer, with what adds to the score in red and what takes away in blue; the strongest place is most
/// colourful.
/// @param picture [H,W] CV_8UC3, RGB @param map [h,w] CV_32FC1 @return [H,W] CV_8UC3, RGB
[[nodiscard]] cv::Mat heat_overlay(const cv::Mat& picture, const cv::Mat& map);

}  // namespace graft

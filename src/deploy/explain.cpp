#include "deploy/explain.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "network/grafted_model.hpp"
#include "network/network_input.hpp"
#include "network/one_thread.hpp"

namespace graft {
namespace {

constexpr std::int64_t kOccludedSides = 7;

at::Tensor through(const NamedModules& parts, at::Tensor value) {
    for (const auto& part : parts) {
        TorchModule module = part.second;  // forward is not const
        value = module.forward({value}).toTensor();
    }
    return value;
}

std::int64_t chosen_output(const at::Tensor& scores, std::optional<std::int64_t> output) {
    return output ? *output : scores[0].argmax().item<std::int64_t>();
}

/// @param values float32 [h,w]
cv::Mat as_map(const at::Tensor& values) {
    const at::Tensor rows = values.contiguous();
    const cv::Mat map(static_cast<int>(rows.size(0)), static_cast<int>(rows.size(1)), CV_32FC1,
                      rows.mutable_data_ptr<float>());
    return map.clone();
}

}  // namespace

Explainer::Explainer(const TorchModule& model, const Preprocessing& preprocessing) : preprocessing_(preprocessing) {
    NamedModules parts = parts_up_to_scores(model);
    if (parts.empty()) parts.emplace_back("model", model);
    for (auto& part : parts) part.second.eval();
    const auto pool = std::ranges::find(parts, "pool", &NamedModules::value_type::first);
    before_ = {parts.begin(), pool};
    after_ = {pool, parts.end()};
    const c10::InferenceMode inference;
    const OneThreadHere alone;  // one picture: helpers would wait more than they help
    if (after_.empty() || through(before_, example_input(preprocessing)).dim() != 4)
        method_ = ExplanationMethod::occlusion;
}

Explanation Explainer::explain(const cv::Mat& picture, std::optional<std::int64_t> output) const {
    const c10::InferenceMode inference;
    const at::Tensor input = to_network_input(picture);  // [1,3,H,W]
    return method_ == ExplanationMethod::map ? explain_map(input, output) : explain_by_occlusion(input, output);
}

Explanation Explainer::explain_map(const at::Tensor& input, std::optional<std::int64_t> output) const {
    const at::Tensor map = through(before_, input);  // [1,C,h,w]
    const std::int64_t chosen = chosen_output(through(after_, map), output);
    const std::int64_t height = map.size(2), width = map.size(3);
    const at::Tensor nothing = at::zeros_like(map);
    const float base = through(after_, nothing)[0][chosen].item<float>();
    std::vector<at::Tensor> rows;
    for (std::int64_t y = 0; y < height; ++y) {
        const at::Tensor alone = nothing.repeat({width, 1, 1, 1});  // [w,C,h,w]
        for (std::int64_t x = 0; x < width; ++x)
            alone[x].select(1, y).select(1, x).copy_(map[0].select(1, y).select(1, x));
        rows.push_back(through(after_, alone).select(1, chosen).unsqueeze(0) - base);  // [1,w]
    }
    return {chosen, as_map(at::cat(rows))};
}

Explanation Explainer::explain_by_occlusion(const at::Tensor& input, std::optional<std::int64_t> output) const {
    const auto scores_of = [&](const at::Tensor& images) { return through(after_, through(before_, images)); };
    const at::Tensor scores = scores_of(input);
    const std::int64_t chosen = chosen_output(scores, output);
    const float whole = scores[0][chosen].item<float>();
    const auto edge = [](std::int64_t place, std::int64_t side) { return place * side / kOccludedSides; };
    std::vector<at::Tensor> rows;
    for (std::int64_t y = 0; y < kOccludedSides; ++y) {
        const at::Tensor covered = input.repeat({kOccludedSides, 1, 1, 1});
        const std::int64_t top = edge(y, input.size(2)), bottom = edge(y + 1, input.size(2));
        for (std::int64_t x = 0; x < kOccludedSides; ++x)
            for (std::int64_t channel = 0; channel < 3; ++channel)
                covered[x][channel]
                    .slice(0, top, bottom)
                    .slice(1, edge(x, input.size(3)), edge(x + 1, input.size(3)))
                    .fill_(preprocessing_.mean[static_cast<std::size_t>(channel)]);
        rows.push_back(whole - scores_of(covered).select(1, chosen).unsqueeze(0));
    }
    return {chosen, as_map(at::cat(rows))};
}

cv::Mat heat_overlay(const cv::Mat& picture, const cv::Mat& map) {
    const cv::Scalar red(225, 30, 20), blue(30, 90, 230);
    constexpr float strongest_colour = 0.7F, colour_kept = 0.4F;
    cv::Mat heat;
    cv::resize(map, heat, picture.size(), 0, 0, cv::INTER_CUBIC);
    double low = 0, high = 0;
    cv::minMaxLoc(heat, &low, &high);
    const auto strongest = static_cast<float>(std::max({std::abs(low), std::abs(high), 1e-12}));
    cv::Mat overlay(picture.size(), CV_8UC3);
    for (int y = 0; y < picture.rows; ++y)
        for (int x = 0; x < picture.cols; ++x) {
            const auto& pixel = picture.at<cv::Vec3b>(y, x);
            const float grey = 0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2];
            const float value = heat.at<float>(y, x) / strongest, alpha = strongest_colour * std::abs(value);
            for (int channel = 0; channel < 3; ++channel) {
                const float base = grey + colour_kept * (static_cast<float>(pixel[channel]) - grey);
                const auto colour = static_cast<float>((value > 0 ? red : blue)[channel]);
                overlay.at<cv::Vec3b>(y, x)[channel] = cv::saturate_cast<unsigned char>(base + alpha * (colour - base));
            }
        }
    return overlay;
}

}  // namespace graft

#include "export/verify.hpp"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"
#include "network/network_input.hpp"

namespace graft {
namespace {

at::Tensor input_of(const cv::Mat& rgb, const ModelInfo& info) {
    return to_network_input(resize_to_input(rgb, info.preprocessing));
}

std::vector<float> run(const RunnableModel& model, const at::Tensor& input) {
    const at::Tensor result = model.run(input).contiguous();  // [1,K]
    const float* values = result.const_data_ptr<float>();
    return {values, values + result.numel()};
}

/// Of outputs, in what they are measured by (scale_of). 1 where the numbers of values differ, or a value is not a
/// number.
double largest_difference(std::span<const float> one, std::span<const float> other, std::span<const float> scale) {
    if (one.size() != other.size() || one.size() != scale.size()) return 1;
    double largest = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        const double difference = std::abs(double{one[i]} - double{other[i]}) / double{scale[i]};
        largest = std::isfinite(difference) ? std::max(largest, difference) : 1;
    }
    return largest;
}

double largest_difference(const at::Tensor& one, const at::Tensor& other) {
    return one.sizes() == other.sizes() ? (one - other).abs().max().item<double>() / 255 : 1;
}

/// Where one of the files gives no vectors, distances are not compared.
bool same_decision(const ModelInfo& one, const ModelInfo& other) {
    if (one.references.has_value() == other.references.has_value()) return one.decision == other.decision;
    return without_distance(one).decision == without_distance(other).decision;
}

/// What the files say differently of themselves, of what changes predictions.
std::vector<std::string> contract_differences(const ModelInfo& one, const ModelInfo& other) {
    std::vector<std::string> differences;
    if (one.task != other.task) differences.push_back(format_text("task: {} and {}", one.task, other.task));
    if (one.outputs != other.outputs)
        differences.push_back(format_text("{}: {} and {}", one.task == TaskKind::regression ? "targets" : "classes",
                                          joined(one.outputs), joined(other.outputs)));
    if (one.thresholds != other.thresholds) differences.emplace_back("thresholds");
    if (!same_decision(one, other)) differences.emplace_back("decision");
    const Json left = to_json(one).at("preprocessing"), right = to_json(other).at("preprocessing");
    for (const auto& [key, value] : left.items())
        if (right.at(key) != value)
            differences.push_back("preprocessing/" + key + ": " + value.dump() + " and " + right.at(key).dump());
    return differences;
}

/// Both models on one picture; the pixels are the same for both.
ImageComparison compare(const RunnableModel& model, const RunnableModel& other, const std::string& name,
                        const cv::Mat& rgb) {
    const at::Tensor input = input_of(rgb, *model.info);
    const at::Tensor other_input = other.info ? input_of(rgb, *other.info) : input;
    return {.image = name,
            .reference = other.file,
            .tensor = largest_difference(input, other_input),
            .outputs = largest_difference(run(model, input), run(other, other_input), scale_of(*model.info)),
            .outputs_are = name_of_outputs(model.info->task)};
}

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json to_json(const ImageComparison& image, double tolerance) {
    Json json = {{"image", image.image}, {"compared_with", image.reference}};
    if (!image.error.empty()) {
        json["error"] = image.error;
        return json;
    }
    json["decode"] = image.decode;
    json["tensor"] = image.tensor;
    json[image.outputs_are] = image.outputs;
    json["first_difference"] = or_null(image.first_difference(tolerance));
    return json;
}

}  // namespace

std::string ImageComparison::first_difference(double tolerance) const {
    if (!error.empty()) return "";
    if (!(decode <= tolerance)) return "decode";
    if (!(tensor <= tolerance)) return "tensor";
    return outputs <= tolerance ? "" : outputs_are;
}

std::string Verification::first_difference() const {
    if (!contract.empty()) return "contract";
    std::string last;
    for (const ImageComparison& image : images) {
        const std::string stage = image.first_difference(tolerance);
        if (stage == "decode") return stage;
        if (stage == "tensor" || last.empty()) last = stage;
    }
    return last;
}

std::size_t Verification::unreadable() const {
    return static_cast<std::size_t>(std::ranges::count_if(images, [](const auto& i) { return !i.error.empty(); }));
}

void replay_golden_images(const RunnableModel& model, Verification& into) {
    if (!model.info || model.info->golden.empty())
        throw DataError(model.file + ": carries no golden images" +
                        (model.info ? "; it was written by an older graft: `graft export` writes one that does"
                                    : ": graft did not write it; compare it with one that has (--against)"));
    for (const GoldenImage& golden : model.info->golden) {
        const cv::Mat rgb = decode_image(golden.encoded, model.file + ": " + golden.name);
        const at::Tensor input = input_of(rgb, *model.info);
        into.images.push_back({.image = golden.name,
                               .reference = "as saved",
                               .decode = difference(golden_pixels(rgb), golden.pixels),
                               .tensor = difference(golden_input(input), golden.input),
                               .outputs = largest_difference(run(model, input), golden.outputs, scale_of(*model.info)),
                               .outputs_are = name_of_outputs(model.info->task)});
    }
}

void compare_models(const RunnableModel& model, const RunnableModel& other,
                    std::span<const std::filesystem::path> files, const std::function<void(std::size_t)>& advance,
                    Verification& into) {
    if (other.info) into.contract = contract_differences(*model.info, *other.info);
    for (const GoldenImage& golden : model.info->golden)
        into.images.push_back(compare(model, other, golden.name, decode_image(golden.encoded, golden.name)));
    for (std::size_t i = 0; i < files.size(); ++i) {
        try {
            into.images.push_back(compare(model, other, files[i].string(),
                                          decode_image_file(files[i], {.input = model.info->preprocessing})));
        } catch (const DataError& error) {
            into.images.push_back({.image = files[i].string(), .reference = other.file, .error = error.what()});
        }
        advance(i + 1);
    }
}

Json to_json(const Verification& verification) {
    Json images = Json::array();
    for (const ImageComparison& image : verification.images) images.push_back(to_json(image, verification.tolerance));
    return {{"model", verification.model},
            {"engine", verification.engine},
            {"against", or_null(verification.against)},
            {"against_engine", or_null(verification.against_engine)},
            {"tolerance", verification.tolerance},
            {"equal", verification.first_difference().empty()},
            {"first_difference", or_null(verification.first_difference())},
            {"contract", verification.contract},
            {"images", images}};
}

}  // namespace graft

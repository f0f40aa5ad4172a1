/// Two of the ways in which a model can be used from C++, for scripts/compare_routes.py:
///
///     predict_routes predictor MODEL.pt IMAGE...      graft::Predictor, as applications use it
///     predict_routes opencv MODEL.onnx IMAGE...       OpenCV's DNN module, on images that graft decoded and resized
///
/// Prints one JSON object: "engine", "classes", and "probabilities", a list for each image. Exit code 77: not possible
/// in this build.
#include <ATen/core/Tensor.h>

#include <iostream>

#include "config/json.hpp"
#include "export/onnx/opencv_network.hpp"
#include "export/runnable_model.hpp"
#include "graft/deploy/predictor.hpp"
#include "image/decode/decode.hpp"
#include "network/network_input.hpp"

namespace graft {
namespace {

using Files = std::vector<std::filesystem::path>;

Json through_predictor(const std::filesystem::path& model, const Files& images) {
    const Predictor predictor(model);
    Json rows = Json::array();
    for (const std::filesystem::path& image : images) rows.push_back(predictor.predict_file(image));
    return {{"engine", predictor.engine()}, {"classes", predictor.classes()}, {"probabilities", rows}};
}

Json through_opencv(const std::filesystem::path& onnx, const Files& images) {
    const RunnableModel model = open_runnable_model(onnx);
    Json rows = Json::array();
    for (const std::filesystem::path& image : images) {
        const Preprocessing& preprocessing = model.info->preprocessing;
        const cv::Mat rgb = resize_to_input(decode_image_file(image, {.input = preprocessing}), preprocessing);
        const at::Tensor probabilities = model.run(to_network_input(rgb)).contiguous();  // [1,K]
        const float* values = probabilities.const_data_ptr<float>();
        rows.push_back(std::vector<float>(values, values + probabilities.numel()));
    }
    return {{"engine", model.engine}, {"classes", model.info->outputs}, {"probabilities", rows}};
}

int run(const std::string& route, const std::filesystem::path& model, const Files& images) {
    if (route == "opencv" && !OpenCvNetwork::is_available()) {
        std::cerr << "this OpenCV has no DNN module\n";
        return 77;
    }
    if (route != "opencv" && route != "predictor") {
        std::cerr << route << ": unknown; expected predictor or opencv\n";
        return 2;
    }
    std::cout << (route == "opencv" ? through_opencv(model, images) : through_predictor(model, images)) << "\n";
    return 0;
}

}  // namespace
}  // namespace graft

int main(int argc, char** argv) {
    if (argc < 4) {
        std::cerr << "usage: predict_routes predictor|opencv MODEL IMAGE...\n";
        return 2;
    }
    try {
        return graft::run(argv[1], argv[2], {argv + 3, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}

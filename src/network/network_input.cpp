#include "network/network_input.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include "core/random.hpp"

namespace graft {

at::Tensor to_network_input(const cv::Mat& rgb) {
    const cv::Mat pixels = rgb.isContinuous() ? rgb : rgb.clone();
    const at::Tensor bytes = at::from_blob(pixels.data, {1, pixels.rows, pixels.cols, 3}, at::kByte);  // [1,H,W,3] u8
    return bytes.to(at::kFloat).permute({0, 3, 1, 2});  // [1,3,H,W] f32, strides of channels-last
}

at::Tensor example_input(const Preprocessing& preprocessing) {
    at::Tensor input = at::empty({1, 3, preprocessing.height, preprocessing.width});
    Rng rng = Rng::stream(0, "example");
    float* values = input.data_ptr<float>();
    for (std::int64_t i = 0; i < input.numel(); ++i) values[i] = static_cast<float>(rng.uniform(0, 255));
    return input;
}

}  // namespace graft

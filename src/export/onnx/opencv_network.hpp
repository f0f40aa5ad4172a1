/// @file
/// Runs an ONNX file through OpenCV's DNN module, where OpenCV was built with it.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <string_view>

namespace graft {

class OpenCvNetwork {
public:
    /// This build can.
    [[nodiscard]] static bool is_available();

    /// @throws Error naming `name` and OpenCV's reason when it cannot read the file, or is not available
    OpenCvNetwork(std::string_view onnx, std::string name);
    ~OpenCvNetwork();
    OpenCvNetwork(OpenCvNetwork&&) noexcept;
    OpenCvNetwork& operator=(OpenCvNetwork&&) noexcept;

    /// @param images float32 [N,…]; run one after the other. @return float32 [N,K]. Throws Error with OpenCV's reason.
    [[nodiscard]] at::Tensor operator()(const at::Tensor& images);

private:
    struct Net;
    std::unique_ptr<Net> net_;
    std::string name_;
};

}  // namespace graft

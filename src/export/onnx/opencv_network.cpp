#include "export/onnx/opencv_network.hpp"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/stack.h>

#include <vector>

#include "graft/core/errors.hpp"

#ifdef GRAFT_HAS_OPENCV_DNN
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#endif

namespace graft {

#ifdef GRAFT_HAS_OPENCV_DNN

struct OpenCvNetwork::Net {
    cv::dnn::Net net;
};

namespace {

/// OpenCV's reason in one line: what follows the place in its source.
std::string reason(const cv::Exception& error) {
    const std::string what = error.err.empty() ? error.what() : error.err;
    return what.substr(0, what.find('\n'));
}

/// OpenCV writes to standard error what it also throws; its log is quiet while this lives.
class QuietLog {
public:
    QuietLog() : before_(cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT)) {}
    ~QuietLog() { cv::utils::logging::setLogLevel(before_); }
    QuietLog(const QuietLog&) = delete;
    QuietLog& operator=(const QuietLog&) = delete;

private:
    cv::utils::logging::LogLevel before_;
};

}  // namespace

bool OpenCvNetwork::is_available() { return true; }

OpenCvNetwork::OpenCvNetwork(std::string_view onnx, std::string name)
    : net_(std::make_unique<Net>()), name_(std::move(name)) {
    const QuietLog quiet;
    try {
        net_->net = cv::dnn::readNetFromONNX(onnx.data(), onnx.size());
        net_->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    } catch (const cv::Exception& error) {
        throw Error(name_ + ": OpenCV's DNN module cannot read it: " + reason(error));
    }
}

at::Tensor OpenCvNetwork::operator()(const at::Tensor& images) {
    const QuietLog quiet;
    std::vector<at::Tensor> results;
    for (std::int64_t i = 0; i < images.size(0); ++i) {
        const at::Tensor image = images.narrow(0, i, 1).contiguous();  // [1,…]
        const std::vector<int> sizes(image.sizes().begin(), image.sizes().end());
        try {
            net_->net.setInput(cv::Mat(sizes, CV_32F, image.data_ptr<float>()));
            const cv::Mat found = net_->net.forward().reshape(1, 1);
            results.push_back(at::from_blob(found.data, {found.cols}).clone());
        } catch (const cv::Exception& error) {
            throw Error(name_ + ": OpenCV's DNN module cannot run it: " + reason(error));
        }
    }
    return at::stack(results);
}

#else

struct OpenCvNetwork::Net {};

bool OpenCvNetwork::is_available() { return false; }

OpenCvNetwork::OpenCvNetwork(std::string_view, std::string name) : name_(std::move(name)) {
    throw Error(name_ + ": this graft was built with an OpenCV that has no DNN module, which runs ONNX files");
}

at::Tensor OpenCvNetwork::operator()(const at::Tensor& images) { return images; }  // no object exists

#endif

OpenCvNetwork::~OpenCvNetwork() = default;
OpenCvNetwork::OpenCvNetwork(OpenCvNetwork&&) noexcept = default;
OpenCvNetwork& OpenCvNetwork::operator=(OpenCvNetwork&&) noexcept = default;

}  // namespace graft

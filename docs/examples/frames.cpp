// Classifies the frames of a video, a camera or a folder of images: example_frames MODEL SOURCE
// SOURCE is a video file, a camera's number, or a folder whose images are the frames, in the order of their names.
//
// One frame at a time, as they come: the network runs on all cores for each. The label is smoothed over the last
// frames, so that a single odd one does not make it flicker.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <graft/deploy/predictor.hpp>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>
#include <string>
#include <vector>
#ifdef HAS_VIDEOIO
#include <opencv2/videoio.hpp>
#endif

namespace {

namespace fs = std::filesystem;

/// Hands out one frame after the other: [H,W] CV_8UC3, BGR; an empty one at the end.
class Frames {
public:
    explicit Frames(const std::string& source) {
        if (fs::is_directory(source)) {
            for (const auto& entry : fs::directory_iterator(source)) files_.push_back(entry.path());
            std::sort(files_.begin(), files_.end());
            return;
        }
#ifdef HAS_VIDEOIO
        const bool camera = source.find_first_not_of("0123456789") == std::string::npos;
        if (!(camera ? capture_.open(std::stoi(source)) : capture_.open(source)))
            throw std::runtime_error(source + ": is neither a folder nor a video that OpenCV can open");
#else
        throw std::runtime_error(source + ": is no folder, and this OpenCV has no videoio module");
#endif
    }

    cv::Mat next() {
        cv::Mat frame;
        while (number_ < files_.size() && frame.empty()) frame = cv::imread(files_[number_++].string());
#ifdef HAS_VIDEOIO
        if (capture_.isOpened()) capture_.read(frame);
#endif
        return frame;
    }

private:
    std::vector<fs::path> files_;
    std::size_t number_ = 0;
#ifdef HAS_VIDEOIO
    cv::VideoCapture capture_;
#endif
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s MODEL VIDEO|CAMERA|FOLDER\n", argv[0]);
        return 2;
    }
    try {
        const graft::Predictor predictor(argv[1]);
        predictor.warm_up();
        Frames frames(argv[2]);
        std::vector<float> smoothed;  // [K]
        constexpr float kNew = 0.3F;  // weight of the newest frame
        int number = 0;
        for (cv::Mat frame = frames.next(); !frame.empty(); frame = frames.next(), ++number) {
            const auto start = std::chrono::steady_clock::now();
            const std::vector<float> now = predictor.predict_pixels(frame, graft::ColourOrder::bgr);  // [K]
            if (smoothed.empty()) smoothed = now;
            for (std::size_t k = 0; k < now.size(); ++k) smoothed[k] += kNew * (now[k] - smoothed[k]);
            const double ms =
                std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
            const graft::ClassProbability best = predictor.top(smoothed, 1).front();
            std::printf("frame %d: %s %.2f (%.0f ms)\n", number, best.name.c_str(), best.probability, ms);
        }
        std::printf("%d frames\n", number);
        return number == 0 ? 3 : 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

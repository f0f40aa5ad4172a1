/// Makes photographs of a camera's size out of small ones, for the measurements of the data path.
///
/// usage: graft_enlarge FROM TO COUNT
/// Writes COUNT images of FROM, spread evenly over the folder, to TO as JPEG files of 500x375 pixels, quality 90.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "core/files.hpp"
#include "data/image_folder.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"

namespace {

namespace fs = std::filesystem;

constexpr int kWidth = 500, kHeight = 375, kQuality = 90;

/// The class folders stay: what is written is a data set like the one it was made from.
void enlarge(const fs::path& from, const fs::path& to, std::size_t count) {
    const std::vector<graft::Sample> samples = graft::list_images(from);
    if (samples.empty()) throw graft::DataError(from.string() + ": holds no images");
    count = std::min(count, samples.size());
    for (std::size_t i = 0; i < count; ++i) {
        const graft::Sample& sample = samples[i * samples.size() / count];
        cv::Mat picture;
        cv::resize(graft::decode_image_file(sample.file), picture, {kWidth, kHeight}, 0, 0, cv::INTER_CUBIC);
        cv::cvtColor(picture, picture, cv::COLOR_RGB2BGR);
        std::vector<unsigned char> bytes;
        cv::imencode(".jpg", picture, bytes, {cv::IMWRITE_JPEG_QUALITY, kQuality});
        const fs::path file = (to / sample.name).replace_extension(".jpg");
        fs::create_directories(file.parent_path());
        graft::write_file(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fputs("usage: graft_enlarge FROM TO COUNT\n", stderr);
        return 2;
    }
    try {
        enlarge(argv[1], argv[2], std::strtoul(argv[3], nullptr, 10));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "graft_enlarge: %s\n", error.what());
        return 1;
    }
}

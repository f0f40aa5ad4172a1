#include "app/explained_images.hpp"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "deploy/model_file.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/threads.hpp"
#include "run/heat_maps.hpp"

namespace graft {
namespace {

/// A PNG; "" where there is no picture.
std::string png_of(const cv::Mat& rgb) {
    if (rgb.empty()) return {};
    cv::Mat bgr;
    cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
    std::vector<unsigned char> bytes;
    cv::imencode(".png", bgr, bytes);
    return {bytes.begin(), bytes.end()};
}

}  // namespace

void explain_images(const std::filesystem::path& model, std::span<const std::filesystem::path> images,
                    const ExplainOptions& options, Reporter& reporter) {
    const ModelFile file = load_model(model);
    const Explainer explainer(file.module, file.info.preprocessing);
    if (explainer.method() == ExplanationMethod::occlusion)
        reporter.note(
            "this network has no feature map before its pooling: it is explained by covering the picture "
            "place by place, which takes fifty times as long as a prediction");
    const std::size_t workers = workers_or_cores(options.workers);
    std::size_t written = 0;
    reporter.start("explaining", images.size(), "images");
    const std::size_t done = ordered_map(
        images.size(),
        {.workers = workers, .window = 2 * workers, .on_worker_start = use_one_thread_here, .stop = options.stop},
        [&](std::size_t i) {
            return png_of(explained_image(explainer, file.info.preprocessing, images[i], options.max_pixels));
        },
        [&](std::size_t i, const std::string& png) {
            reporter.advance(i + 1);
            if (png.empty()) return;  // its row says why
            write_file(options.folder / format_text("{:05}-{}.png", i + 1, images[i].stem().string()), png,
                       options.present);
            ++written;
        });
    const bool number = file.info.task == TaskKind::regression;
    reporter.finish(
        format_text("{}: {}; red {}", options.folder, count_of(written, "heat map"),
                    number ? "makes the number larger, blue smaller" : "speaks for the class, blue against it"));
    if (done < images.size()) throw Interrupted(format_text("interrupted after {} images", done));
}

}  // namespace graft

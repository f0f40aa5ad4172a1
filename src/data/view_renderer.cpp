#include "data/view_renderer.hpp"

#include "core/random.hpp"
#include "image/decode.hpp"
#include "image/view.hpp"

namespace graft {

ViewRenderer::ViewRenderer(const Preprocessing& preprocessing, const AugmentationOptions& augmentation,
                           std::uint64_t seed)
    : preprocessing_(preprocessing), augmentation_(augmentation), seed_(seed) {}

cv::Mat ViewRenderer::render(const Sample& sample, std::optional<std::int64_t> view) const {
    const cv::Mat picture = decode_image_file(sample.file);
    if (!view) return resize_to_input(picture, preprocessing_);
    Rng rng = Rng::stream(seed_, "augment", {sample.id, static_cast<std::uint64_t>(*view)});
    const View drawn = draw_view(augmentation_, input_size(preprocessing_), rng);
    return render_view(picture, drawn, augmentation_, preprocessing_);
}

}  // namespace graft

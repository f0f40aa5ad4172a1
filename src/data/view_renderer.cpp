#include "data/view_renderer.hpp"

#include <string>

#include "config/read.hpp"
#include "core/files.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/augment/view.hpp"

namespace graft {
namespace {

/// In what options differ from their defaults.
template <class Options>
Json differences(Options options) {
    Options defaults;
    return write_differences([&](Fields& fields) { describe(fields, options); },
                             [&](Fields& fields) { describe(fields, defaults); });
}

}  // namespace

ViewRenderer::ViewRenderer(const Preprocessing& preprocessing, const AugmentationOptions& augmentation,
                           std::uint64_t seed, std::int64_t max_pixels)
    : preprocessing_(preprocessing),
      augmentation_(augmentation),
      seed_(seed),
      decoding_{.max_pixels = max_pixels, .input = preprocessing} {
    for (const OperationPlugin& operation : augmentation.operations)
        operations_.push_back(operation.build({.input = input_size(preprocessing)}));
}

ReducedImage ViewRenderer::load(const Sample& sample) const {
    const std::string bytes = read_file(sample.file);
    const std::string name = shown(sample.file);
    if (sample.content != Fingerprint{} && fingerprint(bytes) != sample.content)
        throw DataError(name + ": has changed while the run was going on; leave the images alone and run again");
    return reduce_to_input(decode_image(bytes, name, decoding_), preprocessing_);
}

cv::Mat ViewRenderer::render(const ReducedImage& picture, const Sample& sample,
                             std::optional<std::int64_t> view) const {
    if (!view) return enlarge_to_input(picture, preprocessing_);
    const auto number = static_cast<std::uint64_t>(*view);
    Rng rng = Rng::stream(seed_, "augment", {sample.id, number});
    cv::Mat rgb =
        render_view(picture, draw_view(augmentation_, input_size(preprocessing_), rng), augmentation_, preprocessing_);
    for (std::size_t i = 0; i < operations_.size(); ++i) {
        Rng own = Rng::stream(seed_, "augment operation", {sample.id, number, i});
        rgb = operations_[i](rgb, own);
    }
    return rgb;
}

Json ViewRenderer::recipe(ViewKind kind) const {
    Json recipe = {{"preprocessing", differences(preprocessing_)}};
    if (kind == ViewKind::plain) return recipe;
    recipe["augmentation"] = differences(augmentation_);
    recipe["seed"] = seed_;
    return recipe;
}

}  // namespace graft

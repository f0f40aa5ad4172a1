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
    for (const OperationPlugin& plugin : augmentation.operations) {
        const Operation operation = plugin.build({.input = input_size(preprocessing)});
        operations_.emplace_back();
        if (const auto* window = std::get_if<WindowOperation>(&operation))
            window_ = *window;
        else
            operations_.back() = std::get<PictureOperation>(operation);
    }
}

LoadedPicture ViewRenderer::load(const Sample& sample) const {
    const std::string bytes = read_file(sample.file);
    const std::string name = shown(sample.file);
    if (sample.content != Fingerprint{} && fingerprint(bytes) != sample.content)
        throw DataError(name + ": has changed while the run was going on; leave the images alone and run again");
    const cv::Mat rgb = decode_image(bytes, name, decoding_);
    return {window_ ? rgb : reduce_to_input(rgb, preprocessing_).rgb};
}

cv::Mat ViewRenderer::render(const LoadedPicture& picture, const Sample& sample,
                             std::optional<std::int64_t> view) const {
    if (!view)
        return window_ ? resize_to_input(picture.rgb, preprocessing_) : enlarge_to_input({picture.rgb}, preprocessing_);
    const auto number = static_cast<std::uint64_t>(*view);
    const auto own_stream = [&](std::size_t place) {
        return Rng::stream(seed_, "augment operation", {sample.id, number, place});
    };
    ReducedImage reduced{picture.rgb};
    if (window_) {
        Rng own = own_stream(0);  // of the first of the list
        reduced = reduce_to_input(picture.rgb, window_(picture.rgb.size(), own), preprocessing_);
    }
    Rng rng = Rng::stream(seed_, "augment", {sample.id, number});
    cv::Mat rgb =
        render_view(reduced, draw_view(augmentation_, input_size(preprocessing_), rng), augmentation_, preprocessing_);
    for (std::size_t place = 0; place < operations_.size(); ++place) {
        if (!operations_[place]) continue;
        Rng own = own_stream(place);
        rgb = operations_[place](rgb, own);
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

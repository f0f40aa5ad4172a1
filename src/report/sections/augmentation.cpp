#include <optional>

#include "config/read.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "data/view_renderer.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

constexpr std::size_t kImages = 4;
constexpr std::int64_t kViews = 5;

/// What the config varies, in its own words.
std::string variations_of(AugmentationOptions options) {
    AugmentationOptions none;
    const Json differences = write_differences([&](Fields& fields) { describe(fields, options); },
                                               [&](Fields& fields) { describe(fields, none); });
    std::vector<std::string> words;
    for (const auto& [key, value] : differences.items()) words.push_back(key + " " + value.dump());
    return joined(words);
}

Markup view_picture(const cv::Mat& rgb, const std::string& words) {
    return element("img", {{"src", jpeg_address(rgb)}, {"alt", words}, {"loading", "lazy"}, {"decoding", "async"}});
}

/// The picture as it is, and as training sees it. Nothing where the image is gone.
Markup row_of_views(const ViewRenderer& renderer, const NamedFile& image) {
    const Sample sample{.file = image.file.string(), .name = image.name, .id = stable_id(unescaped(image.name))};
    try {
        const LoadedPicture picture = renderer.load(sample);
        Markup row = tag("div", view_picture(renderer.render(picture, sample, std::nullopt), image.name));
        for (std::int64_t view = 0; view < kViews; ++view)
            row << tag("div", view_picture(renderer.render(picture, sample, view),
                                           format_text("view {} of {}", view + 1, image.name)));
        return element("div", {{"class", "views"}}, row);
    } catch (const std::exception&) {
        return {};
    }
}

}  // namespace

Markup augmentation_section(const ReportSource& source) {
    if (!source.run) return {};
    if (!source.augmentation) return remark("This version of graft does not know all that the run varied.");
    if (!enabled(*source.augmentation))
        return remark("No augmentation: the network sees each training image as it is.");
    Markup section = paragraph(
        format_text("What the network sees of training images: each first as it is, then varied by {}. If a varied "
                    "picture could no longer be told apart by a person, or never occurs in use, the augmentation is "
                    "too strong.",
                    variations_of(*source.augmentation)));
    if (!source.preprocessing) return section;
    const ViewRenderer renderer(*source.preprocessing, *source.augmentation, source.seed);
    Markup rows;
    for (const NamedFile& image : training_images(source, kImages)) rows << row_of_views(renderer, image);
    if (rows.empty()) rows = remark("The training images are no longer where they were.");
    return section << rows;
}

}  // namespace graft

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/text.hpp"
#include "report/figures.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

constexpr std::size_t kMistakes = 24, kUnsure = 12;

/// A picture with what was answered and what is true below it.
struct Gallery {
    struct Item {
        std::string name, said, truth;
        std::size_t output = 0;  ///< whose score was wrong: of the class that was said
        std::string output_name = {};
    };
    std::vector<Item> items;
};

/// Pictures with what speaks for and against an answer, where they can be had.
HeatMaps heat_maps_for(const Gallery& gallery, const ReportSource& source, const DrawHeatMaps& draw) {
    if (!draw || gallery.items.empty()) return {};
    std::vector<HeatRequest> requests;
    for (const Gallery::Item& item : gallery.items)
        requests.push_back({image_file(source, item.name), static_cast<std::int64_t>(item.output)});
    return draw(requests);
}

Markup heat_picture(const cv::Mat& rgb, const Gallery::Item& item) {
    return element("img", {{"src", jpeg_address(rgb)},
                           {"alt", format_text("heat map of {}: what raises the score of {}, and what lowers it",
                                               item.name, item.output_name)},
                           {"loading", "lazy"},
                           {"decoding", "async"}});
}

/// What the heat maps are of.
std::string score_words(const ReportSource& source) {
    if (source.classification() != nullptr) return "the score of what the model said";
    if (std::holds_alternative<MultiLabelRecord>(source.test->result))
        return "the score of the label that it got most wrong";
    return "the number";
}

Markup legend_of(const HeatMaps& maps, const ReportSource& source) {
    if (!maps.why_not.empty()) return remark("There are no heat maps: " + maps.why_not + ".");
    if (std::ranges::all_of(maps.pictures, &cv::Mat::empty)) return {};
    Markup key = "On the right of each, the picture as the network sees it: ";
    key << element("i", {{"class", "raises"}, {"aria-hidden", "true"}})
        << format_text("red raises {}, ", score_words(source))
        << element("i", {{"class", "lowers"}, {"aria-hidden", "true"}}) << "blue lowers it.";
    return element("p", {{"class", "heat"}}, key);
}

/// @param maps without pictures: none is shown
Markup markup_of(const Gallery& gallery, const ReportSource& source, Thumbnails& thumbnails,
                 const HeatMaps& maps = {}) {
    std::vector<std::filesystem::path> files;
    for (const Gallery::Item& item : gallery.items) files.push_back(image_file(source, item.name));
    thumbnails.read(files);
    Markup items;
    for (std::size_t i = 0; i < gallery.items.size(); ++i) {
        const Gallery::Item& item = gallery.items[i];
        const bool explained = i < maps.pictures.size() && !maps.pictures[i].empty();
        Markup content = thumbnails.picture(files[i], item.name);
        if (explained) {
            content << heat_picture(maps.pictures[i], item);
            content = element("div", {{"class", "two"}}, content);
        }
        if (!item.said.empty()) content << element("span", {{"class", "said"}}, item.said) << tag("br", Markup());
        if (!item.truth.empty()) content << element("span", {{"class", "truth"}}, item.truth);
        content << element("span", {{"class", "file"}}, item.name);
        items << (explained ? element("li", {{"class", "pair"}}, content) : tag("li", content));
    }
    return element("ul", {{"class", "pictures"}}, items);
}

std::string sure_text(double confidence) { return format_text("{:.0f} %", 100 * confidence); }

/// Those with the highest loss: the true class got the least probability.
Gallery worst_classes(const ReportSource& source) {
    const auto& classes = source.classification()->classes;
    std::vector<const ClassPrediction*> wrong;
    for (const ClassPrediction& image : source.predictions.classes)
        if (!image.right()) wrong.push_back(&image);
    std::ranges::stable_sort(wrong, {}, [](const auto* image) { return image->truth_probability; });
    Gallery gallery;
    for (std::size_t i = 0; i < std::min(kMistakes, wrong.size()); ++i)
        gallery.items.push_back(
            {wrong[i]->name, format_text("{} {}", classes[wrong[i]->predicted].name, sure_text(wrong[i]->confidence)),
             format_text("is {} {}", classes[wrong[i]->truth].name, sure_text(wrong[i]->truth_probability)),
             wrong[i]->predicted, classes[wrong[i]->predicted].name});
    return gallery;
}

Gallery barely_right(const ReportSource& source) {
    const auto& classes = source.classification()->classes;
    std::vector<const ClassPrediction*> right;
    for (const ClassPrediction& image : source.predictions.classes)
        if (image.right() && image.confidence < 0.8F) right.push_back(&image);
    std::ranges::stable_sort(right, {}, [](const auto* image) { return image->confidence; });
    Gallery gallery;
    for (std::size_t i = 0; i < std::min(kUnsure, right.size()); ++i)
        gallery.items.push_back(
            {right[i]->name, "", format_text("{} {}", classes[right[i]->truth].name, sure_text(right[i]->confidence))});
    return gallery;
}

Gallery worst_labels(const ReportSource& source) {
    const auto& classes = source.test->multi_label().classes;
    std::vector<const LabelPrediction*> wrong;
    for (const LabelPrediction& image : source.predictions.labels)
        if (!image.right) wrong.push_back(&image);
    std::ranges::stable_sort(wrong, std::greater{}, [](const auto* image) { return image->surprise; });
    const auto or_none = [](const std::string& names) { return names.empty() ? std::string("nothing") : names; };
    Gallery gallery;
    for (std::size_t i = 0; i < std::min(kMistakes, wrong.size()); ++i)
        gallery.items.push_back({wrong[i]->name, or_none(wrong[i]->found), "is " + or_none(wrong[i]->truth),
                                 wrong[i]->surprising, classes[wrong[i]->surprising].name});
    return gallery;
}

Gallery worst_numbers(const ReportSource& source) {
    const auto& targets = source.test->regression().targets;
    struct Miss {
        const NumberPrediction* image;
        std::size_t target;
        double size;  ///< in typical errors of the target
    };
    std::vector<Miss> misses;
    for (std::size_t k = 0; k < source.predictions.numbers.size(); ++k)
        for (const NumberPrediction& image : source.predictions.numbers[k])
            misses.push_back({&image, k, std::abs(image.predicted - image.truth) / std::max(targets[k].rmse, 1e-12)});
    std::ranges::stable_sort(misses, std::greater{}, &Miss::size);
    Gallery gallery;
    for (std::size_t i = 0; i < std::min(kMistakes, misses.size()); ++i)
        gallery.items.push_back(
            {misses[i].image->name,
             format_text("{} {}", targets[misses[i].target].name, four_digits(misses[i].image->predicted)),
             "is " + four_digits(misses[i].image->truth), misses[i].target, targets[misses[i].target].name});
    return gallery;
}

Gallery worst_of(const ReportSource& source) {
    if (source.classification() != nullptr) return worst_classes(source);
    if (std::holds_alternative<MultiLabelRecord>(source.test->result)) return worst_labels(source);
    return worst_numbers(source);
}

}  // namespace

Markup mistakes_section(const ReportSource& source, Thumbnails& thumbnails, const DrawHeatMaps& draw) {
    if (!source.test) return {};
    const Gallery worst = worst_of(source);
    const Gallery barely = source.classification() == nullptr ? Gallery() : barely_right(source);
    Markup section;
    if (!worst.items.empty()) {
        section << paragraph(
            "Orange is what the model said, green what the data says. Look at each and ask whether the data is right: "
            "wrong labels collect here.");
        const HeatMaps maps = heat_maps_for(worst, source, draw);
        section << legend_of(maps, source) << markup_of(worst, source, thumbnails, maps);
    }
    if (!barely.items.empty()) {
        section << tag("h3", "Right, but barely");
        section << remark("More images like these make the model surer.");
        section << markup_of(barely, source, thumbnails);
    }
    if (thumbnails.all_missing())
        section << remark(
            format_text("The images are no longer at {}: graft report shows them when it is run from the "
                        "folder in which the run was started.",
                        source.test->source));
    return section;
}

}  // namespace graft

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/text.hpp"
#include "report/figures.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostClasses = 24;                ///< of a matrix that can be read
constexpr std::size_t kOpenPairs = 8, kMostPairs = 60;  ///< that have a list of images
constexpr std::size_t kPicturesPerPair = 8;
constexpr std::size_t kNamesPerPair = 200;

using Counts = std::vector<std::vector<std::int64_t>>;

std::string pair_id(std::size_t truth, std::size_t predicted) { return format_text("pair-{}-{}", truth, predicted); }

/// All classes, or of many those that take part in the most mistakes, in their order.
std::vector<std::size_t> shown_classes(const Counts& confusion) {
    std::vector<std::size_t> order(confusion.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (order.size() <= kMostClasses) return order;
    std::vector<std::int64_t> mistakes(confusion.size(), 0);
    for (const ConfusedCell& cell : confused_cells(confusion)) {
        mistakes[cell.truth] += cell.count;
        mistakes[cell.predicted] += cell.count;
    }
    std::ranges::stable_sort(order, std::greater{}, [&](std::size_t k) { return mistakes[k]; });
    order.resize(kMostClasses);
    std::ranges::sort(order);
    return order;
}

/// A shade for a share of a class's images. Roots, so that a few mistakes among many images can be seen.
std::string shade(bool right, std::int64_t count, std::int64_t of) {
    if (count == 0) return "none";
    const double share = static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(of, 1));
    return format_text("{}{}", right ? "h" : "m", std::clamp(static_cast<int>(std::ceil(7 * std::sqrt(share))), 1, 7));
}

struct MatrixCell {
    std::size_t truth = 0, predicted = 0;
    std::int64_t count = 0, of = 0;
    bool has_list = false;
};

Markup markup_of_cell(const ClassificationRecord& of, const MatrixCell& cell) {
    const bool right = cell.truth == cell.predicted;
    Markup content = cell.count == 0 ? Markup("·") : Markup(with_commas(cell.count));
    const std::string words = format_text("{} taken for {}: {} of {}", of.classes[cell.truth].name,
                                          of.classes[cell.predicted].name, cell.count, cell.of);
    if (cell.has_list)
        content = element("a", {{"href", "#" + pair_id(cell.truth, cell.predicted)}, {"title", words}}, content);
    return element("td", {{"class", shade(right, cell.count, cell.of)}}, content);
}

Markup matrix_of(const ClassificationRecord& of, const std::vector<std::size_t>& shown,
                 const std::vector<ConfusedCell>& listed) {
    Markup head = element("th", {{"scope", "col"}, {"class", "left"}}, "true ↓ answered →");
    for (const std::size_t k : shown) head << element("th", {{"scope", "col"}}, tag("span", of.classes[k].name));
    Markup rows;
    for (const std::size_t truth : shown) {
        Markup cells = element("th", {{"scope", "row"}}, of.classes[truth].name);
        for (const std::size_t predicted : shown) {
            const bool has_list = std::ranges::any_of(
                listed, [&](const ConfusedCell& cell) { return cell.truth == truth && cell.predicted == predicted; });
            cells << markup_of_cell(
                of, {truth, predicted, of.confusion[truth][predicted], of.classes[truth].support, has_list});
        }
        rows << tag("tr", cells);
    }
    Markup inside = tag("caption", "Rows are true classes, columns are answers");
    inside << tag("thead", tag("tr", head)) << tag("tbody", rows);
    return element("div",
                   {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", "Confusion matrix"}},
                   element("table", {{"class", "matrix"}}, inside));
}

using PairImages = std::map<std::pair<std::size_t, std::size_t>, std::vector<const ClassPrediction*>>;

/// The images of each pair, the surest mistakes first.
PairImages images_by_pair(const ReportSource& source) {
    PairImages images;
    for (const ClassPrediction& image : source.predictions.classes)
        if (!image.right()) images[{image.truth, image.predicted}].push_back(&image);
    for (auto& [pair, members] : images)
        std::ranges::stable_sort(members, std::greater{}, [](const auto* image) { return image->confidence; });
    return images;
}

Markup pictures_of_pair(const ReportSource& source, std::span<const ClassPrediction* const> images,
                        const Thumbnails& thumbnails) {
    Markup items, names;
    for (std::size_t i = 0; i < images.size(); ++i) {
        const ClassPrediction& image = *images[i];
        const std::string sure = format_text("{:.0f} % sure", 100 * image.confidence);
        Markup name = element("span", {{"class", "file"}}, image.name);
        if (i < kPicturesPerPair) {
            Markup item = thumbnails.picture(image_file(source, image.name), image.name);
            item << sure << name;
            items << tag("li", item);
        } else if (i < kNamesPerPair) {
            names << tag("li", format_text("{} ({})", image.name, sure));
        }
    }
    Markup all = element("ul", {{"class", "pictures"}}, items);
    if (!names.empty()) all << tag("ul", names);
    if (images.size() > kNamesPerPair)
        all << remark(format_text("… and {} more: predictions.csv has all of them.", images.size() - kNamesPerPair));
    return all;
}

Markup pairs_of(const ReportSource& source, const std::vector<ConfusedCell>& listed, Thumbnails& thumbnails) {
    const ClassificationRecord& of = *source.classification();
    const PairImages images = images_by_pair(source);
    std::vector<std::filesystem::path> files;
    for (const ConfusedCell& cell : listed)
        if (const auto found = images.find({cell.truth, cell.predicted}); found != images.end())
            for (std::size_t i = 0; i < std::min(kPicturesPerPair, found->second.size()); ++i)
                files.push_back(image_file(source, found->second[i]->name));
    thumbnails.read(files);
    Markup pairs, others;
    for (std::size_t i = 0; i < listed.size(); ++i) {
        const ConfusedCell& cell = listed[i];
        Markup line = element("span", {{"class", "truth"}}, of.classes[cell.truth].name);
        line << " taken for " << element("span", {{"class", "said"}}, of.classes[cell.predicted].name)
             << format_text(": {} of {}", with_commas(cell.count),
                            count_of(static_cast<std::uint64_t>(of.classes[cell.truth].support), "image"));
        const auto found = images.find({cell.truth, cell.predicted});
        (i < kOpenPairs ? pairs : others)
            << folded(line, pair_id(cell.truth, cell.predicted),
                      found == images.end() ? remark("predictions.csv is not there.")
                                            : pictures_of_pair(source, found->second, thumbnails));
    }
    if (others.empty()) return pairs;
    return pairs << folded(format_text("{} other kinds of mistakes", listed.size() - kOpenPairs), "", others);
}

}  // namespace

Markup confusion_section(const ReportSource& source, Thumbnails& thumbnails) {
    const ClassificationRecord* of = source.classification();
    if (of == nullptr || of->confusion.empty()) return {};
    const std::vector<std::size_t> shown = shown_classes(of->confusion);
    std::vector<ConfusedCell> listed = confused_cells(of->confusion);
    const std::size_t all = listed.size();
    listed.resize(std::min(all, kMostPairs));
    Markup section = paragraph(all == 0 ? "No image was taken for another class."
                                        : "Blue is right, orange is wrong. A click on a number shows the images.");
    if (shown.size() < of->classes.size())
        section << remark(
            format_text("The {} of {} classes that take part in the most mistakes; test/confusion.csv "
                        "has all.",
                        shown.size(), of->classes.size()));
    section << matrix_of(*of, shown, listed);
    if (all == 0) return section;
    section << tag("h3", all > kMostPairs ? format_text("The {} most frequent of {} kinds of mistakes", kMostPairs,
                                                        with_commas(static_cast<std::int64_t>(all)))
                                          : std::string("All mistakes, the most frequent first"));
    return section << pairs_of(source, listed, thumbnails);
}

}  // namespace graft

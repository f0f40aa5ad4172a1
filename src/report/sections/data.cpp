#include <algorithm>
#include <cctype>

#include "core/text.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

constexpr std::size_t kShownOfAKind = 8;

std::filesystem::path file_of(const ReportSource& source, const FoundName& found) {
    return file_in_part(*source.run, found.part, found.name);
}

std::string name_in_part(const FoundName& found) { return format_text("{}/{}", found.part, found.name); }

Markup pictures_of(const ReportSource& source, const RunFinding& finding, Thumbnails& thumbnails) {
    const std::size_t shown_images = std::min(kShownOfAKind, finding.images.size());
    std::vector<std::filesystem::path> files;
    for (std::size_t i = 0; i < shown_images; ++i)
        for (const FoundName* found : {&finding.images[i].image, &finding.images[i].other})
            if (!found->name.empty()) files.push_back(file_of(source, *found));
    thumbnails.read(files);
    const std::string same = finding.kind.starts_with("near_") ? "~\u00a0" : "=\u00a0";
    Markup items;
    for (std::size_t i = 0; i < shown_images; ++i) {
        const auto& [image, other] = finding.images[i];
        Markup content = thumbnails.picture(file_of(source, image), name_in_part(image));
        Markup names = element("span", {{"class", "file"}}, name_in_part(image));
        if (!other.name.empty()) {
            content << thumbnails.picture(file_of(source, other), name_in_part(other));
            content = element("div", {{"class", "two"}}, content);
            names << element("span", {{"class", "file"}}, same + name_in_part(other));
        }
        items << (other.name.empty() ? tag("li", content << names)
                                     : element("li", {{"class", "pair"}}, content << names));
    }
    return element("ul", {{"class", "pictures"}}, items);
}

Markup rare_classes(const RunFinding& finding) {
    DataTable table{.caption = "Rare classes", .header = {"class", "part", "images"}, .rows = {}};
    for (const RareClass& rare : finding.classes)
        table.rows.push_back({rare.label, rare.part, std::to_string(rare.images)});
    return markup_of(table);
}

std::string places_of_finding(const RunFinding& finding) {
    if (finding.parts.empty()) return "";
    std::vector<std::string> places;
    for (const auto& [part, count] : finding.parts) places.push_back(format_text("{} in {}", with_commas(count), part));
    return format_text(" ({})", joined(places));
}

Markup markup_of(const ReportSource& source, const RunFinding& finding, Thumbnails& thumbnails) {
    std::string title = finding.title;
    title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(title.front())));
    Markup part = tag("h3", title);
    part << paragraph(finding.sentence + (finding.usual ? "" : places_of_finding(finding)) + ".");
    if (!finding.classes.empty()) return part << rare_classes(finding);
    return finding.usual ? part : part << pictures_of(source, finding, thumbnails);
}

}  // namespace

Markup data_section(const ReportSource& source, Thumbnails& thumbnails) {
    if (!source.run || !source.findings) return {};
    const std::string images = count_of(static_cast<std::uint64_t>(source.findings->images), "image");
    if (source.findings->findings.empty())
        return paragraph(
            format_text("Among {} there are no copies, leaks between the parts, or odd pictures.", images));
    Markup section = paragraph(format_text(
        "What stands out among {}; findings.json names more of them. A leak is an image of one part that is in an "
        "earlier part too: on those the model looks better than it is. graft data check --labels looks for wrong "
        "labels as well.",
        images));
    for (const RunFinding& finding : source.findings->findings) section << markup_of(source, finding, thumbnails);
    return section;
}

}  // namespace graft

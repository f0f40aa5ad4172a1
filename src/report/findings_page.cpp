#include "report/findings_page.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <vector>

#include "core/text.hpp"
#include "insight/findings_text.hpp"
#include "report/page.hpp"
#include "report/thumbnails.hpp"

namespace graft {
namespace {

constexpr std::size_t kShownOfAFinding = 24, kShownFindings = 400;

/// The images and those that they repeat.
std::vector<std::filesystem::path> files_shown(std::span<const CheckedImage> images, const Finding& finding) {
    std::vector<std::filesystem::path> files;
    for (std::size_t i = 0; i < std::min(kShownOfAFinding, finding.images.size()); ++i) {
        const FoundImage& found = finding.images[i];
        files.emplace_back(images[found.image].sample->file);
        if (found.other) files.emplace_back(images[*found.other].sample->file);
    }
    return files;
}

Markup pictures_of(const CheckedData& data, std::span<const CheckedImage> images, const Finding& finding,
                   Thumbnails& thumbnails) {
    thumbnails.read(files_shown(images, finding));
    Markup items;
    for (std::size_t i = 0; i < std::min(kShownOfAFinding, finding.images.size()); ++i) {
        const FoundImage& found = finding.images[i];
        Markup content;
        content << thumbnails.picture(images[found.image].sample->file, name_of(data, images[found.image]));
        if (found.other)
            content << thumbnails.picture(images[*found.other].sample->file, name_of(data, images[*found.other]));
        content << element("span", {{"class", "file"}}, line_for(data, images, finding, found));
        items << tag("li", content);
    }
    Markup section = element("ul", {{"class", "pictures"}}, items);
    if (finding.images.size() > kShownOfAFinding)
        section << remark(format_text("and {} more, in findings.csv", with_commas(static_cast<std::int64_t>(
                                                                          finding.images.size() - kShownOfAFinding))));
    return section;
}

Markup rare_classes(const CheckedData& data, const Finding& finding) {
    DataTable table{.caption = "Rare classes", .header = {"class", "part", "images"}, .rows = {}};
    for (const FoundClass& rare : finding.classes)
        table.rows.push_back({data.classes[rare.label], data.parts[rare.part].name, std::to_string(rare.images)});
    return markup_of(table);
}

}  // namespace

std::string findings_page(const CheckedData& data, std::span<const CheckedImage> images,
                          std::span<const Finding> findings) {
    Thumbnails thumbnails(kShownFindings);
    Page page{.title = "Findings in the data", .kicker = "graft data check", .subtitle = {}, .sections = {}};
    page.subtitle = format_text("{} in {}", count_of(images.size(), "image"), count_of(data.parts.size(), "part"));
    if (findings.empty()) page.sections.push_back({"nothing", "Nothing was found", paragraph("All is well.")});
    for (const Finding& finding : findings) {
        FindingWords words = words_for(finding);
        words.title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(words.title.front())));
        Markup body = paragraph(words.sentence + ".");
        if (finding.kind == FindingKind::imbalance)
            body << rare_classes(data, finding);
        else if (!finding.usual())
            body << pictures_of(data, images, finding, thumbnails);
        page.sections.push_back({std::string(text_of(finding.kind)), words.title, body});
    }
    return document_of(page);
}

}  // namespace graft

#include "insight/findings_text.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "record/csv.hpp"

namespace graft {
namespace {

/// What a kind of finding is called, what it says of its images, and how their scores are written.
struct KindWords {
    const char *title, *meaning, *verb, *verbs;
};

KindWords words_of(FindingKind kind) {
    switch (kind) {
        case FindingKind::leaks: return {"leaks", "", "is also in another part", "are also in another part"};
        case FindingKind::near_leaks:
            return {"near leaks", "", "is almost one of another part", "are almost one of another part"};
        case FindingKind::label_conflicts:
            return {"conflicting labels", "", "is there under another class too", "are there under another class too"};
        case FindingKind::label_errors:
            return {"likely label errors", "probability of the label", "looks like another class",
                    "look like another class"};
        case FindingKind::copies: return {"copies", "", "repeats another", "repeat another"};
        case FindingKind::near_copies: return {"near copies", "", "almost repeats another", "almost repeat another"};
        case FindingKind::imbalance: return {"imbalance", "", "", ""};
        case FindingKind::low_information:
            return {"blank", "entropy of the values", "shows next to nothing", "show next to nothing"};
        case FindingKind::dark: return {"dark", "brightness of the lightest spots", "is dark", "are dark"};
        case FindingKind::light: return {"light", "darkness of the darkest spots", "is washed out", "are washed out"};
        case FindingKind::blurred: return {"blurred", "sharpness", "is blurred", "are blurred"};
        case FindingKind::odd_aspect_ratio:
            return {"odd shapes", "short side by long side", "is long and narrow", "are long and narrow"};
        case FindingKind::odd_size:
            return {"odd sizes", "", "is far larger or smaller than the others",
                    "are far larger or smaller than the others"};
    }
    return {};
}

std::string class_of(const CheckedData& data, const CheckedImage& image) {
    if (data.targets != TargetKind::one_class || data.parts[image.part].only_compared) return {};
    return data.classes[static_cast<std::size_t>(image.sample->label)];
}

std::string size_of(const CheckedImage& image) { return format_text("{} x {}", image.facts.width, image.facts.height); }

constexpr std::size_t kExamples = 3;

std::string more_than(std::size_t all) {
    return all > kExamples ? format_text("  and {} more\n", with_commas(static_cast<std::int64_t>(all - kExamples)))
                           : "";
}

std::string text_of_images(const CheckedData& data, std::span<const CheckedImage> images, const Finding& finding) {
    std::string text;
    for (std::size_t i = 0; i < std::min(finding.images.size(), kExamples); ++i)
        text += "  " + line_for(data, images, finding, finding.images[i]) + "\n";
    return text + more_than(finding.images.size());
}

std::string text_of_classes(const CheckedData& data, const Finding& finding) {
    std::string text;
    for (std::size_t i = 0; i < std::min(finding.classes.size(), kExamples); ++i) {
        const FoundClass& rare = finding.classes[i];
        text += format_text("  {}{} ({})\n", data.parts.size() > 1 ? data.parts[rare.part].name + "/" : "",
                            data.classes[rare.label], count_of(static_cast<std::uint64_t>(rare.images), "image"));
    }
    return text + more_than(finding.classes.size());
}

Json json_of(const CheckedData& data, const CheckedImage& image) {
    Json json = {{"part", data.parts[image.part].name}, {"file", image.sample->name}};
    if (const std::string name = class_of(data, image); !name.empty()) json["class"] = name;
    return json;
}

double rounded_score(double score) { return std::round(score * 1e6) / 1e6; }

Json json_of(const CheckedData& data, std::span<const CheckedImage> images, const FoundImage& found) {
    Json json = json_of(data, images[found.image]);
    json["score"] = rounded_score(found.score);
    if (found.other) json["other"] = json_of(data, images[*found.other]);
    if (found.suggested >= 0) json["suggested"] = data.classes[static_cast<std::size_t>(found.suggested)];
    return json;
}

}  // namespace

std::string name_of(const CheckedData& data, const CheckedImage& image) {
    return data.parts.size() > 1 ? data.parts[image.part].name + "/" + image.sample->name : image.sample->name;
}

std::string line_for(const CheckedData& data, std::span<const CheckedImage> images, const Finding& finding,
                     const FoundImage& found) {
    const std::string name = name_of(data, images[found.image]);
    if (found.other) {
        const std::string other = name_of(data, images[*found.other]);
        if (finding.kind == FindingKind::near_copies || finding.kind == FindingKind::near_leaks)
            return format_text("{} ~ {} ({} of 64 bits)", name, other, static_cast<int>(found.score));
        return format_text("{} = {}", name, other);
    }
    if (finding.kind == FindingKind::odd_size) return format_text("{} ({})", name, size_of(images[found.image]));
    if (finding.kind == FindingKind::label_errors)
        return format_text("{}: rather {} ({:.2f})", name, data.classes[static_cast<std::size_t>(found.suggested)],
                           found.score);
    return format_text("{} ({:.2f})", name, found.score);
}

FindingWords words_for(const Finding& finding) {
    const KindWords words = words_of(finding.kind);
    if (finding.kind == FindingKind::imbalance)
        return {words.title, format_text("{} less than a tenth of the mean",
                                         count_of(finding.classes.size(), "class has", "classes have"))};
    std::string sentence = format_text("{} {}", count_of(finding.images.size(), "image"),
                                       finding.images.size() == 1 ? words.verb : words.verbs);
    if (finding.usual())
        sentence += ", more than half: these pictures are like that";
    else if (*words.meaning != '\0')
        sentence += format_text(" ({})", words.meaning);
    return {words.title, sentence};
}

std::string findings_text(const CheckedData& data, std::span<const CheckedImage> images,
                          std::span<const Finding> findings) {
    std::string text;
    for (const Finding& finding : findings) {
        const FindingWords words = words_for(finding);
        text += words.title + ": " + words.sentence + "\n";
        if (finding.usual()) continue;
        text += finding.kind == FindingKind::imbalance ? text_of_classes(data, finding)
                                                       : text_of_images(data, images, finding);
    }
    return text;
}

Json findings_json(const CheckedData& data, std::span<const CheckedImage> images, std::span<const Finding> findings) {
    Json all = Json::array();
    for (const Finding& finding : findings) {
        Json json = {{"kind", text_of(finding.kind)}};
        if (finding.kind == FindingKind::imbalance) {
            json["classes"] = Json::array();
            for (const FoundClass& rare : finding.classes)
                json["classes"].push_back({{"part", data.parts[rare.part].name},
                                           {"class", data.classes[rare.label]},
                                           {"images", rare.images}});
        } else {
            json["count"] = finding.images.size();
            json["usual"] = finding.usual();
            json["images"] = Json::array();
            for (const FoundImage& found : finding.images) json["images"].push_back(json_of(data, images, found));
        }
        all.push_back(std::move(json));
    }
    return all;
}

std::string findings_csv(const CheckedData& data, std::span<const CheckedImage> images,
                         std::span<const Finding> findings) {
    std::string csv = "kind,part,file,class,score,other_part,other_file,other_class\n";
    const auto place = [&](const CheckedImage& image) {
        return csv_field(data.parts[image.part].name) + "," + csv_field(image.sample->name) + "," +
               csv_field(class_of(data, image));
    };
    for (const Finding& finding : findings)
        for (const FoundImage& found : finding.images) {
            csv += std::string(text_of(finding.kind)) + "," + place(images[found.image]) + "," +
                   shortest(rounded_score(found.score)) + ",";
            if (found.other)
                csv += place(images[*found.other]);
            else
                csv += ",," + (found.suggested < 0 ? "" : csv_field(data.classes[std::size_t(found.suggested)]));
            csv += "\n";
        }
    return csv;
}

}  // namespace graft

#include "insight/cleaned_list.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "core/text.hpp"
#include "data/part.hpp"
#include "graft/core/errors.hpp"
#include "record/csv.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// Why an image is left out; "": it is not.
using LeavingReasons = std::vector<std::string>;

void leave_out(LeavingReasons& reasons, std::size_t image, const char* reason) {
    if (reasons[image].empty()) reasons[image] = reason;
}

void leave_out_found(LeavingReasons& reasons, const Finding& finding) {
    for (const FoundImage& found : finding.images) switch (finding.kind) {
            case FindingKind::leaks:
            case FindingKind::near_leaks:
                // The parts before: they train, and parts that are only compared come last.
                leave_out(reasons, *found.other, "in another part");
                for (const std::size_t other : found.also) leave_out(reasons, other, "in another part");
                break;
            case FindingKind::label_conflicts:
                leave_out(reasons, found.image, "under several classes");
                leave_out(reasons, *found.other, "under several classes");
                for (const std::size_t other : found.also) leave_out(reasons, other, "under several classes");
                break;
            case FindingKind::label_errors: leave_out(reasons, found.image, "likely label errors"); break;
            case FindingKind::copies: leave_out(reasons, found.image, "copies"); break;
            default: break;  // people decide
        }
}

/// The word for the part that lists understand.
std::string split_of(const CheckedPart& part) {
    const std::optional<PartKind> kind = part_called(part.name);
    return kind ? std::string(text_of(*kind)) : part.name;
}

/// How a list calls images. Each folder is looked up once: that asks the disk for every part of its path.
class PathsInList {
public:
    explicit PathsInList(const fs::path& list) : folder_(fs::weakly_canonical(fs::absolute(list).parent_path())) {}

    std::string of(const fs::path& image) {
        const auto [found, is_new] = folders_.try_emplace(image.parent_path().native());
        if (is_new) found->second = fs::weakly_canonical(fs::absolute(image).parent_path());
        const fs::path absolute = found->second / image.filename();
        const fs::path relative = absolute.lexically_relative(folder_);
        return escaped(relative.empty() || *relative.begin() == ".." ? absolute.string() : relative.string());
    }

private:
    fs::path folder_;
    std::unordered_map<std::string, fs::path> folders_;
};

}  // namespace

CleanedList cleaned_list(const CheckedData& data, std::span<const CheckedImage> images,
                         std::span<const Finding> findings, const fs::path& file) {
    if (data.targets != TargetKind::one_class)
        throw ConfigError(format_text("--fix: writes lists of images of one class each; these have {}", data.targets));
    LeavingReasons reasons(images.size());
    for (std::size_t i = 0; i < images.size(); ++i)
        if (!images[i].good()) reasons[i] = "unusable";
    for (const Finding& finding : findings) leave_out_found(reasons, finding);
    const bool parts = std::ranges::count(data.parts, false, &CheckedPart::only_compared) > 1;
    CleanedList list{.csv = parts ? "image_path,label,split\n" : "image_path,label\n", .left_out = {}};
    PathsInList paths(file);
    for (std::size_t i = 0; i < images.size(); ++i) {
        const CheckedPart& part = data.parts[images[i].part];
        if (part.only_compared) continue;
        if (!reasons[i].empty()) {
            ++list.left_out[reasons[i]];
            continue;
        }
        ++list.kept;
        list.csv += csv_field(paths.of(images[i].sample->file)) + "," +
                    csv_field(data.classes[static_cast<std::size_t>(images[i].sample->label)]);
        list.csv += parts ? "," + csv_field(split_of(part)) + "\n" : "\n";
    }
    return list;
}

}  // namespace graft

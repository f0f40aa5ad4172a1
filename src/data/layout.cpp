#include "data/layout.hpp"

#include <map>

#include "core/text.hpp"
#include "data/class_folders.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepestWrapping = 3;  // folders that hold nothing but the data set, as archives have them

ClassRoot class_root_of(const fs::path& folder) {
    FolderWalk walk(folder, {});
    return find_class_folders(walk);
}

/// The first folder of each part; further ones become notes.
std::map<PartKind, fs::path> parts_in(const fs::path& folder, const ClassRoot& root, std::vector<std::string>& notes) {
    std::map<PartKind, fs::path> parts;
    for (const ClassFolder& entry : root.classes) {
        const std::optional<PartKind> part = part_called(entry.name);
        if (!part) continue;
        const fs::path place = folder / entry.folders.front();
        const auto [known, first] = parts.emplace(*part, place);
        if (!first) notes.push_back(format_text("{}: is not used, {} is", place, known->second));
    }
    return parts;
}

/// A part without class folders cannot be evaluated: images without labels, as competitions give them.
std::optional<fs::path> labelled(const std::map<PartKind, fs::path>& parts, PartKind part,
                                 std::vector<std::string>& notes) {
    const auto found = parts.find(part);
    if (found == parts.end()) return std::nullopt;
    if (!class_root_of(found->second).classes.empty()) return found->second;
    notes.push_back(
        format_text("{}: has no class folders and is not used; graft predict classifies its images", found->second));
    return std::nullopt;
}

/// The only folder in `folder`, where there is nothing else.
std::optional<fs::path> wrapped(const fs::path& folder, const ClassRoot& root) {
    if (root.classes.size() != 1 || root.loose_images.count > 0) return std::nullopt;
    return folder / root.classes.front().folders.front();
}

Layout find_layout(const fs::path& folder, int depth) {
    FolderWalk walk(folder, {});
    const ClassRoot root = find_class_folders(walk);
    Layout layout;
    const std::map<PartKind, fs::path> parts = parts_in(folder, root, layout.notes);
    const auto train = parts.find(PartKind::train);
    // Beside buses and cars, a train is a class.
    if (train != parts.end() &&
        (parts.size() == root.classes.size() || !class_root_of(train->second).classes.empty())) {
        layout.train = train->second;
        layout.validation = labelled(parts, PartKind::validation, layout.notes);
        layout.test = labelled(parts, PartKind::test, layout.notes);
        return layout;
    }
    expect_no_parts(walk, root, {});
    if (root.classes.size() > 1) return {.train = folder};
    const std::optional<fs::path> inner = wrapped(folder, root);
    if (inner && depth < kDeepestWrapping && !class_root_of(*inner).classes.empty()) {
        layout = find_layout(*inner, depth + 1);
        layout.notes.push_back(format_text("{}: the data set is in its folder {}", folder, inner->filename()));
        return layout;
    }
    fail_on_too_few_classes(walk, root);
}

}  // namespace

Layout find_layout(const fs::path& folder) { return find_layout(folder, 0); }

}  // namespace graft

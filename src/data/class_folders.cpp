#include "data/class_folders.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/names.hpp"
#include "core/text.hpp"
#include "data/part.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// A name, with its bytes where people could take it for one of the others.
std::string told_apart(const std::string& name, std::span<const std::string> others) {
    if (std::ranges::none_of(others, [&](const std::string& other) { return look_alike(name, other); })) return name;
    std::string bytes;
    for (const char byte : name) bytes += format_text(" {:02x}", static_cast<unsigned char>(byte));
    return name + " (bytes" + bytes + ")";
}

/// "train, test"
std::string list_of_parts(const std::map<PartKind, std::string>& parts) {
    std::vector<std::string> names;
    for (const auto& [part, name] : parts) names.push_back(name);
    return joined(names);
}

/// What to type for each part.
std::string advice_for_parts(const FolderWalk& walk, const std::map<PartKind, std::string>& parts) {
    std::string advice;
    for (const auto& [part, name] : parts) {
        if (walk.options().asked_by == AskedBy::command)
            advice +=
                format_text("{}{}", advice.empty() ? "Name one of them: " : " or ", walk.root() / unescaped(name));
        else
            advice += format_text("{}\"{}\": \"{}\"", advice.empty() ? "Name each: " : ", ", part,
                                  walk.root() / unescaped(name));
    }
    return advice;
}

/// A folder that holds nothing but the class folders' parent, as archives often have it.
std::string wrapped_advice(FolderWalk& walk, const ClassFolder& only) {
    std::size_t inside = 0;
    for (const fs::directory_entry& entry : walk.entries(only.folders.front()))
        if (type_of(entry) == fs::file_type::directory) ++inside;
    if (inside < 2) return "";
    return format_text("\nIts folder {} holds {}: is that the one to name?", only.name, count_of(inside, "folder"));
}

/// Links: one to the root would make a class of all images, two to one folder give its images two labels.
class LinkedFolders {
public:
    LinkedFolders(const fs::path& root, std::vector<std::string>& warnings)
        : root_(root), whole_root_(fs::canonical(root)), warnings_(warnings) {}

    void check(const std::string& name) {
        std::error_code error;
        const fs::path place = fs::canonical(root_ / name, error);
        if (error) return;  // it is said when the folder is read
        if (std::ranges::mismatch(place, whole_root_).in1 == place.end())
            throw DataError(format_text("{}: is a link to a folder that it lies in", root_ / name));
        const auto [known, first] = names_.emplace(place, name);
        if (!first)
            warnings_.push_back(format_text("{}: {} and {} are the same folder: its images are in both classes", root_,
                                            shown(known->second), shown(name)));
    }

private:
    const fs::path& root_;
    fs::path whole_root_;
    std::map<fs::path, std::string> names_;
    std::vector<std::string>& warnings_;
};

}  // namespace

ClassRoot find_class_folders(FolderWalk& walk) {
    std::map<std::string, std::vector<std::string>> folders;
    ClassRoot root;
    LinkedFolders linked(walk.root(), root.warnings);
    for (const fs::directory_entry& entry : walk.entries("")) {
        const std::string name = entry.path().filename().string();
        if (type_of(entry) == fs::file_type::directory) {
            linked.check(name);
            folders[escaped(composed(name))].push_back(name);
        } else if (leads_nowhere(entry)) {
            throw DataError(format_text("{}: is a link that leads nowhere: is it a class folder?", walk.root() / name));
        } else if (walk.is_image(entry)) {
            root.loose_images.add(name);
        }
    }
    for (auto& [name, called] : folders) root.classes.push_back({name, std::move(called)});
    return root;
}

std::vector<std::string> names_of(std::span<const ClassFolder> classes) {
    std::vector<std::string> names;
    for (const ClassFolder& entry : classes) names.push_back(entry.name);
    return names;
}

void expect_no_parts(const FolderWalk& walk, const ClassRoot& found, std::span<const std::string> known) {
    std::map<PartKind, std::string> parts;
    std::size_t others = 0;
    for (const ClassFolder& entry : found.classes) {
        const std::optional<PartKind> part = part_called(entry.name);
        if (!part)
            ++others;
        else if (std::ranges::find(known, entry.name) == known.end())
            parts.emplace(*part, entry.name);
    }
    // One such name among others may be a class: a train beside buses and cars.
    if (parts.size() < 2 && (parts.empty() || others > 0)) return;
    throw DataError(format_text("{}: holds the parts of a data set, not classes: {}\n{}", walk.root(),
                                list_of_parts(parts), advice_for_parts(walk, parts)));
}

void fail_on_too_few_classes(FolderWalk& walk, const ClassRoot& found) {
    const std::string what = format_text("{}: expected at least two class folders, found ", walk.root());
    if (!found.classes.empty())
        throw DataError(what + "one: " + found.classes.front().name + wrapped_advice(walk, found.classes.front()));
    if (found.loose_images.count == 0) throw DataError(what + "none");
    throw DataError(
        format_text("{}none: {} in the folder itself\nPut the images of each class into a folder of its "
                    "own that is called like the class",
                    what, count_of(found.loose_images.count, "image lies", "images lie")));
}

void fail_on_no_class_folders(const FolderWalk& walk, const ClassRoot& found) {
    const std::string images = count_of(found.loose_images.count, "image", "images");
    throw DataError(
        format_text("{}: has no class folders{}\nThe images of each class belong into a folder that is "
                    "called like the class; to classify images without that: graft predict MODEL {}",
                    walk.root(), found.loose_images.count > 0 ? ", but " + images : "", walk.root()));
}

void fail_on_mismatch(const FolderWalk& walk, std::span<const std::string> missing,
                      std::span<const std::string> unknown) {
    if (missing.empty() && unknown.empty()) return;
    std::string message = format_text("{}: its class folders are not the classes that {}", walk.root(),
                                      walk.options().classes_are_given ? "/data/classes names" : "were trained");
    for (const std::string& name : unknown)
        message += "\n  unknown: " + told_apart(name, missing) + did_you_mean(name, missing);
    for (const std::string& name : missing) message += "\n  missing: " + told_apart(name, unknown);
    throw DataError(
        message + "\nRename the folders, or take the known classes alone: " + use_known_text(walk.options().asked_by));
}

}  // namespace graft

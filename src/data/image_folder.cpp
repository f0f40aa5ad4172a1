#include "data/image_folder.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "core/text.hpp"
#include "data/class_folders.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

Sample make_sample(const fs::path& root, const std::string& name, std::int64_t label) {
    return {.file = (root / name).string(), .name = escaped(name), .label = label, .id = stable_id(name)};
}

/// Appends the images of one class; returns how many there are.
std::size_t add_class(ImageFolder& folder, FolderWalk& walk, const ClassFolder& entry, std::size_t label) {
    const std::size_t before = folder.samples.size();
    for (const std::string& place : entry.folders)
        for (const std::string& image : walk.images(place))
            folder.samples.push_back(make_sample(folder.root, image, static_cast<std::int64_t>(label)));
    if (entry.folders.size() > 1)
        folder.remarks.notes.push_back(
            format_text("{}: {} folders are called {}, written in different Unicode forms: one class", folder.root,
                        entry.folders.size(), entry.name));
    return folder.samples.size() - before;
}

void add_remarks(ImageFolder& folder, const FolderWalk& walk, const ClassRoot& found) {
    folder.remarks += walk.remarks();
    folder.remarks += {.notes = {}, .warnings = found.warnings};
    if (const PassedOver& loose = found.loose_images; loose.count > 0)
        folder.remarks.warnings.push_back(format_text("{}: {} beside the class folders and of no class, such as {}",
                                                      folder.root, count_of(loose.count, "image lies", "images lie"),
                                                      shown(loose.example)));
}

/// One form of a class's name, whoever wrote it: models of earlier versions hold names as their folders had them.
std::string key_of(const std::string& name) { return composed(unescaped(name)); }

/// `names` that are not among the keys.
std::vector<std::string> without(std::span<const std::string> names, const std::map<std::string, std::size_t>& keys) {
    std::vector<std::string> rest;
    for (const std::string& name : names)
        if (!keys.contains(key_of(name))) rest.push_back(name);
    return rest;
}

std::map<std::string, std::size_t> indices_of(std::span<const std::string> names) {
    std::map<std::string, std::size_t> indices;
    for (std::size_t i = 0; i < names.size(); ++i) indices.emplace(key_of(names[i]), i);
    return indices;
}

}  // namespace

ImageFolder scan_image_folder(const fs::path& root, const ScanOptions& options) {
    FolderWalk walk(root, options);
    const ClassRoot found = find_class_folders(walk);
    expect_no_parts(walk, found, {});
    if (found.classes.size() < 2) fail_on_too_few_classes(walk, found);
    ImageFolder folder{.root = root, .classes = names_of(found.classes)};
    std::vector<std::string> empty;
    for (std::size_t i = 0; i < found.classes.size(); ++i)
        if (add_class(folder, walk, found.classes[i], i) == 0) empty.push_back(found.classes[i].name);
    add_remarks(folder, walk, found);
    if (empty.empty()) return folder;
    std::string message = format_text("{}: no image that graft reads in the class folders {}", root, joined(empty));
    for (const std::vector<std::string>* remarks : {&folder.remarks.notes, &folder.remarks.warnings})
        for (const std::string& remark : *remarks) message += "\n" + remark;
    throw DataError(message + "\nRemove these folders, or leave them out with `exclude`");
}

ImageFolder scan_image_folder(const fs::path& root, std::span<const std::string> classes, ClassMismatch mismatch,
                              const ScanOptions& options) {
    FolderWalk walk(root, options);
    const ClassRoot found = find_class_folders(walk);
    if (found.classes.empty()) fail_on_no_class_folders(walk, found);
    expect_no_parts(walk, found, classes);
    const std::vector<std::string> names = names_of(found.classes);
    const std::vector<std::string> unknown = without(names, indices_of(classes));
    const std::vector<std::string> missing =
        options.classes_are_given ? std::vector<std::string>() : without(classes, indices_of(names));
    if (mismatch == ClassMismatch::fail) fail_on_mismatch(walk, missing, unknown);
    ImageFolder folder{.root = root, .classes = {classes.begin(), classes.end()}, .unknown_classes = unknown};
    const std::map<std::string, std::size_t> places = indices_of(names);
    std::vector<std::string> empty;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const auto place = places.find(key_of(classes[i]));
        if (place == places.end() || add_class(folder, walk, found.classes[place->second], i) == 0)
            empty.push_back(classes[i]);
    }
    if (folder.samples.empty())
        throw DataError(format_text("{}: no image of any of the classes {}", root, joined(folder.classes)));
    add_remarks(folder, walk, found);
    if (!empty.empty())
        folder.remarks.warnings.push_back(format_text("{}: no image of the class{} {}: nothing is {} of it", root,
                                                      empty.size() > 1 ? "es" : "", joined(empty),
                                                      options.classes_are_given ? "learnt or measured" : "measured"));
    return folder;
}

std::vector<std::string> untrained_classes(const ImageFolder& folder) {
    std::vector<std::string> sentences;
    for (const std::string& name : folder.unknown_classes)
        sentences.push_back(format_text("{}: the class {}{} is left out: it was not trained", folder.root,
                                        folder.is_list ? "" : "folder ", name));
    return sentences;
}

ImageList find_images(const fs::path& root, const ScanOptions& options) {
    FolderWalk walk(root, options);
    ImageList list;
    for (const std::string& name : walk.images("")) list.samples.push_back(make_sample(root, name, 0));
    list.remarks = walk.remarks();
    return list;
}

}  // namespace graft

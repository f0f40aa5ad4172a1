#include "data/image_folder.hpp"

#include <algorithm>
#include <set>

#include "core/hash.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/content.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

bool hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

fs::file_type type_of(const fs::directory_entry& entry) {
    std::error_code ignored;
    return entry.status(ignored).type();
}

/// What is in a folder, hidden things apart, by name: the file system's own order may be any.
std::vector<fs::directory_entry> entries_of(const fs::path& folder) {
    std::vector<fs::directory_entry> entries;
    for (const auto& entry : fs::directory_iterator(folder))
        if (!hidden(entry.path())) entries.push_back(entry);
    std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) { return entry.path().filename().string(); });
    return entries;
}

bool leads_nowhere(const fs::directory_entry& entry) {
    const fs::file_type type = type_of(entry);
    return entry.is_symlink() && (type == fs::file_type::not_found || type == fs::file_type::none);
}

/// A link that leads nowhere counts too: it is found to be a bad image then, not silently missing.
bool is_image_file(const fs::directory_entry& entry) {
    return (type_of(entry) == fs::file_type::regular || leads_nowhere(entry)) && has_image_extension(entry.path());
}

/// Relative paths of the image files below `folder`, unsorted. Links to folders are followed, each folder once.
void collect(const fs::path& folder, const std::string& prefix, std::set<fs::path>& visited,
             std::vector<std::string>& found) {
    if (!visited.insert(fs::canonical(folder)).second) return;
    for (const fs::directory_entry& entry : entries_of(folder)) {
        const std::string name = prefix + entry.path().filename().string();
        if (type_of(entry) == fs::file_type::directory)
            collect(entry.path(), name + "/", visited, found);
        else if (is_image_file(entry))
            found.push_back(name);
    }
}

std::vector<std::string> image_names(const fs::path& root) {
    std::vector<std::string> names;
    std::set<fs::path> visited;
    try {
        collect(root, "", visited, names);
    } catch (const fs::filesystem_error& error) {
        throw DataError(error.path1().string() + ": cannot be read: " + error.code().message());
    }
    std::ranges::sort(names);
    return names;
}

void expect_folder(const fs::path& root) {
    std::error_code error;
    if (fs::is_directory(root, error)) return;
    throw DataError(root.string() + ": " + (fs::exists(root, error) ? "is not a folder" : "there is no such folder"));
}

std::vector<std::string> class_folders(const fs::path& root) {
    expect_folder(root);
    std::vector<std::string> classes;
    try {
        for (const fs::directory_entry& entry : entries_of(root)) {
            if (type_of(entry) == fs::file_type::directory) classes.push_back(entry.path().filename().string());
            if (leads_nowhere(entry))
                throw DataError(entry.path().string() + ": is a link that leads nowhere: is it a class folder?");
        }
    } catch (const fs::filesystem_error& error) {
        throw DataError(root.string() + ": cannot be read: " + error.code().message());
    }
    return classes;
}

Sample make_sample(const fs::path& root, const std::string& name, std::int64_t label) {
    return {.file = root / name, .name = name, .label = label, .id = stable_id(name)};
}

/// Appends the images of one class; returns how many there are.
std::size_t add_class(ImageFolder& folder, const std::string& name, std::int64_t label) {
    const std::vector<std::string> images = image_names(folder.root / name);
    for (const std::string& image : images)
        folder.samples.push_back(make_sample(folder.root, name + "/" + image, label));
    return images.size();
}

std::vector<std::string> without(std::span<const std::string> names, std::span<const std::string> others) {
    std::vector<std::string> rest;
    for (const std::string& name : names)
        if (std::ranges::find(others, name) == others.end()) rest.push_back(name);
    return rest;
}

void fail_on_mismatch(const fs::path& root, std::span<const std::string> missing,
                      std::span<const std::string> unknown) {
    if (missing.empty() && unknown.empty()) return;
    std::string message = root.string() + ": its class folders are not the classes that were trained";
    for (const std::string& name : unknown) message += "\n  unknown: " + name + did_you_mean(name, missing);
    for (const std::string& name : missing) message += "\n  missing: " + name;
    throw DataError(message + "\nRename the folders, or ask for the known classes alone (class mismatch: use_known)");
}

}  // namespace

ImageFolder scan_image_folder(const fs::path& root) {
    ImageFolder folder{.root = root, .classes = class_folders(root)};
    if (folder.classes.size() < 2)
        throw DataError(root.string() + ": expected at least two class folders, found " +
                        std::to_string(folder.classes.size()));
    std::vector<std::string> empty;
    for (std::size_t i = 0; i < folder.classes.size(); ++i)
        if (add_class(folder, folder.classes[i], static_cast<std::int64_t>(i)) == 0) empty.push_back(folder.classes[i]);
    if (!empty.empty())
        throw DataError(root.string() + ": no images (jpg jpeg png bmp webp tif gif) in the class folders " +
                        joined(empty));
    return folder;
}

ImageFolder scan_image_folder(const fs::path& root, std::span<const std::string> classes, ClassMismatch mismatch) {
    const std::vector<std::string> found = class_folders(root);
    const std::vector<std::string> unknown = without(found, classes);
    if (mismatch == ClassMismatch::fail) fail_on_mismatch(root, without(classes, found), unknown);
    ImageFolder folder{.root = root, .classes = {classes.begin(), classes.end()}, .unknown_classes = unknown};
    for (std::size_t i = 0; i < classes.size(); ++i)
        if (std::ranges::find(found, classes[i]) != found.end())
            add_class(folder, classes[i], static_cast<std::int64_t>(i));
    if (folder.samples.empty())
        throw DataError(root.string() + ": no image of any of the classes " + joined(folder.classes));
    return folder;
}

std::vector<Sample> list_images(const fs::path& root) {
    expect_folder(root);
    std::vector<Sample> samples;
    for (const std::string& name : image_names(root)) samples.push_back(make_sample(root, name, 0));
    return samples;
}

std::vector<std::int64_t> count_per_class(std::span<const Sample> samples, std::size_t classes) {
    std::vector<std::int64_t> counts(classes);
    for (const Sample& sample : samples) ++counts.at(static_cast<std::size_t>(sample.label));
    return counts;
}

}  // namespace graft

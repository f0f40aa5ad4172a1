#include "data/folder_walk.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "core/folders.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "data/image_memo.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/content.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKindsNamed = 6;

/// In lower case: Windows and macOS do not distinguish.
constexpr auto kClutter = std::to_array<std::string_view>({"@eadir",
                                                           "@tmp",
                                                           "@recycle",
                                                           "@recently-snapshot",
                                                           "#recycle",
                                                           "#snapshot",
                                                           "__macosx",
                                                           "__pycache__",
                                                           "thumbs.db",
                                                           "ehthumbs.db",
                                                           "ehthumbs_vista.db",
                                                           "desktop.ini",
                                                           "$recycle.bin",
                                                           "recycle.bin",
                                                           "lost+found",
                                                           "lost.dir",
                                                           "system volume information",
                                                           "network trash folder",
                                                           "temporary items",
                                                           "icon\r"});

std::string kind_of_type(fs::file_type type) {
    switch (type) {
        case fs::file_type::fifo: return "a pipe";
        case fs::file_type::socket: return "a socket";
        case fs::file_type::character:
        case fs::file_type::block: return "a device";
        default: return "a link that leads nowhere";
    }
}

/// What a regular file that is not an image is; "": it is one.
std::string kind_of_file(const fs::path& file) {
    try {
        const Content content = recognise_file(file);
        if (content.kind == ContentKind::image) return "";
        return content.description.starts_with("bytes ") ? "unknown content" : content.description;
    } catch (const DataError&) {
        return "a file that cannot be read";
    }
}

std::string joined_name(const std::string& folder, const std::string& leaf) {
    return folder.empty() ? leaf : folder + "/" + leaf;
}

/// "HTML text (3 files, such as cat/1.html), a HEIC image (such as cat/2.heic)"
std::string kinds_text(const std::map<std::string, PassedOver>& kinds) {
    std::string text;
    std::size_t named = 0;
    for (const auto& [kind, files] : kinds) {
        if (named++ == kKindsNamed) return text + ", and others";
        const std::string count = files.count == 1 ? "" : count_of(files.count, "file") + ", ";
        text += format_text("{}{} ({}such as {})", text.empty() ? "" : ", ", kind, count, shown(files.example));
    }
    return text;
}

}  // namespace

fs::file_type type_of(const fs::directory_entry& entry) {
    std::error_code ignored;  // what the folder itself says costs no further question to the system
    if (entry.is_symlink(ignored)) return entry.status(ignored).type();
    if (entry.is_regular_file(ignored)) return fs::file_type::regular;
    return entry.is_directory(ignored) ? fs::file_type::directory : entry.status(ignored).type();
}

bool leads_nowhere(const fs::directory_entry& entry) {
    const fs::file_type type = type_of(entry);
    std::error_code ignored;
    return entry.is_symlink(ignored) && (type == fs::file_type::not_found || type == fs::file_type::none);
}

Remarks& Remarks::operator+=(const Remarks& more) {
    notes.insert(notes.end(), more.notes.begin(), more.notes.end());
    warnings.insert(warnings.end(), more.warnings.begin(), more.warnings.end());
    return *this;
}

void tell(const Remarks& remarks, Reporter& reporter) {
    for (const std::string& note : remarks.notes) reporter.note(note);
    for (const std::string& warning : remarks.warnings) reporter.warn(warning);
}

bool is_clutter(const std::string& name) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower.starts_with('.') || lower.starts_with("~$") || std::ranges::find(kClutter, lower) != kClutter.end();
}

FolderWalk::FolderWalk(fs::path root, ScanOptions options) : root_(std::move(root)), options_(std::move(options)) {
    std::error_code error;
    if (fs::is_directory(root_, error)) return;
    throw DataError(
        format_text("{}: {}", root_, fs::exists(root_, error) ? "is not a folder" : "there is no such folder"));
}

bool FolderWalk::passes_over(const std::string& name, const std::string& leaf) {
    if (is_clutter(leaf)) return clutter_.add(name), true;
    if (!matches_any(options_.exclude, name) && !matches_any(options_.exclude, leaf)) return false;
    return excluded_.add(name), true;
}

std::vector<fs::directory_entry> FolderWalk::entries(const std::string& name) {
    std::vector<fs::directory_entry> entries;
    const fs::path folder = name.empty() ? root_ : root_ / name;
    try {
        for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
            const std::string leaf = entry.path().filename().string();
            if (!passes_over(joined_name(name, leaf), leaf)) entries.push_back(entry);
        }
    } catch (const fs::filesystem_error& error) {
        throw DataError(format_text("{}: cannot be read: {}", folder, error.code().message()));
    }
    std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) { return entry.path().filename().string(); });
    return entries;
}

std::string FolderWalk::kind_of(const fs::directory_entry& entry) const {
    const fs::file_type type = type_of(entry);
    const bool called_an_image = has_image_extension(entry.path());
    if (type != fs::file_type::regular) return called_an_image && leads_nowhere(entry) ? "" : kind_of_type(type);
    if (called_an_image || (options_.memo != nullptr && options_.memo->find(entry.path()))) return "";
    return kind_of_file(entry.path());
}

void FolderWalk::collect(const std::string& name, std::set<fs::path>& visited, std::vector<std::string>& found) {
    std::error_code error;
    const fs::path folder = fs::canonical(root_ / name, error);
    if (error) throw DataError(format_text("{}: cannot be read: {}", root_ / name, error.message()));
    if (!visited.insert(folder).second) return;
    for (const fs::directory_entry& entry : entries(name)) {
        const std::string inner = joined_name(name, entry.path().filename().string());
        if (type_of(entry) == fs::file_type::directory) {
            if (entry.is_symlink(error) && lies_in(folder, entry.path())) {  // the images of all classes, perhaps
                others_["a link to a folder that it lies in"].add(inner);
                continue;
            }
            collect(inner, visited, found);
            continue;
        }
        const std::string kind = kind_of(entry);
        if (kind.empty())
            found.push_back(inner);
        else
            others_[kind].add(inner);
    }
}

std::vector<std::string> FolderWalk::images(const std::string& name) {
    std::set<fs::path> visited;
    std::vector<std::string> found;
    collect(name, visited, found);
    std::ranges::sort(found);
    return found;
}

Remarks FolderWalk::remarks() const {
    Remarks remarks;
    const auto told = [&](const PassedOver& passed, std::string_view why) {
        if (passed.count == 0) return;
        remarks.notes.push_back(format_text("{}: {} skipped, {}, such as {}", root_,
                                            count_of(passed.count, "file or folder is", "files and folders are"), why,
                                            shown(passed.example)));
    };
    told(clutter_, "hidden or left behind by a system");
    told(excluded_, "as `exclude` says");
    std::size_t others = 0;
    for (const auto& [kind, files] : others_) others += files.count;
    if (others > 0)
        remarks.warnings.push_back(format_text("{}: {} left out, no image that graft reads: {}", root_,
                                               count_of(others, "file is", "files are"), kinds_text(others_)));
    return remarks;
}

}  // namespace graft

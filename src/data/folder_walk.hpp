/// @file
/// The one rule for which files of a folder are images.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "data/asked_by.hpp"
#include "graft/core/reporter.hpp"

namespace graft {

class ImageMemo;

struct ScanOptions {
    std::vector<std::string> exclude;  ///< patterns of core/names, on paths below the folder and on single names
    AskedBy asked_by = AskedBy::application;
    const ImageMemo* memo = nullptr;  ///< files that it knows to be images are not opened
    bool classes_are_given = false;   ///< by /data/classes: there need not be a folder of each
};

/// What people should know of a folder.
struct Remarks {
    std::vector<std::string> notes, warnings;
    Remarks& operator+=(const Remarks& more);
};

/// Says them, warnings last.
void tell(const Remarks& remarks, Reporter& reporter);

/// Files and folders that were passed over for one reason.
struct PassedOver {
    std::size_t count = 0;
    std::string example;  ///< the first one's name
    void add(const std::string& name) {
        if (count++ == 0) example = name;
    }
};

/// Whether systems and programs leave files or folders of this name behind, such as thumbnails and recycle bins.
/// Hidden ones, whose name begins with a dot, are among them.
[[nodiscard]] bool is_clutter(const std::string& name);

/// Walks through a folder, passes over clutter and what is excluded, and counts what is not an image.
///
/// An image is what begins like a format that graft reads, whatever its name. A file that is called like an image and
/// is none, cannot be read or is a link to nowhere is one too: it is found to be bad when images are checked, not
/// silently missing. Only regular files are opened. Names are relative paths with '/', as the file system has them.
class FolderWalk {
public:
    /// @throws DataError when there is no such folder
    FolderWalk(std::filesystem::path root, ScanOptions options);

    /// What is in the folder `name` ("": the root), sorted by name. @throws DataError when it cannot be read
    [[nodiscard]] std::vector<std::filesystem::directory_entry> entries(const std::string& name);
    /// The image files below a folder at any depth, sorted byte by byte. Links to folders are followed, each folder
    /// once.
    [[nodiscard]] std::vector<std::string> images(const std::string& name);
    [[nodiscard]] bool is_image(const std::filesystem::directory_entry& entry) const { return kind_of(entry).empty(); }

    /// What was passed over until now.
    [[nodiscard]] Remarks remarks() const;
    [[nodiscard]] const std::filesystem::path& root() const { return root_; }
    [[nodiscard]] const ScanOptions& options() const { return options_; }

private:
    void collect(const std::string& name, std::set<std::filesystem::path>& visited, std::vector<std::string>& found);
    [[nodiscard]] bool passes_over(const std::string& name, const std::string& leaf);
    /// What an entry that is not an image is, in a few words; "": it is one.
    [[nodiscard]] std::string kind_of(const std::filesystem::directory_entry& entry) const;

    std::filesystem::path root_;
    ScanOptions options_;
    PassedOver clutter_, excluded_;
    std::map<std::string, PassedOver> others_;  // by what they are
};

/// The entry's type, links followed; `none` where it cannot be told.
[[nodiscard]] std::filesystem::file_type type_of(const std::filesystem::directory_entry& entry);

/// Whether the entry is a link whose target is not there.
[[nodiscard]] bool leads_nowhere(const std::filesystem::directory_entry& entry);

}  // namespace graft

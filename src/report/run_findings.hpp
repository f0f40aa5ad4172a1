/// @file
/// What a run has found to be odd about its images: its findings.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace graft {

/// An image of a part, by its name.
struct FoundName {
    std::string part, name, label;  ///< label: its class, where it has one
};

/// A class of a part that has few images.
struct RareClass {
    std::string part, label;
    std::int64_t images = 0;
};

struct RunFinding {
    struct Image {
        FoundName image, other;  ///< other: what it repeats; without a name where it repeats nothing
    };
    std::string kind, title, sentence;          ///< "near_leaks", "near leaks", "25 images are almost …"
    bool usual = false;                         ///< more than half of the images are like that
    std::map<std::string, std::int64_t> parts;  ///< how many images of which part
    std::vector<Image> images;                  ///< the oddest of them
    std::vector<RareClass> classes;             ///< of imbalance

    [[nodiscard]] std::int64_t in_part(const std::string& part) const {
        const auto found = parts.find(part);
        return found == parts.end() ? 0 : found->second;
    }
};

struct RunFindings {
    std::int64_t images = 0;  ///< that were looked at
    std::vector<RunFinding> findings;
};

/// @throws DataError when the file is no such document
[[nodiscard]] RunFindings read_run_findings(const std::filesystem::path& file);

}  // namespace graft

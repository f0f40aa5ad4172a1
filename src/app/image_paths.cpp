#include "app/image_paths.hpp"

#include "data/image_folder.hpp"

namespace graft {

std::vector<std::filesystem::path> images_at(std::span<const std::string> paths,
                                             const std::vector<std::string>& exclude, Reporter& reporter) {
    std::vector<std::filesystem::path> images;
    for (const std::string& path : paths) {
        std::error_code ignored;
        if (!std::filesystem::is_directory(path, ignored)) {
            images.emplace_back(path);
            continue;
        }
        ImageList found = find_images(path, {.exclude = exclude, .asked_by = AskedBy::command});
        tell(found.remarks, reporter);
        for (Sample& sample : found.samples) images.push_back(std::move(sample.file));
    }
    return images;
}

}  // namespace graft

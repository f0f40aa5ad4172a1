#include "app/image_paths.hpp"

namespace graft {

NamedImages images_at(std::span<const std::string> paths, const ListOptions& columns,
                      const std::vector<std::string>& exclude, Reporter& reporter) {
    NamedImages images;
    for (const std::string& path : paths)
        append_images(images, path, columns, {.exclude = exclude, .asked_by = AskedBy::command});
    tell(images.remarks, reporter);
    return images;
}

}  // namespace graft

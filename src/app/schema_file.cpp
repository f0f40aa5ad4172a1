#include "app/schema_file.hpp"

namespace graft {

std::filesystem::path schema_file_of(const std::filesystem::path& executable) {
    const std::filesystem::path folder = executable.parent_path();
    for (const char* place : {"../share/graft/configs/schema.json", "../../configs/schema.json"}) {
        std::error_code ignored;
        const std::filesystem::path file = (folder / place).lexically_normal();
        if (std::filesystem::is_regular_file(file, ignored)) return file;
    }
    return {};
}

}  // namespace graft
